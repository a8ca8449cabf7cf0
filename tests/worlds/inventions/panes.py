"""Years are labels of panes that are not shown; in each pane stands only 查看全文 and a date."""

from tests.worlds.engine import Site
from tests.worlds.parts import Column, Item, Step


class World(Site):
    name, title = "panes", "年份页签"
    static_pages, per_page = False, 500

    def article_url(self, column: Column, item: Item) -> str:
        return self.url(f"/y/{self.hex(9, item.number)}.html")

    def list_main(self, column: Column, page: int) -> str:
        if column is not self.reports:
            return super().list_main(column, page)
        labels = "".join(f"<li>{report.year}</li>" for report in self.own)
        panes = "".join(f'<div class="pane" style="display: none"><a href="{self.href(report.url)}">查看全文</a></div>'
                        for report in self.own)
        return f'<ul class="labels">{labels}</ul>{panes}'

    def clerk(self) -> list[Step]:
        return [Step(self.list_url(self.reports))]
