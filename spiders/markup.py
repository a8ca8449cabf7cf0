"""Source to the tree that links and titles are read from, and the code in it."""

import re
from urllib.parse import quote

from lxml import etree
from lxml.html import HtmlElement
from parsel import Selector

from gongkai.markup import goes_on, mended

LONGEST_SCRIPTS = 800_000
_ADDRESSING = frozenset(("href", "src", "action", "onclick", "value", "data-url", "data-href"))
_AT_ONCE = "//@x-init | //@ng-init | //@data-init"
"""Attributes whose code a library runs as soon as the page is there."""
_IN_QUERY = re.compile(r"([?&][\w\-]{1,40}=)([\w\-.%]*[^\x00-\x7f][^\s&=#\"'<>()]*)")


def tree_of(text: str) -> HtmlElement | None:
    """The whole of the page in one tree; None where nothing can be made of it."""
    # Records of a list in CDATA are markup to us; an HTML parser takes them for a comment.
    text = text.replace("<![CDATA[", "").replace("]]>", "") if "<![CDATA[" in text else text
    root = _parsed(text)
    if root is not None and goes_on(root) and (whole := mended(text)) is not None:
        return _parsed(whole)
    return root


def _parsed(text: str) -> HtmlElement | None:
    try:
        root = Selector(text=text, type="html").root
    except (ValueError, etree.ParserError):
        return None
    return root if isinstance(root, etree._Element) else None


def escape_queries(root: HtmlElement, charset: str) -> None:
    """Escapes the Chinese in the queries of a page's addresses with the page's own charset, as browsers send them
    (WHATWG URL, 4.3: paths go in UTF-8, queries in the document's encoding)."""
    def escaped(text: str) -> str:
        return _IN_QUERY.sub(lambda m: m.group(1) + quote(m.group(2).encode(charset, "replace")), text)

    for element in root.iter():
        if not isinstance(element.tag, str):
            continue
        if element.tag == "script" and element.text and "?" in element.text:
            element.text = escaped(element.text)
        for name, value in element.attrib.items():
            if "?" in value and not value.isascii() and name in _ADDRESSING:
                element.set(name, escaped(value))


def scripts_of(root: HtmlElement) -> str:
    """The code that stands in the page itself."""
    code = [(s.text or "")[:200_000] for s in root.iter("script") if (s.get("type") or "") != "text/xml"]
    code += [str(value) for value in root.xpath(_AT_ONCE)]
    return "\n".join(code)[:LONGEST_SCRIPTS]
