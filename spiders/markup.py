"""Source to the tree that links and titles are read from, and the code in it."""

from lxml import etree
from lxml.html import HtmlElement
from parsel import Selector

from gongkai.markup import goes_on, mended

LONGEST_SCRIPTS = 800_000


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


def scripts_of(root: HtmlElement) -> str:
    """The code that stands in the page itself."""
    code = ((s.text or "")[:200_000] for s in root.iter("script") if (s.get("type") or "") != "text/xml")
    return "\n".join(code)[:LONGEST_SCRIPTS]
