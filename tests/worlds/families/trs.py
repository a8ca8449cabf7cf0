"""拓尔思: a pager that exists only as a script call, one sub-column for the recent years, old reports on a former host."""

from datetime import date
from html import escape

from tests.worlds import texts
from tests.worlds.engine import Site
from tests.worlds.parts import Column, Item, Report, Step


class World(Site):
    name, title = "trs", "拓尔思 TRS"
    per_page = 10
    renamed, corrected, zero_day, https_only_link = True, 2021, (2016,), (2011,)
    files = ((2014, "doc"), (2020, "pdf"))
    recent = 2022  # from here on the years have columns of their own
    on_former_host = 2010
    in_parts = 2015

    def build(self) -> None:
        self.former_host = f"zwgk.{self.agency.city_slug}.gov.cn"
        super().build()

    def write_report(self, column: Column, year: int) -> Item:
        if year >= self.recent:
            item = super().write_report(self.add_column(f"nb{year}", f"{year}年", f"zfxxgknb/{year}n", "信息公开年报"), year)
            item.source = self.agency.name
            return item
        item = super().write_report(column, year)
        if year == self.in_parts:
            self._split(item, year)
        return item

    def write_reports(self, column: Column) -> None:
        super().write_reports(column)
        for year in range(self.recent, max(self.years) + 1):  # the sub-columns stand in the list as lines of their own
            column.items.insert(0, Item(f"{year}年", self.list_url(self.columns[f"nb{year}"]), date(year + 1, 1, 2)))

    def _split(self, item: Item, year: int) -> None:
        """A long text over three pages; only the script call says so."""
        text, stem = texts.report_html(self.agency_in(year), year), item.url.rsplit("/", 1)[1].removesuffix(".html")
        third = len(text) // 3

        def part(k: int) -> str:
            return f'{text[k * third: (k + 1) * third]}<script>createPageHTML(3,{k},"{stem}","html");</script>'

        item.html = lambda: part(0)
        files = []
        for k in (1, 2):
            url = item.url.replace(".html", f"_{k}.html")
            files.append(self.route(url, lambda _, k=k: self.page(item.title, f'<h1>{item.title}</h1><div id="zoom">{part(k)}</div>')))
        old = self.own.pop()
        self.own.append(Report(year, old.url, old.title, old.agency, old.also, tuple(files)))

    def list_url(self, column: Column, page: int = 1) -> str:
        return self.url(f"/zfxxgk/{column.slug}/" if column.key.startswith("nb") else f"/{column.slug}/", column.host) + (
            "" if page == 1 else f"index_{page - 1}.html")

    def article_url(self, column: Column, item: Item) -> str:
        year = item.day.year - 1
        host = self.former_host if column.key == "nb" and year <= self.on_former_host else column.host
        folder = self.list_url(column).split("/", 3)[3]
        return self.url(f"/{folder}{item.day:%Y%m}/t{item.day:%Y%m%d}_{item.number}.html", host)

    def pager(self, column: Column, page: int, pages: int) -> str:
        return f'<div class="page"><script>createPageHTML({pages}, {page - 1}, "index", "html");</script></div>'

    def row(self, item: Item) -> str:
        return f'<li><a href="{escape(self.href(item.url))}" title=\'{item.text}\'>{item.text[:20]}...<span>{item.date}</span></a></li>'

    def clerk(self) -> list[Step]:
        years = [Step(self.list_url(c)) for k, c in self.columns.items() if k.startswith("nb2")]
        return [*super().clerk(), *years]
