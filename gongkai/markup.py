"""Pages that are not one tidy document, made one: headers included as whole pages of their own (content goes on after
``</html>``), wrappers that never close. libxml2 gives a tree of their first part; BeautifulSoup sees the rest."""

from lxml import etree

_LIMIT_CHARS = 2_000_000  # a soup takes a hundred times its source: 450 MB were measured for 4.5 MB of table
_FEW_CHARS = 40
_UNSEEN = ("script", "style", "noscript", "template")
_SHELLS = ("html", "body")
_WRAPPERS = frozenset(("div", "span", "font", "b", "i", "strong", "em", "center", "section", "article", "ul", "li", "a",
                       "o:p", "u"))
_WRAPPER_DEPTH = 150
_DEPTH = 220


def goes_on(root: etree._Element) -> bool:
    """Whether the page says something after the end of its ``<html>`` element `root`: a link, or more than a word."""
    chars = 0
    for sibling in root.itersiblings(etree.Element):
        for element in sibling.iter(etree.Element):
            if element.tag == "a" and element.get("href"):
                return True
            if element.tag not in _UNSEEN:
                chars += len((element.text or "").strip())
            chars += len((element.tail or "").strip())
    return chars > _FEW_CHARS


def mended(text: str) -> str | None:
    """The source as one document of sane depth, everything in its place; None when it is too long to be mended.
    Ends and beginnings of documents in the middle are left out, and wrappers nested deeper than any reader needs."""
    if len(text) > _LIMIT_CHARS:
        return None
    from bs4 import BeautifulSoup  # 0.05 s to import, and few crawls meet such a page

    soup = BeautifulSoup(text.encode("utf-8", "replace").decode(), "lxml")
    depths: dict[int, int] = {id(soup): 0}
    for tag in soup.find_all(True):
        above = depths[id(tag.parent)]
        # A hidden tag is left out of the source that is written, its content is not.
        tag.hidden = tag.name in _SHELLS or above >= (_WRAPPER_DEPTH if tag.name in _WRAPPERS else _DEPTH)
        depths[id(tag)] = above + (not tag.hidden)
    return f"<html><body>{soup.decode()}</body></html>"
