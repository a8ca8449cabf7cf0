"""What a fetched page is: a shell that moves its reader on, a list, a report, an error, a challenge, or a file."""

import re
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, Literal
from urllib.parse import urlsplit

from lxml.html import HtmlElement
from scrapy.http import Response, TextResponse

from gongkai.address import canonical, host_of
from gongkai.chinese import fold, squeeze
from gongkai.digest import sha256_hex
from gongkai.title import TitleReading, read_title
from spiders.answers import answer_in
from spiders.idioms import NO_IDIOMS, Idioms
from spiders.links import Link, base_of, find_links, is_file, moved, redirects
from spiders.lookups import form_fields
from spiders.markup import LONGEST_SCRIPTS, escape_queries, scripts_of, tree_of
from spiders.post import Post
from spiders.surroundings import seen_text
from spiders.vocabulary import anchors, heaviest, pages, records

Kind = Literal["shell", "frames", "list", "report", "page", "file", "error", "challenge", "script"]

_LONGEST_TEXT = 300_000
_LONGEST_SOURCE = 2_000_000
_SHELL_CHARS = 300
_LOOK_ALIKE_STANDS = frozenset((
    "form_template", "notice", "regulation", "guide", "website_report", "budget", "rule_of_law_report", "news",
    "enterprise_report", "university_report", "work_plan", "government_work_report", "evaluation", "statistics"))
"""Kinds a title states so plainly that matching section headings do not overrule it: the official form is re-posted
on hundreds of sites with every heading of a report."""
_MAGIC = (b"%PDF", b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"{\\rtf", b"Rar!", b"7z\xbc\xaf", b"\x89PNG", b"\xff\xd8\xff",
          b"GIF8")
_CHINESE = re.compile(r"[\u3400-\u9fff]|\\u[4-9][0-9a-f]{3}")
_UNREAD = TitleReading("unknown")
_NO_XML = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_NO_NAME = frozenset(("", "null", "undefined", "none"))


@dataclass(frozen=True)
class SiteForm:
    """A form with what it sends when nothing is clicked."""

    action: str
    posts: bool
    fields: dict[str, str]


@dataclass(frozen=True, eq=False)  # a page is itself alone, so that what is worked out of it can be remembered by it
class Page:
    """A page as steering sees it. `loose_chars` counts the text outside links; pagers are read from `scripts` and
    `forms`. `loads` are the scripts of its own site that it loads; `data` is what a data request answered (then there
    is no markup), `post` what was sent to get the page. `held_chars` counts the Chinese that waits in scripts to be
    drawn."""

    url: str
    kind: Kind
    digest: str
    titles: tuple[str, ...] = ()
    reading: TitleReading = _UNREAD
    meta: dict[str, str] = field(default_factory=dict)
    crumb: str = ""
    loose_chars: int = 0
    held_chars: int = 0
    sections: int = 0
    images: int = 0
    links: tuple[Link, ...] = field(default=(), repr=False)
    moves: tuple[Link, ...] = ()
    scripts: str = field(default="", repr=False)
    source: str = field(default="", repr=False)
    forms: tuple[SiteForm, ...] = field(default=(), repr=False)
    loads: tuple[str, ...] = field(default=(), repr=False)
    data: Any = field(default=None, repr=False)
    post: Post | None = None

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

    @property
    def names_report(self) -> bool:
        """Whether its title names a report and its year."""
        return self.reading.kind == "annual_report" and self.reading.year is not None

    @cached_property
    def frames(self) -> tuple[str, ...]:
        """Pages of the site shown inside this one, those that every page of a site has left out."""
        return tuple(dict.fromkeys(link.url for link in self.links if link.how == "frame" and not link.is_file
                                   and not pages().frame_noise.search(link.url)))

    @cached_property
    def files(self) -> tuple[Link, ...]:
        """Document files the page's own text offers, each once, menus and footers left out."""
        return tuple({link.url: link for link in self.links if link.is_file and not link.context.furniture}.values())


