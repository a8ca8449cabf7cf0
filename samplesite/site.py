"""The sample agency's site as addresses and what they answer: columns, lists with a pager, reports, look-alikes.

Built like the most common family: `…/YYYYMM/tYYYYMMDD_<id>.html` articles, a pager that exists only as a script call, a
disclosure column behind a script redirect, files named P0… beside the page that offers them.
"""

import random
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Literal

from samplesite import markup, pdf, prose, word
from samplesite.blocks import Box, Grid
from samplesite.figures import FIRST_YEAR, LAST_YEAR, Figures, Ledger
from samplesite.reports import Mistake, SampleReport, compose

Kind = Literal["own", "corrected", "look_alike"]
Format = Literal["html", "html_parts", "pdf", "docx", "doc"]

MISSING_YEARS = (2013, 2016)
CORRECTED_YEAR, EDITED_YEAR = 2021, 2023
_FORMATS: dict[int, Format] = {2014: "doc", 2017: "html_parts", 2020: "docx", 2022: "pdf"}
_PASTED_YEARS = (2019, 2024)
_PER_PAGE = 10
_LATEST_NEWS = date(2026, 2, 7)
_TYPES = {"html": "text/html; charset=utf-8", "pdf": "application/pdf", "doc": "application/msword",
          "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document"}


@dataclass(frozen=True)
class Answer:
    body: bytes
    content_type: str = _TYPES["html"]


@dataclass(frozen=True)
class Published:
    """What a crawler should make of one address. `look_alike` names the kind of a document that is no report.

    `tables` holds the figures in the keys of the forms (money in 元); empty where nothing is printed as a table, and
    for a look-alike. `files` are the attachments that carry the text, `parts` the continuation pages.
    """

    year: int
    title: str
    url: str
    kind: Kind
    form_id: str | None
    format: Format
    published: date
    tables: dict[str, Figures] = field(default_factory=dict)
    files: tuple[str, ...] = ()
    parts: tuple[str, ...] = ()
    look_alike: str | None = None


@dataclass(frozen=True)
class _Article:
    """A line of a list, and the page behind it unless the line points at a file."""

    path: str
    title: str
    published: date


_Menu = tuple[tuple[str, str], ...]
_MENU: _Menu = (
    ("政府信息公开指南", "/zfxxgk/zfxxgkzn/"), ("政府信息公开制度", "/zfxxgk/zfxxgkzd/"),
    ("法定主动公开内容", "/zfxxgk/fdzdgknr/"), ("政府信息公开年报", "/zfxxgk/zfxxgknb/"),
    ("依申请公开", "/zfxxgk/ysqgk/"))


@dataclass(frozen=True)
class _Column:
    path: str
    name: str
    type: str = "其他"
    menu: _Menu = ()


_YEARLY = _Column("/zfxxgk/zfxxgknb/", "政府信息公开年报", "信息公开年报", _MENU)
_DISTRACTORS: tuple[tuple[_Column, int, prose.Writer], ...] = (
    (_Column("/gzdt/", "工作动态", "工作动态"), 24, prose.news),
    (_Column("/tzgg/", "通知公告", "通知公告"), 9, prose.notice),
    (_Column("/zcwj/", "政策文件", "政策文件"), 8, prose.policy),
    (_Column("/czxx/", "财政信息"), 7, prose.budget),
)


