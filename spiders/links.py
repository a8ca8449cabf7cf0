"""Every way a page names another: anchors, scripts, options, image maps, frames, redirects, lists kept inside scripts.

A `Link` comes with what stands around it: heads of its table's row and column, heading of its list, date beside it.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal
from urllib.parse import parse_qsl, urlsplit

from lxml.html import HtmlElement

from gongkai.address import canonical
from spiders.markup import tree_of
from spiders.surroundings import Context, Surroundings, seen_text
from spiders.vocabulary import addresses

How = Literal["anchor", "script", "option", "area", "frame", "redirect"]

_MOST_LINKS = 4000
_LONGEST_URL = 2000
_LONGEST_SCRIPT = 1_500_000
_QUOTED = re.compile(r"""["']([^"'\s<>{}]{2,400})["']""")
_PATH = re.compile(r"^(?:https?://|\.{0,2}/[^/\s]|[\w\-./]+\.(?:s?html?|jsp|jspx|aspx?|php|do|action|jhtml|thtml|dhtml|pdf|docx?"
                   r"|wps|xlsx?|ofd)(?:[?#]|$)|[\w\-./]*\?[\w\-]+=)", re.I)
_JS_MOVE = re.compile(r"""location(?:\.href)?\s*=\s*["']([^"']{1,400})["']"""
                      r"""|location\.(?:replace|assign)\(\s*["']([^"']{1,400})["']"""
                      r"""|window\.open\(\s*["']([^"']{1,400})["']\s*,\s*["']_(?:self|top|parent)["']""")
_META_MOVE = re.compile(r"""^\s*(\d{1,4})(?:\.\d+)?\s*[;,]\s*url\s*=\s*["']?([^"'\s>]+)""", re.I)
_DATA_ATTRIBUTES = ("data-url", "data-href", "data-link", "data-src", "url", "_href")


@dataclass(frozen=True)
class Link:
    """`text` is what a reader sees, `title` the untruncated title attribute ("" where there is none)."""

    url: str
    text: str
    title: str
    how: How
    context: Context

    @property
    def name(self) -> str:
        """The fullest wording: the title attribute, unless it says less than the text."""
        return self.title if len(self.title) >= len(self.text.rstrip(".…")) else self.text

    @property
    def is_file(self) -> bool:
        return is_file(self.url)


def is_file(url: str) -> bool:
    """Whether an address names a document file (PDF, Word, archive …) by its ending or its download parameter."""
    parts = urlsplit(url)
    ending = parts.path.rsplit("/", 1)[-1].rsplit(".", 1)
    if len(ending) == 2 and ending[1].lower() in addresses().files:
        return True
    return bool(parts.query and addresses().file_queries.search(parts.query))


def find_links(root: HtmlElement, base: str) -> tuple[Link, ...]:
    """All links of a page in document order, at most 4,000; an address named twice stands twice."""
    declared = next((b.get("href") for b in root.iter("base") if b.get("href")), None)
    base = (canonical(declared, base) or base) if declared else base
    found: list[Link] = []
    for link in _walk(root, base):
        found.append(link)
        if len(found) >= _MOST_LINKS:
            break
    return tuple(found)


def _walk(root: HtmlElement, base: str) -> Iterator[Link]:
    around = Surroundings()
    for element in root.iter():
        tag = element.tag
        if not isinstance(tag, str):
            continue
        if tag == "script":
            yield from _inside_script(element, base)
        elif tag in ("frame", "iframe"):
            yield from _one(element, base, _frame_source(element), "frame", around)
        elif tag == "option":
            value = element.get("value") or ""
            if _PATH.match(value):
                yield from _one(element, base, value, "option", around)
        else:
            yield from _clickable(element, tag, base, around)


def _clickable(element: HtmlElement, tag: str, base: str, around: Surroundings) -> Iterator[Link]:
    if tag in ("a", "area"):
        href = (element.get("href") or "").strip()
        if href and not href.lower().startswith(("javascript:", "#", "mailto:", "tel:")):
            yield from _one(element, base, href, "area" if tag == "area" else "anchor", around)
            return
        named = [*_named_in_script(href), *_named_in_script(element.get("onclick") or "")]
    else:
        named = _named_in_script(element.get("onclick") or "")
    named += [value for name in _DATA_ATTRIBUTES if (value := element.get(name)) and _PATH.match(value)]
    for address in dict.fromkeys(named):
        yield from _one(element, base, address, "script", around)


def _one(element: HtmlElement, base: str, href: str, how: How, around: Surroundings) -> Iterator[Link]:
    url = canonical(href, base)
    if url is None or len(url) > _LONGEST_URL:
        return
    text = seen_text(element) or next(
        (alt for image in element.iter("img") if (alt := image.get("alt") or image.get("title"))), "")
    text = text or element.get("alt") or element.get("name") or ""
    title = " ".join((element.get("title") or "").split())
    yield Link(url, text[:300], title[:300], how, around.of(element))


def _frame_source(element: HtmlElement) -> str:
    """Where a frame leads; a PDF viewer's frame leads to the file it shows."""
    source = element.get("src") or ""
    shown = dict(parse_qsl(urlsplit(source).query)).get("file", "")
    return shown if is_file(shown) else source


def _named_in_script(code: str) -> list[str]:
    return [quoted for quoted in _QUOTED.findall(code[:2000]) if _PATH.match(quoted)]


def _inside_script(script: HtmlElement, base: str) -> Iterator[Link]:
    """Anchors of a list that the page keeps as text in a script (XML records in CDATA, template strings)."""
    text = script.text or ""
    if len(text) > _LONGEST_SCRIPT or "<a" not in text or "href" not in text:
        return
    plain = re.sub(r"<!\[CDATA\[|\]\]>", "", text).replace('\\"', '"').replace("\\/", "/")
    fragment = tree_of(f"<div>{plain}</div>")
    if fragment is None:
        return
    around = Surroundings()
    for anchor in fragment.iter("a"):
        # A template's own placeholders (<?=el.link?>, ${url}, '+x+') name no page.
        href = anchor.get("href") or ""
        if href and not re.search(r"[<>{}$+]|\?=", href):
            yield from _clickable(anchor, "a", base, around)


def redirects(root: HtmlElement, base: str) -> tuple[Link, ...]:
    """Where the page itself sends its reader: meta refresh within ten seconds, or a script that moves the window."""
    targets: list[str] = []
    for meta in root.iter("meta"):
        if (meta.get("http-equiv") or "").lower() == "refresh":
            move = _META_MOVE.match(meta.get("content") or "")
            if move and int(move.group(1)) <= 10:
                targets.append(move.group(2))
    for script in root.iter("script"):
        for move in _JS_MOVE.finditer((script.text or "")[:20_000]):
            targets.append(next(group for group in move.groups() if group))
    for element in root.iter("body"):
        if move := _JS_MOVE.search(element.get("onload") or ""):
            targets.append(next(group for group in move.groups() if group))
    urls = dict.fromkeys(url for target in targets if (url := canonical(target, base)))
    return tuple(Link(url, "", "", "redirect", Context()) for url in urls)
