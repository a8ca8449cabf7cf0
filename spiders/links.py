"""Every way a page names another: anchors, scripts, options, image maps, frames, redirects, lists kept inside scripts.

A `Link` comes with what stands around it: heads of its table's row and column, heading of its list, date beside it.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import islice
from typing import Any, Literal
from urllib.parse import parse_qsl, urlencode, urlsplit

from lxml import etree
from lxml.html import HtmlElement

from gongkai.address import canonical
from spiders.clicks import clicked_in
from spiders.idioms import NO_IDIOMS, Idioms
from spiders.literals import literals, read_literal
from spiders.lookups import form_fields
from spiders.markup import scripts_of, tree_of
from spiders.openers import Opener, addresses_of, moves_in, openers_in
from spiders.payloads import payloads_in
from spiders.post import Post
from spiders.records import ADDRESS, NOT_A_PAGE, Fragment, Record, records_in
from spiders.sent import with_query
from spiders.surroundings import Context, Surroundings, seen_text
from spiders.templates import made_of, templates_in
from spiders.trees import POSTED
from spiders.vocabulary import addresses
from spiders.written import rows_called, written_in

How = Literal["anchor", "script", "option", "area", "frame", "redirect", "data", "family"]

_MOST_LINKS = 4000
_LONGEST_URL = 2000
_LONGEST_SCRIPT = 1_500_000
_LONGEST_WAIT_S = 10
_QUOTED = re.compile(r"""["']([^"'\s<>{}]{2,400})["']""")
_JS_MOVE = re.compile(r"""(?:location(?:\.href)?\s*=|location\.(?:replace|assign)\(|window\.open\((?=[^,]{1,400},"""
                      r"""\s*["']_(?:self|top|parent)["']))\s*(["'])(?P<to>[^"']{1,400})\1""")
_META_MOVE = re.compile(r"""^\s*(\d{1,4})(?:\.\d+)?\s*[;,]\s*url\s*=\s*["']?([^"'\s>]+)""", re.I)
_CHOSEN = re.compile(r"""["']([^"'\s]{1,200})["']\s*\+\s*(?:this|[\w.$\[\]()]+)(?:\.options\[[^\]]*\])?"""
                     r"""(?:\.value)?\s*(?:\+\s*["']([^"'\s]{0,100})["'])?""")
_SPELT = re.compile(r"^([^:]{4,120}?)[\s:：]+(https?://[^\s<>\"'，。；、（）)]{8,300})\s*$")
_ROUTES = ("#/", "#!/")
_NEXT = "下一页"
_NEXT_MARK = re.compile(r"(?:^|[\s_-])next(?:$|[\s_-])")
_CHINESE = re.compile(r"[\u3400-\u9fff]")
_INCLUDING = ("w3-include-html", "include-html", "data-include", "data-load", "hx-get", "data-remote", "ic-get-from")
"""Attributes whose address a library puts into the element, as a frame shows it."""
_UNPACKS = re.compile(r"""["'/]<!--|nodeType\s*={2,3}\s*8\b|COMMENT_NODE""")
"""Code that takes markup out of comments, where lists wait to be drawn; other comments are what nobody sees."""
_NO_DOORS = frozenset(("a", "img", "input", "link", "script", "meta", "html", "body", "form", "video", "audio",
                       "source", "track", "use", "image", "path", "svg"))
"""Elements whose addresses are no links, or are taken as links already."""
_NO_LINKS = re.compile(r"^(?:src|style|class|id|name|value|action|content|background|cite|poster|rel|type|alt|title|d"
                       r"|on\w+|xmlns.*|.*(?:img|image|icon|logo|thumb|poster|original|lazy|bg|api|proxy).*)$")
"""Attributes that lead nowhere when an element is clicked, whatever stands in them; vendors call the others as they
like (data-url, lay-href, _href, link, to)."""


@dataclass(frozen=True)
class Link:
    """`text` is what a reader sees, `title` the untruncated title attribute ("" where there is none)."""

    url: str
    text: str
    title: str
    how: How
    context: Context
    post: Post | None = None

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


def find_links(root: HtmlElement, base: str, source: str = "", idioms: Idioms = NO_IDIOMS) -> tuple[Link, ...]:
    """All links of a page in document order, at most 4,000; an address named twice stands twice. `source` is the page's
    text, where the patterns of addresses stand that records with mere ids need; `idioms` are the whole site's."""
    base = base_of(root, base)
    return tuple(islice(_walk(root, base, DataLinks(base, source, idioms, root)), _MOST_LINKS))


def base_of(root: HtmlElement, url: str) -> str:
    """What a page's relative addresses start from, those in its scripts as well."""
    declared = next((b.get("href") for b in root.iter("base") if b.get("href")), None)
    return (canonical(declared, url) or url) if declared else url


def _walk(root: HtmlElement, base: str, data: "DataLinks") -> Iterator[Link]:
    around = Surroundings()
    yield from _elements(root, base, data, around)
    for row in rows_called(data.scripts, data.base, data.source):
        yield from data.links([row])
    for element, asked in clicked_in(data.scripts, data.base, data.source, root):
        yield from _one(element, base, asked.url, "script", around, asked.post)
    if written := written_in(data.scripts, data.base, data.source):
        yield from _of_markup(written, base)


def _elements(root: HtmlElement, base: str, data: "DataLinks", around: Surroundings) -> Iterator[Link]:
    unpacks = bool(_UNPACKS.search(data.scripts))
    for element in root.iter():
        tag = element.tag
        if not isinstance(tag, str):
            if unpacks and tag is etree.Comment:
                yield from _anchors_in(element.text or "", base)
            continue
        if tag == "script":
            yield from _inside_script(element, base, data)
        elif tag in ("frame", "iframe", "embed", "object"):
            yield from _one(element, base, _frame_source(element), "frame", around)
        elif tag == "option":
            yield from _option(element, base, around, data)
        elif tag == "form":
            yield from _button(element, base, around)
        elif tag == "link":
            if element.get("rel") == "next":
                yield Link(canonical(element.get("href") or "", base) or base, _NEXT, "", "anchor", Context())
        elif tag == "textarea":
            yield from _anchors_in(element.text or "", base)
        elif address := next((a for name in _INCLUDING if (a := element.get(name)) and ADDRESS.match(a)), None):
            yield from _included(element, base, address, around)
        else:
            yield from _clickable(element, tag, base, around, data)
            yield from _spelt_out(element, base, around)
            yield from _in_attributes(element, data)


def _included(element: HtmlElement, base: str, address: str, around: Surroundings) -> Iterator[Link]:
    """What is put into an element as it comes, or (a button: 加载更多) when that is clicked."""
    sent = read_literal(element.get("hx-vals") or "")
    query = urlencode(sent) if isinstance(sent, dict) else ""
    how: How = "script" if element.tag in ("button", "a") else "frame"
    yield from _one(element, base, with_query(address, query), how, around)


def _option(option: HtmlElement, base: str, around: Surroundings, data: "DataLinks") -> Iterator[Link]:
    """An address as the value, or a value that the select's script or form makes an address of."""
    value = (option.get("value") or "").strip()
    if ADDRESS.match(value):
        yield from _one(option, base, value, "option", around)
        return
    select = next(option.iterancestors("select"), None)
    if select is None or not re.fullmatch(r"[\w\-.]{1,64}", value):
        return
    if glued := _CHOSEN.search(select.get("onchange") or ""):
        yield from _one(option, base, f"{glued.group(1)}{value}{glued.group(2) or ''}", "option", around)
        return
    if (handler := select.get("onchange") or "") and (opened := list(addresses_of(handler, option, data.openers))):
        yield from _one(option, base, opened[0], "option", around)
        return
    form = next(select.iterancestors("form"), None)
    if form is None or not select.get("name"):
        return
    fields = {**form_fields(form), str(select.get("name")): value}
    address, post = _sent_by(form, fields, base)
    yield from _one(option, base, address, "option", around, post)


def _sent_by(form: HtmlElement, fields: dict[str, str], base: str) -> tuple[str, Post | None]:
    """What a form asks for with these fields, in its query or as its body."""
    action = canonical(form.get("action") or base, base) or base
    if (form.get("method") or "get").lower() == "post":
        return action, Post.form(fields)
    return (f"{action.split('?')[0]}?{urlencode(fields)}" if fields else action), None


def _button(form: HtmlElement, base: str, around: Surroundings) -> Iterator[Link]:
    """A form that is but a button: nothing to fill in, and one way to send it, which says where it leads."""
    fields = [f for f in form.iter("input", "button", "select", "textarea", "a") if f.get("type") != "hidden"]
    sends = len(fields) == 1 and fields[0].tag in ("input", "button") and fields[0].get(
        "type", "submit") in ("submit", "image")
    label = (fields[0].get("value") or seen_text(fields[0])).strip() if sends else ""
    if not label:
        return
    address, post = _sent_by(form, form_fields(form), base)
    for link in _one(fields[0], base, address, "script", around, post):
        yield replace(link, text=label[:300])


def _clickable(element: HtmlElement, tag: str, base: str, around: Surroundings,
               data: "DataLinks | None" = None) -> Iterator[Link]:
    handlers = [element.get("onclick") or ""]
    if tag in ("a", "area"):
        href = (element.get("href") or "").strip()
        if href and (href.startswith(_ROUTES) or not href.lower().startswith(("javascript:", "#", "mailto:", "tel:"))):
            yield from _one(element, base, href, "area" if tag == "area" else "anchor", around)
            return
        handlers.insert(0, href)
    named = [address for handler in handlers for address in _named_in_script(handler)]
    if not named and data is not None and any(handlers):
        named = [made for handler in handlers if "(" in handler
                 for made in addresses_of(handler, element, data.openers)]
    if tag == "a" or tag not in _NO_DOORS:
        named += [value.strip() for name, value in element.attrib.items()
                  if ADDRESS.match(value.strip()) and name != "href" and not _NO_LINKS.match(name)
                  and not NOT_A_PAGE.search(value)]
    for address in dict.fromkeys(named):
        yield from _one(element, base, address, "script", around)


def _one(element: HtmlElement, base: str, href: str, how: How, around: Surroundings,
         post: Post | None = None) -> Iterator[Link]:
    url = canonical(href, base)
    if url is None or len(url) > _LONGEST_URL:
        return
    text = seen_text(element) or next(
        (alt for image in element.iter("img") if (alt := image.get("alt") or image.get("title"))), "")
    text = text or element.get("alt") or element.get("aria-label") or element.get("name") or ""
    if not text and _NEXT_MARK.search(f"{element.get('rel') or ''} {element.get('class') or ''}"):
        text = _NEXT  # an arrow that only the style sheet draws
    title = " ".join((element.get("title") or "").split())
    yield Link(url, text[:300], title[:300], how, around.of(element), post)


def _frame_source(element: HtmlElement) -> str:
    """Where a frame leads; a viewer's (``viewer.html?file=…``, an office's online one) leads to the file it shows."""
    source = element.get("src") or element.get("data") or ""
    return next((value for _, value in parse_qsl(urlsplit(source).query) if is_file(value)), source)


def _named_in_script(code: str) -> list[str]:
    return [quoted for quoted in _QUOTED.findall(code[:2000]) if ADDRESS.match(quoted)]


def _inside_script(script: HtmlElement, base: str, data: "DataLinks") -> Iterator[Link]:
    """What a page keeps as text in a script: anchors (XML records, template strings) and data that names addresses."""
    text = script.text or ""
    if len(text) > _LONGEST_SCRIPT:
        return
    if "<a" in text and "href" in text:
        yield from _anchors_in(text.replace('\\"', '"').replace("\\/", "/"), base)
    if _CHINESE.search(text) or "\\u" in text:
        for literal in literals(text):
            yield from data.links(literal.value)
    for payload in payloads_in(text):
        yield from data.links(payload)


def _anchors_in(markup: str, base: str, heading: str = "") -> Iterator[Link]:
    if "<a" not in markup:
        return
    fragment = tree_of(f"<div>{markup}</div>")
    if fragment is None:
        return
    around = Surroundings()
    for anchor in fragment.iter("a"):
        # A template's own placeholders (<?=el.link?>, ${url}, '+x+') name no page.
        href = anchor.get("href") or ""
        if href and not re.search(r"[<>{}$+]|\?=", href):
            for link in _clickable(anchor, "a", base, around):
                yield link if not heading else replace(
                    link, context=replace(link.context, list_heading=link.context.list_heading or heading))


def _spelt_out(element: HtmlElement, base: str, around: Surroundings) -> Iterator[Link]:
    """An address that stands in the text with what it is of before it, and is no link: 2021年年度报告：http://…"""
    said = _SPELT.search(element.text) if element.text and "://" in element.text else None
    if said is not None and element.tag in ("p", "li", "td", "div", "span"):
        for link in _one(element, base, said.group(2), "anchor", around):
            yield replace(link, text=said.group(1).strip()[:300])


def _of_markup(markup: str, base: str) -> Iterator[Link]:
    """Links and frames of markup that is no page of its own."""
    fragment = tree_of(f"<div>{markup}</div>")
    around = Surroundings()
    for element in fragment.iter("a", "iframe", "frame") if fragment is not None else ():
        if element.tag == "a":
            yield from _clickable(element, "a", base, around)
        else:
            yield from _one(element, base, _frame_source(element), "frame", around)


def _in_attributes(element: HtmlElement, data: "DataLinks") -> Iterator[Link]:
    """Data that waits in an attribute for a component to draw it."""
    for value in element.attrib.values():
        if len(value) > 20 and value[0] in "[{" and (held := read_literal(value)):
            yield from data.links(held)


class DataLinks:
    """Links out of data: records with addresses, and records with ids where the page shows how to make addresses."""

    def __init__(self, base: str, source: str = "", idioms: Idioms = NO_IDIOMS,
                 root: HtmlElement | None = None) -> None:
        self.base, self.source, self._idioms, self._root = base, source, idioms, root
        self._templates: tuple[str, ...] | None = None

    @cached_property
    def scripts(self) -> str:
        """The page's own code."""
        return scripts_of(self._root) if self._root is not None else ""

    @cached_property
    def openers(self) -> dict[str, Opener]:
        own = openers_in(self.scripts, self.base, self.source)
        return {opener.name: opener for opener in (*self._idioms.openers, *own)}

    def links(self, value: Any) -> Iterator[Link]:
        for found in records_in(value):
            if isinstance(found, Fragment):
                yield from _anchors_in(found.markup, self.base, found.heading)
            elif link := self._link(found):
                yield link

    def _link(self, record: Record) -> Link | None:
        address, post = record.address or self._made(record) or "", None
        if address.startswith(POSTED):
            address, _, fields = address.removeprefix(POSTED).partition("?")
            post = Post(fields)
        url = canonical(address, self.base) if address else None
        if url is None or len(url) > _LONGEST_URL:
            return None
        around = Context(list_heading=record.heading[:60], date=record.date, path="data", publisher=record.publisher)
        return Link(url, record.name[:300], "", "data", around, post)

    def _made(self, record: Record) -> str | None:
        if self._templates is None:
            self._templates = (*templates_in(self.source), *self._idioms.patterns)
        return made_of(self._templates, record.fields)


def redirects(root: HtmlElement, base: str, scripts: str) -> tuple[Link, ...]:
    """Where the page itself sends its reader: meta refresh within ten seconds, or a script that moves the window.
    `scripts` is the page's own code."""
    sent = [link for meta in root.iter("meta") if (meta.get("http-equiv") or "").lower() == "refresh"
            for link in moved(meta.get("content") or "", base)]
    targets: list[str] = []
    for script in root.iter("script"):
        targets += [move["to"] for move in _JS_MOVE.finditer((script.text or "")[:20_000])]
    targets += moves_in(scripts, base)
    for element in root.iter("body"):
        if move := _JS_MOVE.search(element.get("onload") or ""):
            targets.append(move["to"])
    urls = dict.fromkeys(url for target in targets if (url := canonical(target, base)))
    return (*sent, *(Link(url, "", "", "redirect", Context()) for url in urls))


def moved(refresh: str, base: str) -> tuple[Link, ...]:
    """Where a refresh (``0; url=/web/``) sends the reader within ten seconds."""
    move = _META_MOVE.match(refresh)
    url = canonical(move.group(2), base) if move and int(move.group(1)) <= _LONGEST_WAIT_S else None
    return (Link(url, "", "", "redirect", Context()),) if url else ()
