"""What a list's data request answers: JSON, JSONP, XML, lines or a piece of markup, as links and as the bare data."""

import csv
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from lxml import etree

from spiders.idioms import NO_IDIOMS, Idioms
from spiders.links import DataLinks, Link
from spiders.literals import read_literal
from spiders.records import ADDRESS

_JSONP = re.compile(r"^\s*[\w.$]{1,80}\s*\((.*)\)\s*;?\s*$", re.S)
_XML = re.compile(
    r"^\s*(?:<\?xml|<(?:datastore|rss|feed|urlset|sitemapindex|response|root|data|list|items)[\s>])", re.I
)
_XHTML = re.compile(r"<html[\s>]", re.I)
_MOST_ELEMENTS = 60_000
_CHINESE = re.compile(r"[\u3400-\u9fff]")
_FEWEST_LINES, _MOST_LINES = 2, 5000


@dataclass(frozen=True)
class Answer:
    """`value` is the data itself, for pagers that count in it."""

    value: Any
    links: tuple[Link, ...]


def answer_in(text: str, url: str, idioms: Idioms = NO_IDIOMS) -> Answer | None:
    """The data in a body that is no page; None when it is one. `idioms`: how the pages that ask for such data make
    addresses."""
    value = _json(text)
    if value is None and _XML.match(text[:300]) and not _XHTML.search(text[:1000]):
        value = list(_xml(text))
    if value is None and "<" not in text[:1000]:
        value = _lines(text)
    if value is None:
        return None
    return Answer(value, tuple(DataLinks(url, idioms=idioms).links(value)))


def _json(text: str) -> Any:
    bare = text.lstrip("\ufeff \t\r\n")
    if wrapped := _JSONP.match(bare):
        bare = wrapped.group(1).strip()
    if not bare or bare[0] not in "{[":
        return None
    try:
        value = json.loads(bare)
    except (ValueError, RecursionError):
        value = _objects(bare) or read_literal(bare)
    if isinstance(value, dict) and len(value) == 1 and isinstance(held := next(iter(value.values())), str):
        value = read_literal(held) if held[:1] in ("{", "[") else value  # ASP.NET's services: {"d": "{…}"}
    return value if isinstance(value, dict | list) else None


def _objects(text: str) -> list[Any] | None:
    """An object a line (NDJSON)."""
    try:
        held = [json.loads(line) for line in text.splitlines()[:_MOST_LINES] if line.strip()]
    except (ValueError, RecursionError):
        return None
    return held if len(held) >= _FEWEST_LINES else None


def _lines(text: str) -> list[Any] | None:
    """Rows of plain text: values set apart by the same mark in every line (CSV)."""
    lines = [line for line in text.splitlines()[:_MOST_LINES] if line.strip()]
    if len(lines) < _FEWEST_LINES:
        return None
    for mark in (",", "\t", "|", ";"):
        rows = list(csv.reader(lines, delimiter=mark))
        told = sum(any(ADDRESS.match(c) for c in row) and any(_CHINESE.search(c) for c in row) for row in rows)
        if told >= _FEWEST_LINES and all(len(row) == len(rows[0]) for row in rows):
            return rows  # and no code
    return None


def _xml(text: str) -> Iterator[Any]:
    """Each element that holds others as an object of their texts; attributes count as well. Anything else is markup."""
    parser = etree.XMLParser(recover=True, resolve_entities=False, no_network=True, huge_tree=False)
    try:
        root = etree.fromstring(text.encode("utf-8", "replace"), parser)
    except (etree.XMLSyntaxError, ValueError):
        return
    if root is None:
        return
    for count, element in enumerate(root.iter()):
        if count > _MOST_ELEMENTS:
            return
        if not isinstance(element.tag, str):
            continue
        fields = {**{_bare(k): v for k, v in element.attrib.items()}}
        for child in _leaves(element):
            said = (child.text or "").strip() or child.get("href") or ""
            fields.setdefault(_bare(child.tag), said)
        if fields:
            yield fields
        if len(element) == 0 and element.text and "<a" in element.text:
            yield [element.text]


def _leaves(element: etree._Element) -> Iterator[etree._Element]:
    """What an element says in its children, and in their children where it holds only a few (news:title of a url)."""
    few = len(element) <= 12
    for child in element:
        if isinstance(child.tag, str) and len(child) == 0:
            yield child
        elif few and isinstance(child.tag, str) and len(child) <= 12:
            yield from (leaf for leaf in child if isinstance(leaf.tag, str) and len(leaf) == 0)


def _bare(tag: str) -> str:
    return re.sub(r"^\{[^}]*\}", "", str(tag))
