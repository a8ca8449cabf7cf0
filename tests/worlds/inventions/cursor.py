"""A JSON endpoint named only in a data attribute; each answer ends with a token for the next."""

from html import escape

from tests.worlds.engine import Site
from tests.worlds.parts import Column, Item, Request, Response, Step


class World(Site):
    name, title = "cursor", "游标翻页接口"
    static_pages, shell, per_page = False, "", 6
    API = "/svc/feed/entries"

    def build(self) -> None:
        super().build()
        self.entry = self.list_url(self.columns["guide"])
        self.route(self.url(self.API), self.entries)

    def list_url(self, column: Column, page: int = 1) -> str:
        return self.url(f"/portal/{column.slug}.html")

    def article_url(self, column: Column, item: Item) -> str:
        return self.url(f"/portal/detail/{item.number}.html")

    def source(self, column: Column) -> str:
        return f"{self.API}?shelf={self.hex(8, column.key)}&limit={self.per_page}"

    def list_main(self, column: Column, page: int) -> str:
        return (f'<section class="feed" data-source="{escape(self.source(column))}" data-cursor-param="after" data-total="{len(column.items)}">'
                '<noscript>请启用脚本后查看</noscript></section><button class="more" type="button">加载更多</button><script src="/assets/feed.min.js"></script>')

    def entries(self, request: Request) -> Response:
        q = request.query
        column = next((c for c in self.columns.values() if self.hex(8, c.key) == q.get("shelf")), None)
        if column is None:
            return self.json({"entries": [], "next": None})
        starts = {self.hex(18, column.key, n): n for n in range(0, len(column.items), self.per_page)}
        start = starts.get(q.get("after", ""), 0)
        follow = start + self.per_page
        return self.json({"entries": [{"headline": i.text, "issued": i.date, "link": self.href(i.url)} for i in column.items[start:follow]],
                          "next": self.hex(18, column.key, follow) if follow < len(column.items) else None})

    def clerk(self) -> list[Step]:
        page, base = self.list_url(self.reports), self.url(self.source(self.reports))
        more = [f"&after={self.hex(18, 'nb', n)}" for n in range(self.per_page, len(self.reports.items), self.per_page)]
        return [Step(page), *(Step(base + m, referer=page) for m in ("", *more))]
