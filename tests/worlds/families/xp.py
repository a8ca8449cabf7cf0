"""合肥旧 .xp 系统: one page with a selector of years; the chosen year's report stands in the page itself. GBK."""

from tests.worlds import texts
from tests.worlds.engine import Site
from tests.worlds.parts import Column, Item, Report, Step


class World(Site):
    name, title = "xp", "旧 .xp 系统"
    charset, shell = "gbk", ""
    BASE = "/zwgk/public/spage.xp"

    def build(self) -> None:
        self.unit = f"0004000{self.rng.randint(10_000, 99_999)}"
        super().build()
        self.entry = self.list_url(self.columns["guide"])
        for report in self.own:
            for url in (report.url, *report.also):
                self.route(url, lambda _, r=report: self.year_page(r.year))

    def write_reports(self, column: Column) -> None:
        newest = max(self.years)
        for year in self.years:
            url = f"{self.list_url(column)}&year={year}"
            address, also = (self.list_url(column), (url,)) if year == newest else (url, ())
            self.own.append(Report(year, address, texts.report_title(self.agency.name, year), self.agency.name, also))

    def year_page(self, year: int) -> str:
        options = "".join(f'<option value="{y}"{" selected" if y == year else ""}>{y}年</option>' for y in reversed(list(self.years)))
        title = texts.report_title(self.agency.name, year)
        return self.page("政府信息公开年度报告", (
            f'<form name="f"><select name="year" onchange="window.location.href=\'{self.href(self.list_url(self.reports))}&amp;year=\'+this.value">{options}</select></form>'
            f'<h1>{title}</h1><div class="content">{texts.report_html(self.agency.name, year)}</div>'), menu=True)

    def list_url(self, column: Column, page: int = 1) -> str:
        action = {"nb": "sgknb", "guide": "szn", "rules": "szd"}.get(column.key)
        if action:
            return self.url(f"{self.BASE}?doAction={action}&unitid={self.unit}")
        return self.url(f"{self.BASE}?doAction=sxxlist&unitid={self.unit}&classid={column.number}" + (f"&p={page}" if page > 1 else ""))

    def article_url(self, column: Column, item: Item) -> str:
        return self.url(f"{self.BASE}?doAction=view&indexno={self.unit}/{item.number}")

    def clue(self, report: Report) -> str:
        return f'<option value="{report.year}"'

    def clerk(self) -> list[Step]:
        return [Step(self.list_url(self.reports))]
