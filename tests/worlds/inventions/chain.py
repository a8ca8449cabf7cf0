"""No list at all: the column is the newest report, and each report knows only the year before and the year after."""

from tests.worlds.engine import Site
from tests.worlds.parts import Column, Item, Report, Step


class World(Site):
    name, title = "chain", "只有上一年、下一年"
    shell, renamed = "meta", True

    def publish(self) -> None:
        super().publish()
        self.route(self.list_url(self.reports), lambda _: self.article_page(self.reports, self.reports.items[0]))

    def build(self) -> None:
        super().build()
        newest = self.own[-1]  # the column's own address shows it too
        self.own[-1] = Report(newest.year, newest.url, newest.title, newest.agency, (self.list_url(self.reports),))

    def list_url(self, column: Column, page: int = 1) -> str:
        return self.url(f"/{column.slug}/" + ("" if page == 1 else f"index_{page}.html"))

    def article_url(self, column: Column, item: Item) -> str:
        return self.url(f"/{column.slug}/{self.hex(12, item.number)}.html")

    def article_page(self, column: Column, item: Item) -> str:
        text = super().article_page(column, item)
        if column.key != "nb":
            return text
        place = column.items.index(item)
        near = (("下一年", place - 1), ("上一年", place + 1))
        links = "　".join(f'<a href="{self.href(column.items[k].url)}">{name}</a>' for name, k in near if 0 <= k < len(column.items))
        return text.replace("</div>\n<div class=\"foot\">", f'<p class="walk">{links}</p></div>\n<div class="foot">')

    def clerk(self) -> list[Step]:
        return [Step(self.list_url(self.reports)), *(Step(r.url) for r in reversed(self.own))]
