"""The rows are variables in scripts that the page loads."""

import json

from tests.worlds.engine import Site
from tests.worlds.parts import Column, Item, Response, Step


class World(Site):
    name, title = "datascript", "数据脚本"
    static_pages = False

    def build(self) -> None:
        super().build()
        for column in self.columns.values():
            for k in range(1, self.pages(column) + 1):
                self.route(self.data_url(column, k), lambda _, c=column, n=k: self.data(c, n))

    def article_url(self, column: Column, item: Item) -> str:
        return self.url(f"/read/{self.hex(10, item.number)}")

    def data_url(self, column: Column, page: int) -> str:
        return self.url(f"/{column.slug}/data_{page}.js")

    def data(self, column: Column, page: int) -> Response:
        rows = [{"tt": i.text, "dt": i.date, "to": self.href(i.url)} for i in self.part(column, page)]
        return Response(f"var docs_{page} = {json.dumps(rows, ensure_ascii=False)};", kind="application/javascript")

    def list_main(self, column: Column, page: int) -> str:
        loaded = "".join(f'<script src="data_{k}.js"></script>' for k in range(1, self.pages(column) + 1))
        return f'<ul id="docs"></ul>{loaded}<script>draw(docs_1);</script>'

    def clerk(self) -> list[Step]:
        pages = range(1, self.pages(self.reports) + 1)
        return [Step(self.list_url(self.reports)), *(Step(self.data_url(self.reports, k)) for k in pages)]
