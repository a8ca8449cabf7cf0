"""HTML text to an lxml tree, whatever was done to it."""

import re
from collections.abc import Iterator
from typing import cast

from lxml import etree

PAGE_LIMIT_CHARS = 12_000_000
TAG_LIMIT_CHARS = 65_536
_WRAPPER_DEPTH = 150
_DEPTH = 220
_WRAPPERS = frozenset(("div", "span", "font", "b", "i", "strong", "em", "center", "section", "article", "ul", "li", "a",
                       "o:p", "u"))
_TAG_START = re.compile(r"<(/?[a-zA-Z][\w:-]{0,40})")

Element = etree._Element


def parse(text: str) -> tuple[Element, list[str]]:
    """The ``<html>`` element and warnings. Raises ValueError when nothing at all could be made of the text."""
    warnings = []
    if len(text) > PAGE_LIMIT_CHARS:
        text = text[:PAGE_LIMIT_CHARS]
        warnings.append(f"page cut at {PAGE_LIMIT_CHARS} characters")
    text, stripped = _strip_long_tags(text.replace("\x00", ""))
    if stripped:
        warnings.append(f"{stripped} tags longer than {TAG_LIMIT_CHARS} characters lost their attributes")
    tree, too_deep = _lxml(text)
    if too_deep:
        # lxml gives up at 256 levels and returns what it has, which may be nothing.
        tree = _flattened(text)
        warnings.append("page nested too deeply; outer wrappers were dropped")
    if tree is None:
        raise ValueError("no element in the page")
    return tree, warnings


def _lxml(text: str) -> tuple[Element | None, bool]:
    # Plain elements: lxml.html's own class costs a look-up for every element touched, a sixth of the whole reading.
    parser = etree.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True)
    try:
        tree = etree.fromstring(text.encode("utf-8", "replace"), parser)
    except etree.XMLSyntaxError:
        tree = None
    return tree, any(entry.type_name == "ERR_RESOURCE_LIMIT" for entry in parser.error_log)


def _strip_long_tags(text: str) -> tuple[str, int]:
    """A tag with 200,000 attributes keeps libxml2 busy for minutes; pasted images are as long. Names are kept."""
    pieces, stripped = text.split(">"), 0
    if max(map(len, pieces)) < TAG_LIMIT_CHARS:
        return text, 0
    for i, piece in enumerate(pieces):
        if len(piece) < TAG_LIMIT_CHARS:
            continue
        start = _TAG_START.search(piece)
        if start and len(piece) - start.start() >= TAG_LIMIT_CHARS:
            pieces[i] = piece[:start.end()]
            stripped += 1
    return ">".join(pieces), stripped


class _Shallow:
    """Parser target that leaves wrappers below a sane depth out of the tree and their content in place. libxml2's depth
    limit is on trees, not on what it reports to a target."""

    def __init__(self) -> None:
        self._builder = etree.TreeBuilder()
        self._kept: list[bool] = []
        self._depth = 0

    def start(self, tag: str | bytes, attrib: dict[str | bytes, str | bytes]) -> None:
        keep = self._depth < (_WRAPPER_DEPTH if tag in _WRAPPERS else _DEPTH)
        self._kept.append(keep)
        if keep:
            self._depth += 1
            self._builder.start(tag, attrib)

    def end(self, tag: str | bytes) -> None:
        if self._kept.pop():
            self._depth -= 1
            self._builder.end(tag)

    def data(self, text: str | bytes) -> None:
        self._builder.data(text)

    def comment(self, text: str | bytes) -> None:
        """Comments are left out."""

    def close(self) -> Element:
        return self._builder.close()


def _flattened(text: str) -> Element | None:
    parser = etree.HTMLParser(target=_Shallow(), encoding="utf-8")
    try:
        return cast("Element", etree.fromstring(text.encode("utf-8", "replace"), parser))
    except etree.XMLSyntaxError:
        return None


def tokens(element: Element) -> list[str]:
    """Class and id names in lower case."""
    named, identified = element.get("class"), element.get("id")
    if named is None and identified is None:
        return []
    return f"{named or ''} {identified or ''}".lower().split()


def raw_text(element: Element) -> str:
    return "".join(cast("Iterator[str]", element.itertext()))


def text_of(element: Element) -> str:
    """All text without white space: for comparing sizes and finding words that markup cut in two."""
    return "".join(raw_text(element).split())


def drop(element: Element) -> None:
    """Take an element out, leaving the text behind it in place."""
    parent, tail = element.getparent(), element.tail
    if parent is None:
        return
    if tail:
        before = element.getprevious()
        if before is None:
            parent.text = (parent.text or "") + tail
        else:
            before.tail = (before.tail or "") + tail
    element.tail = None
    parent.remove(element)
