"""大汉 jpaas: the list is a fragment inside JSON, asked with the ids of the page's queryData; 403 without a Referer."""

import json
from html import escape
from urllib.parse import urlencode

from tests.worlds.engine import Site
from tests.worlds.parts import Column, Item, Request, Response, Step


class World(Site):
    name, title = "jpaas", "大汉 jpaas"
    static_pages, per_page, shell = False, 10, "script"
    needs_referer = ("/api-gateway/",)
    sub_units, files = ("执法支队",), ((2018, "docx"),)
    API = "/api-gateway/jpaas-publish-server/front/page/build/unit"

    def build(self) -> None:
        super().build()
        self.route(self.url(self.API), self.unit)

    def ids(self, column: Column) -> dict[str, str]:
        return {"parseType": "bulidstatic", "webId": self.hex(32, "web"), "tplSetId": self.hex(32, "tpl"), "pageType": "column",
                "tagId": "信息列表", "editType": "null", "pageId": self.hex(32, column.key)}

    def list_url(self, column: Column, page: int = 1) -> str:
        return self.url(f"/col/col{column.number}/index.html")

    def article_url(self, column: Column, item: Item) -> str:
        return self.url(f"/{column.slug}/art/{item.day.year}/art_{self.hex(32, item.number)}.html")

    def list_main(self, column: Column, page: int) -> str:
        data = escape(json.dumps(self.ids(column), ensure_ascii=False).replace('"', "'"))
        return (f'<div class="page-content" id="list_{column.number}"></div><script src="/script/jpaas-publish-server.js" queryData="{data}" '
                f'url="{self.API}" divId="#list_{column.number}"></script>')

    def unit(self, request: Request) -> Response:
        q = request.query
        column = next((c for c in self.columns.values() if self.hex(32, c.key) == q.get("pageId")), None)
        if column is None or any(q.get(k) != v for k, v in self.ids(column).items()):
            return self.json({"code": "500", "data": None, "success": False})
        try:
            wanted = json.loads(q.get("paramJson") or "{}")
        except ValueError:
            wanted = {}
        page, size = int(wanted.get("pageNo") or 1), min(int(wanted.get("pageSize") or self.per_page), 50)
        html = (f'<ul class="list">{self.rows(self.part(column, page, size))}</ul><div class="pagination" count="{len(column.items)}" '
                f'pagesize="{size}">共{len(column.items)}条</div>')
        return self.json({"code": "200", "success": True, "data": {"html": html}})

    def clerk(self) -> list[Step]:
        page, n = self.list_url(self.reports), len(self.reports.items)
        return [Step(page), *(Step(self.url(f"{self.API}?" + urlencode(self.ids(self.reports) | {
            "paramJson": json.dumps({"pageNo": k, "pageSize": 50})})), referer=page) for k in range(1, -(-n // 50) + 1))]
