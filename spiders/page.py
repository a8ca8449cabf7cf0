"""What a fetched page is: a shell that moves its reader on, a list, a report, an error, a challenge, or a file."""

import re
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Literal

from lxml.html import HtmlElement
from scrapy.http import Response, TextResponse

from gongkai.address import canonical
from gongkai.chinese import fold, squeeze
from gongkai.digest import sha256_hex
from gongkai.title import TitleReading, read_title
from spiders.links import Link, find_links, is_file, redirects
from spiders.markup import tree_of
from spiders.surroundings import seen_text
from spiders.vocabulary import anchors, heaviest, pages

Kind = Literal["shell", "frames", "list", "report", "page", "file", "error", "challenge"]

_LONGEST_TEXT = 300_000
_SHELL_CHARS = 300
_LOOK_ALIKE_STANDS = frozenset((
    "form_template", "notice", "regulation", "guide", "website_report", "budget", "rule_of_law_report", "news",
    "enterprise_report", "university_report", "work_plan", "government_work_report", "evaluation", "statistics"))
"""Kinds a title states so plainly that matching section headings do not overrule it: the official form is re-posted
on hundreds of sites with every heading of a report."""
_MAGIC = (b"%PDF", b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"{\\rtf", b"Rar!", b"7z\xbc\xaf", b"\x89PNG", b"\xff\xd8\xff",
          b"GIF8")
_UNREAD = TitleReading("unknown")
_NO_NAME = frozenset(("", "null", "undefined", "none"))


@dataclass(frozen=True)
class Page:
    """A page as steering sees it. `loose_chars` counts the text outside links; pagers are read from `scripts`."""

    url: str
    kind: Kind
    digest: str
    titles: tuple[str, ...] = ()
    reading: TitleReading = _UNREAD
    meta: dict[str, str] = field(default_factory=dict)
    crumb: str = ""
    loose_chars: int = 0
    sections: int = 0
    images: int = 0
    links: tuple[Link, ...] = field(default=(), repr=False)
    moves: tuple[Link, ...] = ()
    scripts: str = field(default="", repr=False)

    @property
    def title(self) -> str:
        return self.titles[0] if self.titles else ""

    @property
    def column(self) -> str:
        """The list's own name, for the hints of what stands in it."""
        return self.meta.get("columnname", "") or self.crumb or self.title

    @cached_property
    def is_report_column(self) -> bool:
        """Whether the page says that it lists (or lies in) the yearly reports: by ColumnType, name, heading, crumb."""
        if "信息公开年报" in fold(self.meta.get("columntype", "")):
            return True
        names = (self.meta.get("columnname", ""), self.crumb, *self.titles)
        return any(heaviest(anchors().column, fold(name)) >= 88 for name in names if name and len(name) <= 60)

    @cached_property
    def is_disclosure(self) -> bool:
        names = (self.meta.get("columnname", ""), self.meta.get("columntype", ""), self.crumb, *self.titles)
        return any(anchors().disclosure.search(fold(name)) for name in names)

    @cached_property
    def files(self) -> tuple[Link, ...]:
        """Document files the page's own text offers, each once, menus and footers left out."""
        return tuple({link.url: link for link in self.links if link.is_file and not link.context.furniture}.values())


def read_page(response: Response) -> Page:
    digest = sha256_hex(response.body)
    if not isinstance(response, TextResponse) or response.body[:8].lstrip().startswith(_MAGIC):
        kind: Kind = "error" if response.status >= 400 else "file"
        return Page(response.url, kind, digest)
    root = tree_of(response.text)
    if root is None:
        return Page(response.url, "error", digest)
    meta = _meta(root)
    url = canonical(response.url) or response.url
    links, moves = find_links(root, url), redirects(root, url)
    text = squeeze(seen_text(root)[:_LONGEST_TEXT])
    linked = sum(len(squeeze(link.text)) for link in links if link.how in ("anchor", "script"))
    titles = _titles(root, meta)
    page = Page(
        url=url, kind="page", digest=digest, titles=titles, reading=_reading(titles), meta=meta, crumb=_crumb(root),
        loose_chars=max(0, len(text) - linked), sections=sum(1 for p in pages().sections if p.search(text)),
        images=_images(root), links=links, moves=tuple(m for m in moves if m.url != url), scripts=_scripts(root))
    return replace(page, kind=_kind(page, response, text))


