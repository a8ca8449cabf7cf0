"""HTML text to an lxml tree, whatever was done to it."""

import re

import lxml.html
from bs4 import BeautifulSoup
from lxml import etree

PAGE_LIMIT_CHARS = 12_000_000
TAG_LIMIT_CHARS = 65_536
_DEPTH_LIMIT = 150
_WRAPPERS = ("div", "span", "font", "b", "i", "strong", "em", "center", "section", "article", "ul", "li", "a", "o:p", "u", "p")
_TAG_START = re.compile(r"<(/?[a-zA-Z][\w:-]{0,40})")

Element = lxml.html.HtmlElement


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
        # lxml gives up at 256 levels and returns what it has, which may be nothing; BeautifulSoup reads on.
        tree, _ = _lxml(_flattened(text))
        warnings.append("page nested too deeply; outer wrappers were dropped")
    if tree is None:
        raise ValueError("no element in the page")
    return tree, warnings


def _lxml(text: str) -> tuple[Element | None, bool]:
    parser = lxml.html.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True)
    try:
        tree = etree.fromstring(text.encode("utf-8", "replace"), parser)
    except etree.ParserError:
        tree = None
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
        start = next((m for m in _TAG_START.finditer(piece) if "<" not in piece[m.end():]), None) or _TAG_START.search(piece)
        if start and len(piece) - start.start() >= TAG_LIMIT_CHARS:
            pieces[i] = piece[:start.end()]
            stripped += 1
    return ">".join(pieces), stripped


def _flattened(text: str) -> str:
    """The page with wrappers below a sane depth taken away, their content left in place."""
    soup = BeautifulSoup(text, "lxml")
    depth: dict[int, int] = {id(soup): 0}
    doomed = []
    for tag in soup.find_all(True):
        level = depth.get(id(tag.parent), 0)
        wrapper = tag.name in _WRAPPERS and not (tag.name == "p" and level < _DEPTH_LIMIT + 20)
        if level >= _DEPTH_LIMIT and wrapper:
            doomed.append(tag)
            depth[id(tag)] = level
        else:
            depth[id(tag)] = level + 1
    for tag in reversed(doomed):
        tag.unwrap()
    return str(soup)
