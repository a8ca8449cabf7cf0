"""Requests that a page's scripts make for their data, as far as they can be read without running them.

An address and its parameters are followed when every part is written out, or is a variable that the scripts set to a
constant, or is a page number or page size by its name. Nothing is guessed beyond that.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from html import unescape
from itertools import chain
from typing import Any
from urllib.parse import urlencode

from gongkai.address import canonical
from spiders.literals import closing
from spiders.post import Post
from spiders.vocabulary import records

_LONGEST = 800_000
_MOST_CALLS = 12
_CALL = re.compile(
    r"""(?:\$|jQuery|axios|https?|request|uni|ajax|this\.\$https?|\$https?|api)\s*\.?\s*
        (?P<verb>ajax|get|post|getJSON|request|load)?\s*\(\s*(?=["'`{\w/])"""
    r"""|(?<![\w.])(?P<fetch>fetch|getJSON|ajaxGet|ajaxPost|loadData)\s*\(\s*(?=["'`\w])"""
    r"""|\.(?P<open>open)\(\s*["'](?P<method>GET|POST)["']\s*,\s*""",
    re.X | re.I,
)
_SETTING = re.compile(
    r"""(?:(?:var|let|const)\s+|[,{;\s]|\.)([A-Za-z_$][\w$]{0,40})["']?\s*(?:=(?!=)|:)\s*"""
    r"""(?:["']([^"'\r\n]{0,200})["']|(\d{1,12})(?![\w.]))"""
)
_PIECE = re.compile(r"""\s*(?:"([^"\r\n]*)"|'([^'\r\n]*)'|`([^`]*)`|([A-Za-z_$][\w$.]*)(\(\))?|(\d+))\s*""")
_PAIR = re.compile(
    r"""["']?([\w$.\-]+)["']?\s*:\s*((?:"[^"\r\n]*"|'[^'\r\n]*'|`[^`]*`|[\w$.]+|\s*\+\s*)+)\s*(?=[,}]|$)"""
)
_INSIDE = re.compile(r"\$\{\s*([\w$.]+)\s*\}")
_SETTINGS = re.compile(r"""[{,]\s*["']?(\w*(?:url|api|interface))["']?\s*:\s*["']((?:https?:/)?/[^"'\s]+)["']""", re.I)
_OWN_SETTING = re.compile(
    r"^(?:el|elem|container|id|target|method|type|dataType|async|cache|timeout|div\w*|title|template|tpl|theme|skin"
    r"|before|after|success|error|complete|callback|headers|debug|open\w*|cache\w*|data(?:Before|After))$",
    re.I,
)
_NAMED = re.compile(
    r"""\b\w*(?:url|api|interface|endpoint|service|source|action)\w*["']?\s*[:=]\s*["']((?:https?:/)?/[^"'\s<>{}+]{3,300})["']""",
    re.I,
)
_ATTRIBUTE = re.compile(
    r"""\sdata-(?:[\w-]*-)?(?:source|src|api|url|feed|endpoint|list|service|action|interface|remote|href)\s*=\s*"""
    r"""["']((?:https?:/)?/[^"'\s<>]{2,400})["']""",
    re.I,
)
_MARKUP = re.compile(r"\.(?:html?|shtml|js|css|png|jpe?g|gif)(?:\?|$)", re.I)
_NOT_A_LIST = re.compile(
    r"login|logout|visit|count|click|hits|stat(?:s|istic)|weather|captcha|verif|like|comment|vote|upload"
    r"|share|config|token|user|pv\b|log/|/log|jiucuo|msg|message/send",
    re.I,
)


@dataclass(frozen=True)
class Call:
    url: str
    post: Post | None = None


def calls_in(scripts: str, base: str, elsewhere: str = "") -> tuple[Call, ...]:
    """The readable requests of `scripts` in order, each once; constants are looked up there and in `elsewhere`, the
    scripts of the page that loads them."""
    code = scripts[:_LONGEST]
    known = _constants(f"{elsewhere}\n{code}")
    found: dict[Call, None] = {}
    for call in _read(code, base, known):
        found.setdefault(call)
        if len(found) >= _MOST_CALLS:
            break
    return tuple(found)


def calls_in_attributes(source: str, base: str) -> tuple[Call, ...]:
    """Addresses that wait in data attributes for a script to ask for them."""
    urls = (
        canonical(unescape(match.group(1)), base)
        for match in _ATTRIBUTE.finditer(source[:_LONGEST])
        if not _MARKUP.search(match.group(1)) and not _NOT_A_LIST.search(match.group(1))
    )
    return tuple(Call(url) for url in dict.fromkeys(urls) if url)[:_MOST_CALLS]


def _constants(code: str) -> dict[str, str]:
    """What names are set to; a name set twice to different values says nothing."""
    known: dict[str, str | None] = {}
    for name, text, number in _SETTING.findall(code):
        value = text or number
        if name in known and known[name] != value:
            known[name] = known[name] if not value else (value if not known[name] else None)
        else:
            known[name] = value
    return {name: value for name, value in known.items() if value}


def _read(code: str, base: str, known: Mapping[str, str]) -> Iterator[Call]:
    read = (_made(code, match, base, known) for match in _CALL.finditer(code))
    told = (_call(url, settings, False, False, base) for url, settings in _settings_objects(code, known))
    named = (_call(address, {}, False, False, base) for address in _named_addresses(code))
    yield from (call for call in chain(read, told, named) if call)


def _made(code: str, match: re.Match[str], base: str, known: Mapping[str, str]) -> Call | None:
    """The request of one call: ``open('GET', …)``, ``$.ajax({…})`` or ``$.get(address, {…})``."""
    start, verb = match.end(), (match.group("verb") or match.group("fetch") or "").lower()
    if code[start : start + 1] == "{":
        return _from_settings(code[start : closing(code, start) or start], known, base, verb == "post")
    address, end = _expression(code, start, known)
    if not address:
        return None
    if match.group("open"):
        return _call(address, {}, False, False, base) if match.group("method").upper() == "GET" else None
    options = ""
    if rest := re.match(r"\s*,\s*\{", code[end : end + 20]):
        opening = end + rest.end() - 1
        options = code[opening : closing(code, opening) or opening]
    return _with_options(address, options, known, base, posts="post" in verb)


def _settings_objects(code: str, known: Mapping[str, str]) -> Iterator[tuple[str, dict[str, Any]]]:
    """``{proxyUrl: '/x', params: {…}}``, ``{url: '/x', channelId: '7', pageNo: 1}``: handed to a vendor's own function,
    which only that function's code would tell; what stands beside the address is taken for its parameters."""
    for match in _SETTINGS.finditer(code):
        opening = code.rfind("{", 0, match.start() + 1)
        literal = code[opening : closing(code, opening) or opening]
        inner = re.search(r"""["']?(?:params?|data|query)["']?\s*:\s*\{""", literal)
        if inner:
            fields = _pairs(literal[inner.end() - 1 : closing(literal, inner.end() - 1)], known)
        else:
            beside = _pairs(literal, known)
            fields = {
                key: value
                for key, value in beside.items()
                if key != match.group(1) and not _OWN_SETTING.match(key) and value != match.group(2)
            }
        if fields:
            yield match.group(2), fields


def _named_addresses(code: str) -> Iterator[str]:
    """``listUrl: '/docs?channel=x&pageNo='``: an address under a name that says so, begun or whole."""
    for match in _NAMED.finditer(code):
        address = match.group(1)
        last = re.search(r"[?&]([\w.]+)=$", address)
        if last and last.group(1).lower() in records().page_parameters:
            yield f"{address}1"
        elif not last and not address.endswith(("/", "?", "&")):
            yield address


def _from_settings(literal: str, known: Mapping[str, str], base: str, posts: bool) -> Call | None:
    """``$.ajax({url: …, type: 'post', data: {…}})``."""
    at = re.search(r"""["']?\burl["']?\s*:\s*""", literal)
    if at is None:
        return None
    address, _ = _expression(literal, at.end(), known)
    return _with_options(address, literal, known, base, posts) if address else None


def _with_options(address: str, options: str, known: Mapping[str, str], base: str, posts: bool) -> Call | None:
    if re.search(r"""["']?(?:type|method)["']?\s*:\s*["']post["']""", options, re.I):
        posts = True
    inner = re.search(r"""["']?(?:data|params|body)["']?\s*:\s*(JSON\.stringify\(\s*)?\{""", options)
    fields: dict[str, Any] = {}
    as_json = bool(re.search(r"application/json|JSON\.stringify", options))
    if inner:
        fields = _pairs(options[inner.end() - 1 : closing(options, inner.end() - 1) or None], known)
    elif options and not re.search(r"""["']?(?:type|method|success|headers|dataType|url)["']?\s*:""", options):
        fields = _pairs(options, known)
    elif text := re.search(r"""["']?(?:data|body)["']?\s*:\s*(?=["'`])""", options):
        query, _ = _expression(options, text.end(), known)
        fields = dict(pair.split("=", 1) for pair in (query or "").split("&") if "=" in pair)
    return _call(address, fields, posts, as_json, base)


def _call(address: str, fields: dict[str, Any], posts: bool, as_json: bool, base: str) -> Call | None:
    if _MARKUP.search(address) or _NOT_A_LIST.search(address) or not re.search(r"[/?.]", address):
        return None
    if posts:
        url = canonical(address, base)
        post = Post.json(fields) if as_json else Post.form(fields)
        return Call(url, post) if url else None
    query = urlencode(fields)
    url = canonical(address + (("&" if "?" in address else "?") + query if query else ""), base)
    return Call(url) if url else None


def _pairs(literal: str, known: Mapping[str, str]) -> dict[str, Any]:
    """The parameters that can be read; one whose value is only known at run time is left out."""
    fields: dict[str, Any] = {}
    for match in _PAIR.finditer(literal):
        value, _ = _expression(match.group(2), 0, known, name=match.group(1))
        if value is not None:
            quoted = match.group(2).lstrip()[:1] in "\"'`"
            fields[match.group(1)] = int(value) if value.isdigit() and not quoted and len(value) < 12 else value
    return fields


def _expression(code: str, start: int, known: Mapping[str, str], name: str = "") -> tuple[str | None, int]:
    """The value of strings, names and numbers joined by +, None when a part of it is unknown; and where it ends."""
    value: str | None = ""
    place = start
    while piece := _PIECE.match(code, place):
        double, single, template, variable, called, number = piece.groups()
        text: str | None
        if template is not None:
            text = _INSIDE.sub(lambda m: _value(m.group(1), known, "") or "\0", template)
            text = None if "\0" in text else text
        elif variable is not None:
            text = None if called else _value(variable, known, name)
        else:
            text = next(t for t in (double, single, number) if t is not None)
        # A leading name that nobody sets is the site's root (ctx, basePath, domain).
        if text is None and variable is not None and value == "" and place == start and not name:
            text = ""
        value = None if value is None or text is None else value + text
        place = piece.end()
        if code[place : place + 1] != "+":
            break
        place += 1
    return (value if place > start else None), place


def _value(variable: str, known: Mapping[str, str], name: str) -> str | None:
    last = variable.rsplit(".", 1)[-1]
    if last in known and last.lower() not in records().page_parameters:
        return known[last]
    for key in (last.lower(), name.lower()):
        if key in records().page_parameters:
            return "1"
        if key in records().size_parameters:
            return known.get(last, "20")
    return known.get(last)
