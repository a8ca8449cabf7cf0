"""Articles whose page is a frame alone: title and text come from an interface that wants the page's own number."""

from urllib.parse import urlsplit

from tests.worlds.engine import Site
from tests.worlds.parts import Column, Item, Report, Request, Response


class World(Site):
    name, title = "textless", "正文接口"
    SCRIPT = """<script>var id = new URLSearchParams(location.search).get("id");
$.getJSON("/api/article", {id: id}, function (r) { $("#t").text(r.data.title); $("#zoom").html(r.data.content); });</script>"""

    def list_url(self, column: Column, page: int = 1) -> str:
        return self.url(f"/chnl/{column.slug}" + (f"?p={page}" if page > 1 else ""))

    def article_url(self, column: Column, item: Item) -> str:
        return self.url(f"/detail?id={item.number}")

    def attach(self, item: Item, name: str, year: int) -> tuple[str, ...]:
        return (self.url(f"/api/article?id={item.number}"),)

    def publish(self) -> None:
        super().publish()
        articles = {str(item.number): item for column in self.columns.values() for item in column.items}
        self.route(self.url("/api/article"), lambda request: self.article(request, articles))

    def article(self, request: Request, articles: dict[str, Item]) -> Response:
        item = articles.get(request.query.get("id", ""))
        if item is None or item.html is None:
            return self.json({"code": 404, "data": None})
        return self.json({"code": 0, "data": {"title": item.title, "source": item.source or self.agency.short,
                                              "publishTime": item.date, "content": item.html()}})

    def article_page(self, column: Column, item: Item) -> str:
        return self.page("详情", f'<div class="detail"><h1 id="t"></h1><div id="zoom"></div></div>{self.SCRIPT}')

    def clue(self, report: Report) -> str:
        return urlsplit(report.url).query
