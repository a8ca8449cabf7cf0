"""An invented agency's whole site: columns, look-alikes, traps, obstacles, the truth and a log of what was asked.

A world is one subclass of `Site`: it says how its publishing system lists a column and addresses an article, for all
its columns alike, so that what finds the reports' column must not be tuned to it. Pages are made when asked for.
"""

import json
import random
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import date, timedelta
from html import escape
from typing import Any
from urllib.parse import urljoin, urlsplit

from tests.spiders.sites import YEARS
from tests.worlds import texts, traps
from tests.worlds.parts import Asked, Column, Item, Report, Request, Response, Step, bare, key_of


class Site:
    """Class fields are the world's peculiarities; `build` puts the columns together."""

    name = ""
    title = ""
    variants: tuple[str, ...] = ()
    variant = ""
    charset = "utf-8"
    header_says_charset = True
    per_page = 15
    static_pages = True  # further pages of a list have addresses of their own
    shell = "script"  # how the disclosure entry leads to the guide: script, meta, 302 or nothing
    cookie = ""  # 302 or script: the first answer of the host only sets a cookie
    needs_referer: tuple[str, ...] = ()  # beginnings of paths that are 404 without one
    missing = "404"  # 404, soft (200) or home (302)
    renamed = False  # carried the former name until 2018
    sub_units: tuple[str, ...] = ()  # their reports stand in the same column
    files: tuple[tuple[int, str], ...] = ()  # years that are only an attachment, with its kind
    corrected: int | None = None
    zero_day: tuple[int, ...] = ()
    https_only_link: tuple[int, ...] = ()  # linked with https, served over http alone
    mixed = False  # site statistics and picture editions stand between the reports
    nb_slug = "zfxxgknb"
    years: Iterable[int] = YEARS

    def __init__(self, seed: str = "1") -> None:
        self.seed = seed
        self.rng = random.Random(f"{seed} {self.name}")
        self.agency = texts.agency_for(self.rng)
        self.host = f"{self.agency.slug}.{self.agency.city_slug}.gov.cn"
        self.portal = f"www.{self.agency.city_slug}.gov.cn"
        self.home = f"http://{self.host}/"
        self.columns: dict[str, Column] = {}
        self.own: list[Report] = []
        self.others: list[Report] = []
        self.log: list[Asked] = []
        self._routes: dict[str, Callable[[Request], Any]] = {}
        self._prefixes: list[tuple[str, Callable[[Request], Any]]] = []
        self._number = self.rng.randint(20_000, 90_000)
        self.entry = self.url("/zfxxgk/")
        self.build()
        self.publish()

    # ---- building ------------------------------------------------------------------------------------------------
    def build(self) -> None:
        self.distract()
        self.reports = self.add_column("nb", "政府信息公开年报", self.nb_slug, "信息公开年报")
        self.write_reports(self.reports)

    def url(self, path: str, host: str = "") -> str:
        return f"http://{host or self.host}{path}"

    def next_number(self) -> int:
        self._number += self.rng.randint(1, 9)
        return self._number

    def numbered(self, number: object) -> Column | None:
        """The column that a request asks for by its number."""
        return next((column for column in self.columns.values() if str(column.number) == str(number)), None)

    def hex(self, length: int, *key: object) -> str:
        return f"{random.Random(f'{self.seed} {self.name} {key}').getrandbits(4 * length):0{length}x}"

    def uuid(self, *key: object) -> str:
        h = self.hex(32, *key)
        return "-".join((h[:8], h[8:12], h[12:16], h[16:20], h[20:]))

    def add_column(self, key: str, name: str, slug: str, kind: str = "其他", host: str = "") -> Column:
        column = Column(key, name, slug, kind, self.next_number(), host=host or self.host)
        self.columns[key] = column
        return column

    def put(self, column: Column, title: str, day: date, html: Callable[[], str], **more: Any) -> Item:
        item = Item(title, "", day, html=html, number=self.next_number(), **more)
        item.url = self.article_url(column, item)
        column.items.append(item)
        return item

    def distract(self) -> None:
        """Thirteen columns with some 470 pages that are no reports, look-alikes among them."""
        for key, name, slug, kind, count in texts.DISTRACTORS:
            column = self.add_column(key, name, slug, kind)
            for i in range(count):
                title, year = texts.distractor_title(self.agency, key, i)
                day = date(year, 1, 3) + timedelta(days=(i * 37) % (40 if year == YEARS[-1] + 1 else 360))
                self.put(column, title, day, lambda t=title: texts.distractor_html(t))
            column.items.sort(key=lambda item: item.day, reverse=True)

    def agency_in(self, year: int) -> str:
        return self.agency.former if self.renamed and year <= texts.LAST_FORMER_YEAR else self.agency.name

    def write_reports(self, column: Column) -> None:
        for year in self.years:
            self.write_report(column, year)
        for year in self.years:
            for unit in self.sub_units:
                name = self.agency.name + unit if not unit.startswith(self.agency.city) else unit
                item = self.put(column, texts.report_title(name, year), date(year + 1, 1, 12),
                                lambda n=name, y=year: texts.report_html(n, y), source=name)
                self.others.append(Report(year, item.url, item.title, name))
            if self.mixed and year >= 2016:
                for title in (f"{self.agency.short}政府网站工作年度报表（{year}年度）",
                              f"【图解】{self.agency.short}{year}年政府信息公开工作年度报告"):
                    self.put(column, title, date(year + 1, 1, 25), lambda t=title: texts.distractor_html(t))
        column.items.sort(key=lambda item: item.day, reverse=True)

    def write_report(self, column: Column, year: int) -> Item:
        name = self.agency_in(year)
        title, day = texts.report_title(name, year), date(year + 1, 1, 9) + timedelta(days=year % 17)
        item = self.put(column, title, day, lambda: texts.report_html(name, year), source=name)
        item.shown_day = "1970-01-01" if year in self.zero_day else ""
        file = self.attach(item, name, year)
        also = ()
        if year == self.corrected:
            again = self.put(column, title + "（更正）", day + timedelta(days=50), lambda: texts.report_html(name, year), source=name)
            also = (again.url,)
        self.own.append(Report(year, item.url, title, name, also, file))
        if year in self.https_only_link:
            item.url = item.url.replace("http://", "https://", 1)
        return item

    def file_url(self, item: Item, kind: str) -> str:
        return urljoin(item.url, f"./P0{item.day:%Y%m%d}{item.number:012d}.{kind}")

    def attach(self, item: Item, name: str, year: int) -> tuple[str, ...]:
        """Where the year is only a file: the page keeps a sentence and the link."""
        kind = dict(self.files).get(year)
        if not kind:
            return ()
        url = self.file_url(item, kind)
        self.route(url, lambda _: Response(texts.report_file(name, year, kind), kind=texts.FILE_TYPES[kind]))
        item.html = lambda: (f"<p>　　{item.title}全文见附件。</p><p>附件：<a href=\"{escape(self.href(url))}\">"
                             f"{escape(item.title)}.{kind}</a></p>")
        return (url,)

    # ---- how the publishing system writes addresses and lists: what a world overrides ------------------------------
    def list_url(self, column: Column, page: int = 1) -> str:
        return self.url(f"/{column.slug}/" + ("" if page == 1 else f"index_{page}.html"), column.host)

    def article_url(self, column: Column, item: Item) -> str:
        return self.url(f"/{column.slug}/{item.day:%Y%m}/t{item.day:%Y%m%d}_{item.number}.html", column.host)

    def list_main(self, column: Column, page: int) -> str:
        """The part of a list page that is the list and its pager."""
        return f'<ul class="list">{self.rows(self.part(column, page))}</ul>{self.pager(column, page, self.pages(column))}'

    def pager(self, column: Column, page: int, pages: int) -> str:
        return '<div class="page">' + " ".join(
            f'<a href="{escape(self.href(self.list_url(column, k)))}">{k}</a>' for k in range(1, pages + 1) if k != page
        ) + "</div>"

    def clerk(self) -> list[Step]:
        """What has to be asked, after the guide page, to see every line of the reports' column."""
        pages = self.pages(self.reports) if self.static_pages else 1
        return [Step(self.list_url(self.reports, k)) for k in range(1, pages + 1)]

    # ---- pages ---------------------------------------------------------------------------------------------------
    def pages(self, column: Column) -> int:
        return max(1, -(-len(column.items) // self.per_page))

    def part(self, column: Column, page: int, size: int = 0) -> list[Item]:
        size = size or self.per_page
        return column.items[(page - 1) * size: page * size]

    def href(self, url: str) -> str:
        return url.removeprefix(f"http://{self.host}") if url.startswith(f"http://{self.host}/") else url

    def row(self, item: Item) -> str:
        cut = item.text if len(item.text) <= 24 else item.text[:22] + "…"
        return (f'<li><a href="{escape(self.href(item.url))}" title="{escape(item.text)}" target="_blank">{escape(cut)}</a>'
                f"<span>{item.date}</span></li>")

    def rows(self, items: Iterable[Item]) -> str:
        return "\n".join(self.row(item) for item in items)

    def xxgk_menu(self) -> list[tuple[str, str]]:
        named = [(c.name, self.list_url(c)) for c in (self.columns["guide"], self.columns["rules"])]
        return [*named, ("法定主动公开内容", self.list_url(self.columns["policy"])),
                ("政府信息公开年报", self.list_url(self.reports)), ("依申请公开", self.url("/ysqgk/"))]

    def page(self, title: str, main: str, meta: dict[str, str] | None = None, menu: bool = False, head: str = "") -> str:
        tags = "".join(f'<meta name="{k}" content="{escape(v)}">\n'
                       for k, v in {"SiteName": self.agency.name, **(meta or {})}.items())
        top = [("首页", self.home), *((self.columns[k].name, self.list_url(self.columns[k])) for k in
                                    ("news", "notice", "policy", "staff") if k in self.columns)]
        items = "".join(f'<li><a href="{escape(self.href(u))}">{t}</a></li>' for t, u in top)
        side = "".join(f'<li><a href="{escape(self.href(u))}">{t}</a></li>' for t, u in self.xxgk_menu()) if menu else ""
        return (f'<!DOCTYPE html><html lang="zh-CN"><head><meta charset="{self.charset}">\n'
                f"<title>{escape(title)}_{self.agency.name}</title>\n{tags}{head}</head>\n<body>"
                f'<div class="top"><ul class="nav">{items}<li><a href="{escape(self.href(self.entry))}">政府信息公开</a></li></ul>'
                f"{traps.header(self)}</div>\n" + (f'<div class="gkmenu"><ul>{side}</ul></div>\n' if side else "") +
                f'<div class="main">\n{main}\n</div>\n{traps.footer(self)}</body></html>')

    def list_page(self, column: Column, page: int = 1) -> str:
        crumb = f'<div class="crumb">当前位置：首页 &gt; {column.name}</div>'
        return self.page(column.name, crumb + self.list_main(column, page),
                         {"ColumnName": column.name, "ColumnType": column.kind}, column.key in ("nb", "guide", "rules", "policy"))

    def article_page(self, column: Column, item: Item) -> str:
        assert item.html is not None
        link = self.href(item.url)
        main = (f'<div class="crumb">首页 &gt; {column.name}</div><h1>{escape(item.title)}</h1><div class="info">发布时间：{item.date} '
                f'来源：{item.source or self.agency.short} <a href="{escape(link)}{"&" if "?" in link else "?"}print=1">打印</a></div>'
                f'<div id="zoom" class="content">{item.html()}</div>')
        return self.page(item.title, main, {
            "ColumnName": column.name, "ColumnType": column.kind, "ArticleTitle": item.title,
            "PubDate": f"{item.date} 09:00", "ContentSource": item.source or self.agency.name}, column.key == "nb")

    def home_page(self, request: Request) -> str:
        boxes = "".join(
            f'<div class="box"><h3>{c.name} <a href="{escape(self.href(self.list_url(c)))}">更多</a></h3><ul>'
            f"{self.rows(c.items[:7])}</ul></div>" for c in self.columns.values() if c.key in ("news", "notice", "tender", "law"))
        return self.page("首页", boxes)

    def entry_page(self, request: Request) -> Any:
        guide = self.list_url(self.columns["guide"])
        if self.shell == "302":
            return Response(status=302, headers=(("Location", guide),))
        if self.shell == "meta":
            return f'<html><head><meta http-equiv="refresh" content="0; url={self.href(guide)}"></head><body></body></html>'
        if self.shell == "script":
            return f'<html><script>window.location.replace("{self.href(guide)}");</script></html>'
        return self.list_page(self.columns["guide"])

    # ---- serving -------------------------------------------------------------------------------------------------
    def route(self, url: str, handler: Callable[[Request], Any]) -> str:
        """Serves `url`. With a query: exactly those pairs, in any order; without one: whatever the query."""
        self._routes[key_of(url)] = handler
        return url

    def route_all(self, beginning: str, handler: Callable[[Request], Any]) -> None:
        """Serves everything whose ``host/path`` begins so."""
        self._prefixes.append((beginning, handler))

    def publish(self) -> None:
        self._routes.setdefault(key_of(self.home), self.home_page)
        self._routes.setdefault(key_of(self.entry), self.entry_page)
        for column in self.columns.values():
            for k in range(1, (self.pages(column) if self.static_pages else 1) + 1):
                self._routes.setdefault(key_of(self.list_url(column, k)), lambda _, c=column, n=k: self.list_page(c, n))
            for item in column.items:
                if item.html is not None:
                    self._routes.setdefault(key_of(item.url), lambda _, c=column, i=item: self.article_page(c, i))
        traps.lay(self)

    def answer(self, request: Request) -> Response:
        response = self._gate(request) or self._find(request) or self._not_there(request)
        if self.charset != "utf-8" and response.kind == "text/html; charset=utf-8":
            kind = f"text/html; charset={self.charset}" if self.header_says_charset else "text/html"
            response = replace(response, kind=kind)
        return response

    def _gate(self, request: Request) -> Response | None:
        if self.cookie and request.host == self.host and "wzws=" not in request.headers.get("cookie", ""):
            if request.path == "/robots.txt":
                return None
            if self.cookie == "302":
                return Response(status=302, tag="gate", headers=(
                    ("Location", request.url), ("Set-Cookie", f"wzws={self.hex(16, 'c')}; path=/")))
            return Response(f'<html><script>document.cookie="wzws={self.hex(16, "c")}; path=/; max-age=300";'
                            "location.reload();</script></html>", tag="gate")
        bare = urlsplit(request.path).path
        if any(bare.startswith(start) for start in self.needs_referer) and not request.headers.get("referer"):
            return Response("<html><body>非法访问</body></html>", 404, tag="no referer")
        return None

    def _find(self, request: Request) -> Response | None:
        place = request.host + urlsplit(request.path).path
        handler = self._routes.get(key_of(request.url)) or self._routes.get(place)
        if handler is None and request.query.get("print") == "1":
            inner = self._find(replace(request, path=request.path.replace("print=1", "").rstrip("?&")))
            return replace(inner, tag="print") if inner else None
        if handler is None and place.endswith("/index.html"):
            handler = self._routes.get(place.removesuffix("index.html"))
        if handler is None:
            handler = next((h for start, h in self._prefixes if place.startswith(start)), None)
        if handler is None:
            return None
        made = handler(request)
        return made if isinstance(made, Response) or made is None else Response(made)

    def _not_there(self, request: Request) -> Response:
        if request.path == "/robots.txt" and self.missing != "soft":  # where it is soft, robots.txt is that page too
            return Response("Not Found", 404)
        if request.host not in (self.host, self.portal) and not any(
                c.host == request.host for c in self.columns.values()):
            return Response("", 502, tag="offsite")
        if self.missing == "home" and request.host == self.host:
            return Response(status=302, headers=(("Location", self.home),), tag="missing")
        status = 200 if self.missing == "soft" else 404
        return Response("<html><head><title>提示信息</title></head><body><p>抱歉，您访问的页面不存在或已删除！</p></body></html>",
                        status, tag="missing")

    def json(self, data: Any, wrap: str = "") -> Response:
        text = json.dumps(data, ensure_ascii=False)
        return Response(f"{wrap}({text})" if wrap else text,
                        kind="application/javascript; charset=utf-8" if wrap else "application/json; charset=utf-8")

    # ---- the way of the clerk ------------------------------------------------------------------------------------
    def way(self) -> list[Step]:
        """From the home page to the page whose menu names the reports' column."""
        guide = [Step(self.list_url(self.columns["guide"]))] if self.shell in ("script", "meta") else []
        return [Step(self.home), Step(self.entry), *guide]

    def oracle(self) -> list[Step]:
        steps = [*self.way(), *self.clerk()]
        last = steps[-1].url
        return [*steps, *(Step(url, referer=last) for r in self.own for url in (r.url, *r.files))]

    def clue(self, report: Report) -> str:
        """What of a report's address the lists must name."""
        return urlsplit(report.url).path.rsplit("/", 1)[-1] if not urlsplit(report.url).query else urlsplit(report.url).query

    def report_urls(self) -> set[str]:
        return {bare(url) for r in self.own for url in (r.url, *r.also, *r.files)}
