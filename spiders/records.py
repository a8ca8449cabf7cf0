"""Names beside addresses in data: JSON answers, literals in scripts, XML. Whatever the vendor calls its keys.

A record is any object (or short array) that holds something to read and somewhere to go. Lists drawn by scripts are
nearly always drawn from such data in the page or one request away.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from html import unescape
from typing import Any

from spiders.literals import read_literal
from spiders.surroundings import iso_date
from spiders.vocabulary import records

_MOST_RECORDS = 3000
_DEEPEST = 14
_CHINESE = re.compile(r"[\u3400-\u9fff]")
ADDRESS = re.compile(
    r"^(?:https?://|//[\w.-]+/|/[^/\s]|\.{1,2}/|(?:[\w\-.]+/)*[\w\-.]+\.(?:s?html?|jsp|jspx|aspx?|php|do|action|jhtml|thtml"
    r"|dhtml|xp|pdf|docx?|wps|xlsx?|ofd|zip|rar)(?:[?#]|$)|[\w\-./]*\?[\w\-]+=)\S*$",
    re.I,
)
NOT_A_PAGE = re.compile(r"\.(?:png|jpe?g|gif|bmp|ico|svg|css|js|woff2?|mp[34])(?:[?#]|$)", re.I)
_BEIJING = timedelta(hours=8)


@dataclass(frozen=True)
class Record:
    """`address` is as written, or None when only ids are given; `fields` are then what an address template needs."""

    name: str
    address: str | None
    date: str | None = None
    publisher: str = ""
    heading: str = ""
    fields: Mapping[str, Any] = field(default_factory=dict, repr=False)


@dataclass(frozen=True)
class Fragment:
    """Markup kept as a string in data; `heading` as for records."""

    markup: str
    heading: str


def records_in(value: Any) -> Iterator[Record | Fragment]:
    """Every record below a value, in order, at most 3,000; the heading is the name of the object around it."""
    for count, found in enumerate(_walk(value, "", 0)):
        if count >= _MOST_RECORDS:
            return
        yield found


def _walk(value: Any, heading: str, depth: int) -> Iterator[Record | Fragment]:
    if depth > _DEEPEST:
        return
    if isinstance(value, dict):
        fields = {str(key).lower(): item for key, item in value.items()}
        record = _record(fields, heading)
        if record:
            yield record
        below = record.name if record else name_of(fields) or heading
        for key, item in value.items():
            if isinstance(item, dict | list | str):
                yield from _walk(item, below if not _CHINESE.search(str(key)) else str(key), depth + 1)
    elif isinstance(value, list):
        if row := _row(value, heading):
            yield row
            return
        for item in value:
            if isinstance(item, dict | list | str):
                yield from _walk(item, heading, depth + 1)
    elif isinstance(value, str) and len(value) > 20:
        if "href" in value and ("<a" in value or "&lt;a" in value):
            yield Fragment(value if "<a" in value else unescape(value), heading)
        elif value[0] in "{[" and (inner := read_literal(value)):
            yield from _walk(inner, heading, depth + 1)


def _record(fields: Mapping[str, Any], heading: str) -> Record | None:
    name, address = name_of(fields), address_of(fields)
    if not name:  # a site map has addresses alone
        return Record("", address, _date(fields)) if address and "loc" in fields else None
    if address is None and len(fields) < 2:
        return None
    return Record(name, address, _date(fields), _text(fields, records().publishers)[:60], heading, fields)


def _row(items: list[Any], heading: str) -> Record | None:
    """``['2019年报', '/a.html', '2020-01-05']``; without an address a record of places: ``['2019年报', 78223]``."""
    if not 2 <= len(items) <= 12 or any(isinstance(item, dict | list) for item in items):
        return None
    texts = [str(item) for item in items if item is not None]
    address = next((t for t in texts if _is_address(t)), None)
    name = next((t for t in texts if _CHINESE.search(t) and t != address), "")
    date = next((d for t in texts if len(t) <= 30 and (d := iso_date(t))), None)
    fields = {str(place): item for place, item in enumerate(items)}
    return Record(name.strip()[:300], address, date, "", heading, fields) if name else None


def name_of(fields: Mapping[str, Any]) -> str:
    """What a person would call the object: the value under a naming key, or else its longest Chinese phrase."""
    if said := _text(fields, records().names):
        return said
    phrases = [
        v for v in fields.values() if isinstance(v, str) and 2 <= len(v) <= 200 and _CHINESE.search(v) and "<" not in v
    ]
    return max(phrases, key=len, default="").strip()


def address_of(fields: Mapping[str, Any]) -> str | None:
    for key in records().addresses:
        value = fields.get(key)
        if isinstance(value, str) and value.strip() and (_is_address(value) or (key != "path" and _is_bare(value))):
            return value.strip()
    return next(
        (
            v.strip()
            for k, v in fields.items()
            if isinstance(v, str)
            and _is_address(v)
            and not re.search(r"img|image|icon|logo|pic|thumb|cover|proxy|api|ajax|interface", k)
        ),
        None,
    )


def _text(fields: Mapping[str, Any], keys: tuple[str, ...]) -> str:
    for key in keys:
        value = fields.get(key)
        if isinstance(value, str) and 1 < len(value.strip()) <= 300 and not _is_address(value) and "<" not in value:
            return " ".join(value.split())
    return ""


def _is_address(text: str) -> bool:
    return len(text) <= 1000 and bool(ADDRESS.match(text.strip())) and not NOT_A_PAGE.search(text)


def _is_bare(text: str) -> bool:
    """Under a key that says address a plain path will do: ``content/123``."""
    return bool(re.fullmatch(r"[\w\-]+(?:/[\w\-.]+)+/?", text.strip()))


def _date(fields: Mapping[str, Any]) -> str | None:
    for key in records().dates:
        value = fields.get(key)
        if isinstance(value, str) and (found := iso_date(value)):
            return found
        if isinstance(value, str) and value.isdigit():
            value = int(value)
        if not isinstance(value, int) or isinstance(value, bool):
            continue
        stamp = value / 1000 if value > 1e11 else value
        if 9e8 < stamp < 4e9:
            return (datetime.fromtimestamp(stamp, UTC) + _BEIJING).date().isoformat()
    return None