def _kind(page: Page, response: TextResponse, text: str) -> Kind:
    words = pages()
    frames = any(link.how == "frame" for link in page.links)
    if response.status in words.challenge_statuses or (
            len(text) < 400 and words.challenge_words.search(response.text[:20_000])):
        return "challenge"
    if response.status >= 400:
        return "error"
    if len(text) < _SHELL_CHARS and (frames or (page.moves and len(page.links) <= 8)):
        return "frames" if frames else "shell"
    if _is_report(page):
        return "report"
    gone = len(text) < 600 and words.error_words.search(text)
    return "error" if gone else "list" if is_list(page) else "page"


def is_list(page: Page) -> bool:
    """Whether the page's own part is a list: dated or year-bearing entries, little text beside them."""
    entries = {link.url for link in page.links if not link.context.furniture and (
        link.context.date or re.search(r"20\d\d", link.name) or re.search(r"20\d\d", link.context.row_heading))}
    return len(entries) >= 2 and page.loose_chars < 400 + 40 * len(entries)


def _is_report(page: Page) -> bool:
    reading = page.reading
    if reading.kind in _LOOK_ALIKE_STANDS:
        return False
    if page.sections >= 3 and page.loose_chars >= 600:
        return True
    if reading.kind != "annual_report" or reading.year is None:
        return False
    if is_list(page) and not page.meta.get("articletitle"):
        return False
    shown = any(link.how == "frame" and is_file(link.url) for link in page.links)
    return page.loose_chars >= 200 or bool(page.files) or page.images > 0 or shown


def _meta(root: HtmlElement) -> dict[str, str]:
    found: dict[str, str] = {}
    for meta in root.iter("meta"):
        name, content = (meta.get("name") or "").strip().lower(), " ".join((meta.get("content") or "").split())
        if name and content.lower() not in _NO_NAME:
            found.setdefault(name, content[:500])
    return found


def _titles(root: HtmlElement, meta: dict[str, str]) -> tuple[str, ...]:
    candidates = [meta.get("articletitle", "")]
    candidates += [seen_text(h) for h in list(root.iter("h1"))[:2]]
    candidates += [seen_text(t) for t in list(root.iter("title"))[:2]]
    return tuple(dict.fromkeys(c[:300] for c in candidates if c.lower() not in _NO_NAME))


def _reading(titles: tuple[str, ...]) -> TitleReading:
    """The best-ranked title that names a kind; one with a report and its year goes before a column's name."""
    readings = [read_title(title) for title in titles]
    known = [r for r in readings if r.kind not in ("unknown", "list_page")]
    full = [r for r in known if r.year is not None or r.kind != "annual_report"]
    return next(iter(full or known or [r for r in readings if r.kind != "unknown"] or readings), _UNREAD)


def _crumb(root: HtmlElement) -> str:
    """The last step of the breadcrumb."""
    tries = 0
    for element in root.iter("div", "p", "span", "td", "ul", "nav"):
        marks = f"{element.get('class') or ''} {element.get('id') or ''}"
        if re.search(r"crumb|position|dqwz|weizhi|location|dangqian", marks, re.I) and (tries := tries + 1) <= 20:
            text = seen_text(element)
            if 0 < len(text) <= 160:
                return re.split(r"[>»›＞/]|->", text)[-1].strip()[:60]
    return ""


def _images(root: HtmlElement) -> int:
    return sum(1 for image in root.iter("img") if re.search(
        r"\.(?:png|jpe?g|gif|bmp)", image.get("src") or "", re.I) and not re.search(
        r"logo|icon|banner|button|btn|ewm|qrcode|jiucuo|dzjg|gongan|arrow|print|share", image.get("src") or "", re.I))


def _scripts(root: HtmlElement) -> str:
    code = ((s.text or "")[:50_000] for s in root.iter("script") if (s.get("type") or "") != "text/xml")
    return "\n".join(code)[:400_000]
