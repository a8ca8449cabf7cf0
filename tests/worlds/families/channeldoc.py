"""channel_/doc_: a list drawn by Vue, variant data from what the page's script holds, variant api from JSON it names."""

import json

from tests.worlds.engine import Site
from tests.worlds.parts import Column, Item, Request, Response, Step


class World(Site):
    name, title = "channeldoc", "channel_/doc_"
    variants, variant = ("data", "api"), "data"
    static_pages, per_page, shell, missing = False, 10, "script", "soft"

    def build(self) -> None:
        super().build()
        self.route(self.url("/gongkai/api/channel/docs"), self.docs)

    def list_url(self, column: Column, page: int = 1) -> str:
        return self.url(f"/gongkai/channel_{self.hex(24, column.key)}/")

    def article_url(self, column: Column, item: Item) -> str:
        return self.url(f"/gongkai/channel_{self.hex(24, column.key)}/doc_{self.hex(24, item.number)}.html")

    def records(self, items: list[Item]) -> list[dict]:
        return [{"docId": self.hex(24, i.number), "docTitle": i.text, "publishTime": f"{i.date} 10:00:00", "url": self.href(i.url)} for i in items]

    def list_main(self, column: Column, page: int) -> str:
        if self.variant == "data":
            start = f"docList: {json.dumps(self.records(column.items), ensure_ascii=True)}, pageSize: {self.per_page}"
        else:
            start = f"docList: [], listUrl: '/gongkai/api/channel/docs?channelId={self.hex(24, column.key)}&pageSize={self.per_page}&pageNo=', total: {len(column.items)}"
        return ('<div id="app"><ul><li v-for="d in shown"><a :href="d.url">{{d.docTitle}}</a><span>{{d.publishTime}}</span></li></ul></div>'
                f"<script>\nnew Vue({{ el: '#app', data: {{ {start}, pageNo: 1 }}, created: function () {{ this.load(1); }} }});\n</script>")

    def docs(self, request: Request) -> Response:
        q = request.query
        column = next((c for c in self.columns.values() if self.hex(24, c.key) == q.get("channelId")), None)
        if column is None or self.variant == "data":
            return self.json({"code": 404, "rows": []})
        page, size = int(q.get("pageNo") or 1), min(int(q.get("pageSize") or 10), 30)
        return self.json({"code": 0, "total": len(column.items), "rows": self.records(self.part(column, page, size))})

    def clerk(self) -> list[Step]:
        page, n = self.list_url(self.reports), len(self.reports.items)
        more = [Step(self.url(f"/gongkai/api/channel/docs?channelId={self.hex(24, 'nb')}&pageSize=30&pageNo={k}"), referer=page)
                for k in range(1, -(-n // 30) + 1)]
        return [Step(page), *(more if self.variant == "api" else [])]
