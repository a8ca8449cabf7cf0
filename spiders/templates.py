"""Addresses made from ids: patterns that a page's scripts show, filled with what a record holds."""

import re
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import quote

from spiders.records import NOT_A_PAGE
from spiders.vocabulary import records

_LONGEST = 1_500_000
_PLACE = r"\$?\{\{?\s*[\w.$]+\s*\}?\}|<[%?]=?\s*[\w.$]+\s*[%?]>|(?<=/):[A-Za-z]\w*"
_TEMPLATE = re.compile(rf"""["'`]((?:https?:/)?[^"'`\s<>]*?(?:{_PLACE})(?:[^"'`\s<>]|{_PLACE})*)["'`]""")
_GLUED = re.compile(
    r"""["'](\.{0,2}/[^"'\s<>]*|[^"'\s<>]*\?[^"'\s<>]*=)["']"""
    r"""((?:\s*\+\s*(?:[\w.$\[\]]+|["'][^"'\s<>]*["']))+)"""
)
_JOINED = re.compile(r"""["']((?:https?:/)?[^"'\s<>]*[/=])["']((?:\.concat\([^()]{1,200}\))+)""")
_LISTED = re.compile(r"""\[\s*["'`](/[\w/\-]+)["'`]\s*,\s*(?:\w+\.)*(\w+)\s*\]""")  # navigate(['/detail', row.id])
_PUSHED = re.compile(r"""\bpath\s*:\s*["'`](/[\w/\-]*)["'`]\s*,\s*query\s*:\s*\{([^{}]{1,200})\}""")
_GLUE = re.compile(r"""\+\s*(?:["']([^"'\s<>]*)["']|([\w.$\[\]]+))""")
_OF_A_LIST = re.compile(r"list|column|channel|catalog|category|menu", re.I)
_ANY_PLACE = re.compile(_PLACE)


def templates_in(source: str) -> tuple[str, ...]:
    """Patterns of addresses in a page or script, the parts to fill in as ``{name}``: from template strings, routes, and
    strings glued together."""
    found: list[str] = []
    source = source[:_LONGEST].replace("\\'", "'")  # in the templates that a script keeps as strings
    for match in _TEMPLATE.finditer(source):
        found.append(_ANY_PLACE.sub(lambda m: "{" + re.findall(r"\w+", m.group())[-1] + "}", match.group(1)))
    for match in _GLUED.finditer(source):
        found.append(match.group(1) + _tail(match.group(2)))
    for match in _JOINED.finditer(source):  # what builds make of template strings
        glued = re.sub(r"\.concat\(|\)|,", " + ", match.group(2))
        found.append(match.group(1) + _tail(re.sub(r"(?:\+\s*)+", "+ ", glued)))
    found += [f"{path.rstrip('/')}/{{{name}}}" for path, name in _LISTED.findall(source)]
    for path, query in _PUSHED.findall(source):
        named = re.findall(r"""["']?(\w+)["']?\s*(?::\s*([\w.$]+))?(?:,|$)""", query.strip())
        found.append(f"{path}?" + "&".join(f"{key}={{{(value or key).rsplit('.', 1)[-1]}}}" for key, value in named))
    fitting = (
        t
        for t in found
        if "{" in t and ("/" in t or "?" in t) and not NOT_A_PAGE.search(t) and len(t) <= 200
    )
    return tuple(dict.fromkeys(fitting))[:20]


def _tail(glued: str) -> str:
    return "".join(text or ("{" + re.findall(r"\w+", name)[-1] + "}" if name else "")
                   for text, name in _GLUE.findall(glued))


def made_of(templates: Iterable[str], fields: Mapping[str, Any]) -> str | None:
    """The address of the first template that a record fills: one whose places are its own fields, or else one whose
    ``{id}`` any id of it will do for, articles' before lists'."""
    fitting = tuple(templates)
    for names in (False, True):
        for template in sorted(fitting, key=lambda t: bool(names and _OF_A_LIST.search(t))):
            if (made := _filled(template, fields, any_id=names)) is not None:
                return made
    return None


def _filled(template: str, fields: Mapping[str, Any], *, any_id: bool) -> str | None:
    missing = False

    def value(match: re.Match[str]) -> str:
        nonlocal missing
        name = match.group(1).lower()
        given = fields.get(name)
        if given is None and any_id and name.endswith("id"):
            given = next((fields[key] for key in records().ids if isinstance(fields.get(key), str | int)), None)
        if not isinstance(given, str | int) or isinstance(given, bool) or given == "":
            missing = True
            return ""
        return quote(str(given), safe="/-_.")

    address = re.sub(r"\{(\w+)\}", value, template)
    return None if missing else address
