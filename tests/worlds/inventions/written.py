"""The list lies in a frame that a script writes, its address put together from constants."""

from tests.worlds.engine import Site
from tests.worlds.parts import Column, Item, Step


class World(Site):
    name, title = "written", "写出的框架"
    static_pages = False

    def build(self) -> None:
        super().build()
        for column in self.columns.values():
            for k in range(1, self.pages(column) + 1):
                self.route(self.inner_url(column, k), lambda _, c=column, n=k: self.inner(c, n))

    def article_url(self, column: Column, item: Item) -> str:
        return self.url(f"/read/{self.hex(10, item.number)}")

    def inner_url(self, column: Column, page: int) -> str:
        return self.url(f"/{column.slug}/inner_{page}.html")

    def inner(self, column: Column, page: int) -> str:
        more = f'<a href="inner_{page + 1}.html">&gt;&gt;</a>' if page < self.pages(column) else ""
        return f"<html><body><ul>{self.rows(self.part(column, page))}</ul>{more}</body></html>"

    def list_main(self, column: Column, page: int) -> str:
        return (f"<script>var chn = '{column.slug}';\n"
                """document.write('<if' + 'rame id="lst" width="100%" src="/' + chn + '/inner_1.html"></iframe>');</script>""")

    def clerk(self) -> list[Step]:
        pages = range(1, self.pages(self.reports) + 1)
        return [Step(self.list_url(self.reports)), *(Step(self.inner_url(self.reports, k)) for k in pages)]
