"""Rows in an object element, each a click on itself: its id, in base64, is the address that a function decodes."""

from base64 import b64encode

from tests.worlds.engine import Site
from tests.worlds.parts import Column, Item, Report, Step


class World(Site):
    name, title = "encoded", "编码地址"
    static_pages, per_page = False, 500

    def article_url(self, column: Column, item: Item) -> str:
        return self.url(f"/a/{self.hex(7, item.number)}.htm")

    def code(self, url: str) -> str:
        return b64encode(self.href(url).encode()).decode()

    def publish(self) -> None:
        for column in self.columns.values():
            self.route(self.inner(column), lambda _, c=column: "<html><body><ul>" + "".join(
                f'<li onclick="show(this)" data-at="{self.code(item.url)}">{item.text}<span>{item.date}</span></li>'
                for item in c.items) + "</ul><script>function show(o) { var k = $(o).data('at'); top.location.href = "
                "window.atob(k); }</script></body></html>")
        super().publish()

    def inner(self, column: Column) -> str:
        return self.url(f"/inner/{column.slug}.htm")

    def list_main(self, column: Column, page: int) -> str:
        return f'<object type="text/html" data="{self.href(self.inner(column))}" width="100%" height="900"></object>'

    def clerk(self) -> list[Step]:
        return [Step(self.list_url(self.reports)), Step(self.inner(self.reports))]

    def clue(self, report: Report) -> str:
        return self.code(report.url)