def read_page(response: Response, post: Post | None = None, idioms: Idioms = NO_IDIOMS, route: str = "") -> Page:
    """`post` is what was sent along; `idioms` are those of the site's other pages and scripts; `route` is the fragment
    by which the page's own script tells what to show (``/list?id=7``)."""
    digest = sha256_hex(response.body)
    if not isinstance(response, TextResponse) or response.body[:8].lstrip().startswith(_MAGIC):
        kind: Kind = "error" if response.status >= 400 else "file"
        return Page(response.url, kind, digest)
    url, source = canonical(response.url) or response.url, response.text[:_LONGEST_SOURCE]
    url = f"{url.split('#')[0]}#{route}" if route else url
    if response.status < 400 and (other := _no_markup(response, source, url, digest, idioms)):
        return replace(other, post=post)
    root = tree_of(response.text)
    if root is None:
        return Page(response.url, "error", digest)
    if not (charset := response.encoding.lower()).startswith("utf"):
        escape_queries(root, charset)
    meta = _meta(root)
    code = scripts_of(root)
    links, moves = find_links(root, url, source, idioms), redirects(root, base_of(root, url), code)
    moves = (*_sent_on(response, url), *moves)
    text = squeeze(seen_text(root)[:_LONGEST_TEXT])
    linked = sum(len(squeeze(link.text)) for link in links if link.how in ("anchor", "script"))
    titles = _titles(root, meta)
    page = Page(
        url=url, kind="page", digest=digest, titles=titles, reading=_reading(titles), meta=meta, crumb=_crumb(root),
        loose_chars=max(0, len(text) - linked), sections=sum(1 for p in pages().sections if p.search(text)),
        images=_images(root), links=links, moves=tuple(m for m in moves if m.url != url),
        scripts=code, held_chars=len(_CHINESE.findall(code)),
        source=source, forms=_forms(root, url), loads=_loads(root, url), post=post)
    return replace(page, kind=_kind(page, response, text))


def redrawn(page: Page, scripts: str, idioms: Idioms) -> Page:
    """The page as it stands when scripts that it loads have come: with the links that those write, hold or open."""
    root = tree_of(page.source)
    if root is None:
        return page
    added = root.makeelement("script")
    added.text = _NO_XML.sub("", scripts[:LONGEST_SCRIPTS])
    root.append(added)
    return replace(page, links=find_links(root, page.url, page.source, idioms), scripts=f"{page.scripts}\n{scripts}")


def _no_markup(response: TextResponse, source: str, url: str, digest: str, idioms: Idioms) -> Page | None:
    """A data answer or a script; None for a page."""
    if answer := answer_in(source, url, idioms):
        kind: Kind = "list" if answer.links else "page"
        return Page(url, kind, digest, links=answer.links, data=answer.value, source=source)
    said = (response.headers.get("Content-Type") or b"").lower()
    if b"javascript" in said or urlsplit(url).path.lower().endswith(".js"):
        return Page(url, "script", digest, scripts=source[:LONGEST_SCRIPTS], source=source)
    return None


def _sent_on(response: TextResponse, url: str) -> tuple[Link, ...]:
    """``Refresh: 0; url=/web/`` among the headers does what a meta element does."""
    said = (response.headers.get("Refresh") or b"").decode("latin-1")
    return moved(said, url)


def _kind(page: Page, response: TextResponse, text: str) -> Kind:
    words = pages()
    frames = any(link.how == "frame" and not words.frame_noise.search(link.url) for link in page.links)
    frames = frames and not (page.names_report and page.frames)  # its text, not its place, stands in the frame
    if response.status in words.challenge_statuses or (
            len(text) < 400 and words.challenge_words.search(response.text[:20_000])):
        return "challenge"
    if response.status >= 400:
        return "error"
    frames = frames and sum(link.how != "frame" for link in page.links) <= 8
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
    return page.loose_chars >= 200 or page.held_chars >= 500 or bool(page.files) or page.images > 0 or shown


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
        r"\.(?:png|jpe?g|gif|bmp)", image.get("src") or "", re.I) and not pages().icons.search(
        image.get("src") or ""))


def _forms(root: HtmlElement, base: str) -> tuple[SiteForm, ...]:
    forms = list(root.iter("form"))[:12]
    return tuple(SiteForm(canonical(form.get("action") or base, base) or base,
                          (form.get("method") or "get").lower() == "post", form_fields(form)) for form in forms)


def _loads(root: HtmlElement, base: str) -> tuple[str, ...]:
    """The scripts of the page's own host, the libraries everybody uses left out."""
    urls = (canonical(source, base) for script in root.iter("script") if (source := script.get("src")))
    own = (url for url in urls if url and host_of(url) == host_of(base))
    return tuple(dict.fromkeys(url for url in own if not records().common_scripts.search(urlsplit(url).path)))[:12]
