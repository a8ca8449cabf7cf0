"""模板.shtml: list templates by name, one sub-column a year with slugs that drifted, hex articles, everything mixed."""

from datetime import date

from tests.worlds.engine import Site
from tests.worlds.parts import Column, Item, Step


class World(Site):
    name, title = "shtml", "站点/栏目/模板.shtml"
    shell, mixed, files = "meta", True, ((2017, "docx"),)

    def build(self) -> None:
        self.site_code = self.agency.slug + "x"
        super().build()
        self.entry = self.url(f"/{self.site_code}/c100234/redirect_firstChannel.shtml")

    def write_reports(self, column: Column) -> None:
        for year in reversed(list(self.years)):
            slug = str(year) if year < 2018 else f"{year}n" if year < 2021 else f"{year}nb" if year < 2023 else f"c11{year}"
            own = self.add_column(f"nb{year}", f"{year}年", slug, "信息公开年报")
            self.write_report(own, year)
            if year >= 2016:
                for title in (f"{self.agency.short}政府网站工作年度报表（{year}年度）",
                              f"一图读懂：{self.agency.short}{year}年政府信息公开工作年度报告"):
                    self.put(own, title, date(year + 1, 1, 28), lambda t=title: f"<p><img src='/images/{t[:4]}.png'></p>")
            column.items.append(Item(f"{year}年", self.list_url(own), date(year + 1, 1, 1)))

    def list_url(self, column: Column, page: int = 1) -> str:
        template = "zfxxgk_gknb" if column.key.startswith("nb2") else "zfxxgk_gknbz" if column.key == "nb" else (
            "zfxxgk" if column.key in ("guide", "rules") else "common_list")
        return self.url(f"/{self.site_code}/{column.slug}/{template}" + ("" if page == 1 else f"_{page}") + ".shtml")

    def article_url(self, column: Column, item: Item) -> str:
        return self.url(f"/{self.site_code}/{column.slug}/{item.day:%Y%m}/{self.hex(32, item.number)}.shtml")

    def file_url(self, item: Item, kind: str) -> str:
        return item.url.removesuffix(".shtml") + f"/files/{item.number}.{kind}"

    def list_main(self, column: Column, page: int) -> str:
        if column.key != "nb":
            return super().list_main(column, page)
        return '<ul class="years">' + "".join(
            f'<li><a href="{self.href(i.url)}">{i.title}</a></li>' for i in column.items) + "</ul>"

    def pager(self, column: Column, page: int, pages: int) -> str:
        template = self.list_url(column).rsplit("/", 1)[1].removesuffix(".shtml")
        return (f"<div id='page_div'></div><script>createPageHTML('page_div', {pages}, {page}, '{template}', 'shtml', "
                f"{len(column.items)});</script>")

    def clerk(self) -> list[Step]:
        return [Step(self.list_url(self.reports)), *(Step(self.list_url(c)) for k, c in self.columns.items() if k.startswith("nb2"))]