@dataclass
class Site:
    """`pages` is what the server serves; `truth` what is to be found there. `reissue` edits one report in place."""

    base: str
    seed: str
    pages: dict[str, Answer] = field(default_factory=dict)
    truth: list[Published] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._ledger = Ledger(self.seed)
        self._rng = random.Random(f"{self.seed} addresses")
        distractors = {column: self._articles(column, count, write) for column, count, write in _DISTRACTORS}
        for column, articles in distractors.items():
            self._list(column, articles)
        self._list(_YEARLY, self._reports() + self._look_alikes())
        self._standing_pages()
        self._home(distractors)

    def reissue(self) -> Published:
        """Changes the report of one year where it stands: same address, two cells differ. Returns its new truth."""
        place = next(n for n, item in enumerate(self.truth) if item.year == EDITED_YEAR and item.kind == "own")
        report = compose(self._ledger, EDITED_YEAR, Mistake(add=7))
        self.truth[place] = replace(self.truth[place], tables=report.tables)
        self._report_page(self.truth[place].url.removeprefix(self.base), report, _body(report))
        return self.truth[place]

    # --- addresses ---

    def _url(self, path: str) -> str:
        return self.base + path

    def _article_path(self, column: str, published: date) -> str:
        return f"{column}{published:%Y%m}/t{published:%Y%m%d}_{self._rng.randint(1_000_000, 9_999_999)}.html"

    def _file_path(self, column: str, published: date, ending: str) -> str:
        return f"{column}{published:%Y%m}/P0{published:%Y%m%d}{self._rng.randint(10**11, 10**12 - 1)}.{ending}"

    # --- reports ---

    def _reports(self) -> list[_Article]:
        years = [year for year in range(FIRST_YEAR, LAST_YEAR + 1) if year not in MISSING_YEARS]
        articles = [self._publish(compose(self._ledger, year), "own") for year in years]
        correction = compose(self._ledger, CORRECTED_YEAR, Mistake(add=11), corrected=True)
        return [*articles, self._publish(correction, "corrected")]

    def _publish(self, report: SampleReport, kind: Kind) -> _Article:
        form = _FORMATS.get(report.year, "html")
        path = self._article_path(_YEARLY.path, report.published)
        files: tuple[str, ...] = ()
        parts: tuple[str, ...] = ()
        if form == "pdf":  # the list points straight at the file
            path = self._attach(report, "pdf", pdf.write(report.title, report.blocks))
        elif form in ("doc", "docx"):
            writer = word.write_rtf if form == "doc" else word.write_docx
            files = (self._attach(report, form, writer(report.title, report.blocks)),)
            link = f'<p>附件：<a href="./{files[0].rsplit("/", 1)[1]}">{report.title}.{form}</a></p>'
            self._report_page(path, report, markup.paragraphs([f"{report.title}全文见附件。"]) + link)
        elif form == "html_parts":
            parts = self._in_two_parts(path, report)
        else:
            self._report_page(path, report, _body(report))
        self.truth.append(Published(
            report.year, report.title, self._url(path), kind, report.form_id, form, report.published, report.tables,
            tuple(map(self._url, files)), tuple(map(self._url, parts))))
        return _Article(path, report.title, report.published)

    def _attach(self, report: SampleReport, ending: str, body: bytes) -> str:
        path = self._file_path(_YEARLY.path, report.published, ending)
        self.pages[path] = Answer(body, _TYPES[ending])
        return path

    def _in_two_parts(self, path: str, report: SampleReport) -> tuple[str, ...]:
        stem = path.rsplit("/", 1)[1].removesuffix(".html")
        second = path.replace(".html", "_1.html")
        half = len(report.blocks) // 2
        for number, (where, blocks) in enumerate(((path, report.blocks[:half]), (second, report.blocks[half:]))):
            pager = f'<script>createPageHTML(2, {number}, "{stem}", "html");</script>'
            self._report_page(where, report, f"{markup.editor(blocks)}\n{pager}")
        return (second,)

    def _report_page(self, path: str, report: SampleReport, body: str) -> None:
        signed = f"{report.signed.year}年{report.signed.month}月{report.signed.day}日"
        number = f"QL0600-{report.year}-{report.published:%m%d}"
        index = markup.editor([Grid((
            (Box("索引号"), Box(number), Box("发布机构"), Box(prose.agency_name(report.year))),
            (Box("名　　称"), Box(report.title), Box("成文日期"), Box(signed))))])
        article = _Article(path, report.title, report.published)
        self._article_page(article, _YEARLY, f'<div class="gk-index">{index}</div>\n{body}')

    def _look_alikes(self) -> list[_Article]:
        law_title, law_lines = prose.rule_of_law(2023)
        site_title, site_rows = prose.website_form(2024)
        notice_title, notice_lines = prose.compiling_notice(2022)
        site_table = Grid(tuple((Box(label), Box(value)) for label, value in site_rows))
        found = (
            (2023, "rule_of_law_report", law_title, date(2024, 3, 20), markup.paragraphs(law_lines)),
            (2024, "website_report", site_title, date(2025, 1, 24), markup.editor([site_table])),
            (2022, "notice", notice_title, date(2022, 12, 27), markup.paragraphs(notice_lines)),
        )
        articles = []
        for year, look_alike, title, published, body in found:
            article = _Article(self._article_path(_YEARLY.path, published), title, published)
            self._article_page(article, _YEARLY, body)
            self.truth.append(Published(year, title, self._url(article.path), "look_alike", None, "html", published,
                                        look_alike=look_alike))
            articles.append(article)
        return articles

    # --- everything else ---

    def _articles(self, column: _Column, count: int, write: prose.Writer) -> list[_Article]:
        articles = []
        for number in range(count):
            title, lines = write(number)
            published = _LATEST_NEWS - timedelta(days=17 * number)
            article = _Article(self._article_path(column.path, published), title, published)
            self._article_page(article, column, markup.paragraphs(lines))
            articles.append(article)
        return articles

    def _article_page(self, article: _Article, column: _Column, body: str) -> None:
        meta = {"ColumnName": column.name, "ColumnType": column.type, "ArticleTitle": article.title,
                "ContentSource": prose.AGENCY, "PubDate": f"{article.published:%Y-%m-%d} 09:30"}
        info = (f'<div class="info">发布时间：{article.published:%Y-%m-%d}　来源：{prose.AGENCY}　'
                '<a href="javascript:window.print()">打印</a></div>')
        self._html(article.path, f"{article.title}-{prose.AGENCY}", f"<h1>{article.title}</h1>\n{info}\n{body}", meta,
                   menu=column.menu, crumbs=f' &gt; <a href="{column.path}">{column.name}</a>')

    def _list(self, column: _Column, articles: list[_Article]) -> None:
        newest_first = sorted(articles, key=lambda article: article.published, reverse=True)
        leaves = [newest_first[start:start + _PER_PAGE] for start in range(0, len(newest_first), _PER_PAGE)]
        meta = {"ColumnName": column.name, "ColumnType": column.type,
                "ColumnDescription": f"{prose.AGENCY}{column.name}"}
        for number, leaf in enumerate(leaves):
            items = "\n".join(_item(article, column.path) for article in leaf)
            pager = f'<script>createPageHTML({len(leaves)}, {number}, "index", "html");</script>'
            self._html(column.path + (f"index_{number}.html" if number else ""), f"{column.name}-{prose.AGENCY}",
                       f'<h2>{column.name}</h2>\n<ul class="list">\n{items}\n</ul>\n<div class="page">{pager}</div>',
                       meta, menu=column.menu)

    def _standing_pages(self) -> None:
        shell = b'<script type="text/javascript">window.location.href="./zfxxgkzn/";</script>\n'
        self.pages["/zfxxgk/"] = Answer(shell)
        for name, path in _MENU:
            if name in prose.STANDING:
                self._standing(path, name, name.removeprefix("政府"), prose.STANDING[name], menu=_MENU)
        for path, name in (("/jgzn/", "机构职能"), ("/hdjl/", "互动交流"), ("/about/", "关于我们")):
            self._standing(path, name, name, prose.DUTIES)
        self.pages["/robots.txt"] = Answer(b"User-agent: *\nDisallow: /search/\nDisallow: /wza/\n", "text/plain")

    def _standing(self, path: str, name: str, kind: str, lines: list[str], menu: _Menu = ()) -> None:
        self._html(path, f"{name}-{prose.AGENCY}", f"<h2>{name}</h2>\n{markup.paragraphs(lines)}",
                   {"ColumnName": name, "ColumnType": kind}, menu=menu)

    def _home(self, distractors: dict[_Column, list[_Article]]) -> None:
        panels = []
        for column, articles in distractors.items():
            items = "\n".join(_item(article, "/") for article in articles[:6])
            head = f'<h3>{column.name} <a href="{column.path}">更多</a></h3>'
            panels.append(f'<div class="panel">{head}<ul>\n{items}\n</ul></div>')
        self._html("/", prose.AGENCY, "\n".join(panels), {"SiteDomain": "127.0.0.1", "SiteIDCode": "0000000000"})

    def _html(self, path: str, title: str, body: str, meta: dict[str, str], *,
              menu: _Menu = (), crumbs: str = "") -> None:
        text = markup.page(title, body, site=prose.AGENCY, meta=meta, crumbs=crumbs, menu=menu)
        self.pages[path] = Answer(text.encode())


def _body(report: SampleReport) -> str:
    return (markup.pasted if report.year in _PASTED_YEARS else markup.editor)(report.blocks)


def _item(article: _Article, column: str) -> str:
    """A list line as the content system prints it: long titles cut, the whole one in the title attribute."""
    shown = article.title if len(article.title) <= 22 else article.title[:20] + "…"
    href = "./" + article.path.removeprefix(column)
    link = f'<a href="{href}" title="{article.title}" target="_blank">{shown}</a>'
    return f"<li>{link}<span>{article.published:%Y-%m-%d}</span></li>"
