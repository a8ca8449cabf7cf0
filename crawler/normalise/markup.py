"""HTML text to an lxml tree, whatever was done to it."""

import re
from typing import cast

from lxml import etree

from gongkai.markup import goes_on, mended

PAGE_LIMIT_CHARS = 12_000_000
TAG_LIMIT_CHARS = 65_536
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
    if _ends_in_table(text):
        warnings.append("page cut: it ends inside a table")
    tree, too_deep = _lxml(text)
    if too_deep or (tree is not None and goes_on(tree)):
        found = "nested too deeply" if too_deep else "goes on after its end"
        if (whole := mended(text)) is not None:
            tree, _ = _lxml(whole)
            warnings.append(f"page {found}")
        else:
            warnings.append(f"page cut: it {found} and is too long to be mended")
    if tree is None:
        raise ValueError("no element in the page")
    return tree, warnings


def _ends_in_table(text: str) -> bool:
    """Whether the rest of the page never came: the cells that are missing would be read as blank ones."""
    lower = text.lower()
    last = lower.rfind("<table")
    return last >= 0 and lower.count("<table") > lower.count("</table") and not any(
        lower.find(end, last) >= 0 for end in ("</body", "</html"))


def _lxml(text: str) -> tuple[Element | None, bool]:
    """The tree and whether libxml2 gave up at its 256 levels: then it holds what came before, which may be nothing."""
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


def tokens(element: Element) -> list[str]:
    """Class and id names in lower case."""
    named, identified = element.get("class"), element.get("id")
    if named is None and identified is None:
        return []
    return f"{named or ''} {identified or ''}".lower().split()


_STRING = etree.XPath("string()", smart_strings=False)


def raw_text(element: Element) -> str:
    # Put together by libxml2: a hundred times as fast as joining what `itertext` gives, and a ninth of all reading.
    return cast("str", _STRING(element))


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
