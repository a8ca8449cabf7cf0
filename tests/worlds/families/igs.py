"""IGS: a list by JSON behind an .jhtml address with a code, beside static articles that look like TRS."""

from tests.worlds.engine import Site
from tests.worlds.parts import Column, Item, Request, Response, Step


class World(Site):
    name, title = "igs", "IGS .jhtml"
    static_pages, per_page, shell, cookie = False, 10, "script", "script"
    files = ((2010, "doc"),)
    API = "/igs/front/search/list.jhtml"

    def build(self) -> None:
        super().build()
        self.route(self.url(self.API), self.listing)

    def list_url(self, column: Column, page: int = 1) -> str:
        return self.url(f"/zwgk_47/{column.slug}_{column.number % 1000}/")

    def article_url(self, column: Column, item: Item) -> str:
        return self.url(f"/zwgk_47/{column.slug}_{column.number % 1000}/{item.day:%Y%m}/t{item.day:%Y%m%d}_{item.number}.html")

    def list_main(self, column: Column, page: int) -> str:
        return (f'<ul id="igsList" data-size="{self.per_page}"></ul><script src="/igs/front/js/list.js"></script><script>\n'
                f"IGS.list({{el: '#igsList', url: '{self.API}?code={self.hex(32, 'code')}&siteId=34', channelId: '{column.number}', "
                f"pageNumber: 1, pageSize: {self.per_page}}});</script>")

    def listing(self, request: Request) -> Response:
        q = request.form
        column = self.numbered(q.get("channelId"))
        if column is None or q.get("code") != self.hex(32, "code") or q.get("siteId") != "34":
            return self.json({"page": {"content": [], "totalElements": 0}})
        page, size = int(q.get("pageNumber") or 1), min(int(q.get("pageSize") or 10), 20)
        return self.json({"page": {"totalElements": len(column.items), "totalPages": -(-len(column.items) // size), "number": page, "content": [
            {"DOCTITLE": i.text, "DOCPUBURL": i.url, "PUBDATE": i.date, "DOCID": i.number} for i in self.part(column, page, size)]}})

    def clerk(self) -> list[Step]:
        page = self.list_url(self.reports)
        return [Step(page), Step(self.url(f"{self.API}?code={self.hex(32, 'code')}&siteId=34&channelId={self.reports.number}&pageNumber=1&pageSize=20"), referer=page)]
