"""Where the body of the article is on the page.

Own rule first: the deepest element holding every report marker of the page, else the container every publishing
system names in its own way. Where that leaves much prose outside, trafilatura gives the second opinion; the longer of
the two wins unless the difference is links.
"""

import copy
import math

import trafilatura
from lxml import etree
from trafilatura import external

from crawler.normalise.markup import Element, drop, text_of, tokens
from crawler.normalise.offers import is_file
from crawler.normalise.vocabulary import ordered, words

ENOUGH_MARKERS = 3
_SURE_SHARE = 0.3
_SURE_CHARS = 300
_MENU_LINKS = 3
_MENU_SHARE = 0.6
_MAPPED_SHARE = 0.9
_OPINION_LIMIT_CHARS = 2_000_000

# Else trafilatura's last resort loads the stop words of a hundred languages (154,000 words, 0.25 s of every reader's
# start) to find none of them in Chinese text: there is no list of Chinese words among them.
external.JT_STOPLIST = tuple(external.get_stoplist("English"))  # type: ignore[assignment]


def prune(body: Element) -> None:
    """Take out menus, footers, side boxes. What holds a large share of the page, or report markers, is no furniture
    whatever its class says (a class ``page`` or ``main-side`` often wraps everything)."""
    names, tags = words("furniture"), words("furniture_tags")
    whole = max(len(text_of(body)), 1)
    # A list, as the tree changes; asked in XPath, a tag for each "or" makes the same take four times as long.
    for element in [one for one in body.iter("*") if one.attrib or one.tag in tags]:
        if element is body or element.getparent() is None:
            continue
        if element.tag in tags or _named(element, names):
            text = text_of(element)
            if len(text) < whole * 0.4 and len(markers(text)) < 2:
                drop(element)


def markers(text: str) -> set[str]:
    return {marker for marker in ordered("markers") if marker in text}


def unlinked(body: Element) -> Element:
    """A copy, element for element, without the text of links: menus name the sections of a report too."""
    plain = copy.deepcopy(body)
    for link in plain.iter("a"):
        if link.get("href"):
            for part in link.iter():
                part.text = None
                if part is not link:
                    part.tail = None
    return plain


def find(body: Element, plain: Element) -> Element:
    """The element to read; `body` itself when nothing better is there. `plain` is its `unlinked` copy."""
    whole = text_of(body)
    own = _by_markers(body, plain)
    if own is None:
        own = _by_name(body)
    if own is not None and _prose_outside(body, own) <= max(_SURE_CHARS, _SURE_SHARE * len(text_of(own))):
        return own
    opinion = _by_trafilatura(body, whole)
    if own is None or opinion is None:
        return own if own is not None else opinion if opinion is not None else body
    return _longer(own, opinion)


def _by_markers(body: Element, plain: Element) -> Element | None:
    """The deepest element that holds every marker the page says outside its links."""
    wanted = markers(text_of(plain))
    if len(wanted) < ENOUGH_MARKERS:
        return None
    node, twin = body, plain
    while True:
        place = next((i for i, child in enumerate(twin) if _says_all(child, wanted)), None)
        if place is None:
            break
        node, twin = node[place], twin[place]
    size = len(text_of(twin))
    node = _out_of_table(node)
    # A named container just around it also holds the lead and the signature (bodies cut into several sections).
    names = words("containers")
    for ancestor in node.iterancestors():
        if ancestor is body:
            break
        if _named(ancestor, names) and len(text_of(ancestor)) <= 1.5 * size + 200:
            node = ancestor
    _drop_link_lists(node)
    return node


def _says_all(element: Element, wanted: set[str]) -> bool:
    text = text_of(element)
    return all(marker in text for marker in wanted)


def _drop_link_lists(node: Element) -> None:
    """Menus and lists of further pages that stand inside a report's body, which is known by its markers."""
    for element in list(node.iter("ul", "ol", "div", "dl", "p", "table")):
        links = element.findall(".//a[@href]")
        if len(links) < _MENU_LINKS or element is node or any(is_file(link.get("href") or "") for link in links):
            continue
        if sum(len(text_of(link)) for link in links) >= _MENU_SHARE * len(text_of(element)):
            drop(element)


def _out_of_table(node: Element) -> Element:
    """From a row or section of a table to the table itself: half a table is no body."""
    while node.tag in ("tr", "tbody", "thead", "table") and (parent := node.getparent()) is not None:
        node = parent
    return node


def _by_name(body: Element) -> Element | None:
    names = words("containers")
    named = [e for e in body.iter("div", "td", "article", "section", "span", "ul") if _named(e, names)]
    best, most = None, 0
    for element in named:
        size = _prose(element)
        if size > most:
            best, most = element, size
    return best


def _prose_outside(body: Element, inside: Element) -> int:
    return _prose(body) - _prose(inside)


def _prose(element: Element) -> int:
    return len(text_of(element)) - sum(len(text_of(link)) for link in element.iter("a"))


def _by_trafilatura(body: Element, whole: str) -> Element | None:
    """The deepest element that holds what trafilatura took for the text."""
    if len(whole) > _OPINION_LIMIT_CHARS:
        return None
    page = etree.tostring(body, encoding="unicode", method="html")
    text = trafilatura.extract(f"<html>{page}</html>", favor_recall=True, include_comments=False, include_tables=True)
    squeezed = ("".join(line.replace("|", "").split()) for line in (text or "").splitlines())
    lines = [line for line in squeezed if len(line) >= 8 and line in whole]
    if not lines:
        return None
    needed, node = math.ceil(_MAPPED_SHARE * len(lines)), body
    while True:
        inner = next((child for child in node if sum(line in text_of(child) for line in lines) >= needed), None)
        if inner is None:
            return _out_of_table(node)
        node = inner


def _longer(own: Element, opinion: Element) -> Element:
    mine, theirs = text_of(own), text_of(opinion)
    if len(markers(mine)) > len(markers(theirs)):
        return own
    gain, prose_gain = len(theirs) - len(mine), _prose(opinion) - _prose(own)
    return opinion if gain > 0 and prose_gain >= 0.7 * gain and prose_gain > 0.1 * len(mine) else own


def _named(element: Element, names: frozenset[str]) -> bool:
    return not names.isdisjoint(tokens(element))
