"""A table that a shared library fills: its attributes name the address, a function of the page dresses each row."""

from tests.worlds.engine import Site
from tests.worlds.parts import Column, Item, Report, Request, Response, Step


class World(Site):
    name, title = "component", "表格组件"
    static_pages, per_page = False, 10

    def build(self) -> None:
        super().build()
        self.route(self.url("/open/data"), self.data)

    def article_url(self, column: Column, item: Item) -> str:
        return self.url(f"/open/{item.number}.html")

    def data(self, request: Request) -> Response:
        column = self.numbered(request.query.get("cat"))
        first = int(request.query.get("offset") or 0)
        items = column.items[first:first + int(request.query.get("limit") or 10)] if column else []
        rows = [{"id": i.number, "title": i.text, "pubdate": i.date} for i in items]
        return self.json({"total": len(column.items) if column else 0, "rows": rows})

    def list_main(self, column: Column, page: int) -> str:
        return (f'<table data-toggle="table" data-url="/open/data?cat={column.number}" data-pagination="true" '
                'data-side-pagination="server" data-page-size="10"><thead><tr><th data-field="title" data-formatter="named">'
                '标题</th><th data-field="pubdate">日期</th></tr></thead></table><script>function named(value, row) {'
                "return '<a href=\"/open/' + row.id + '.html\">' + value + '</a>'; }</script>")

    def clerk(self) -> list[Step]:
        asked = self.url(f"/open/data?cat={self.reports.number}&limit=10&offset=")
        return [Step(self.list_url(self.reports)), *(Step(f"{asked}{k * 10}") for k in range(self.pages(self.reports)))]

    def clue(self, report: Report) -> str:
        return report.url.rsplit("/", 1)[-1].removesuffix(".html")
