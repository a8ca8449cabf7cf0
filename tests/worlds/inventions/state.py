"""A page put together in the browser: its state holds the column's id, the built script the request and the routes."""

import json

from tests.worlds.engine import Site
from tests.worlds.parts import Column, Item, Request, Response, Step


class World(Site):
    name, title = "state", "前端构建产物"
    static_pages, per_page = False, 9
    SCRIPT = ('const r=e=>Ie({url:"/api/cms/article/page",method:"get",params:e});export default{data(){return{q:{current:1,size:9,'
              'channelId:window.__STATE__.channel.id}}},methods:{load(){r(this.q).then(t=>{this.list=t.data.records})},'
              'go(t){this.$router.push("/detail/"+t.articleId)}}}')

    def build(self) -> None:
        super().build()
        self.route(self.url("/_built/app.js"), lambda _: Response(self.SCRIPT, kind="application/javascript"))
        self.route(self.url("/api/cms/article/page"), self.articles)

    def article_url(self, column: Column, item: Item) -> str:
        return self.url(f"/detail/{item.number}")

    def articles(self, request: Request) -> Response:
        column = self.numbered(request.query.get("channelId"))
        page = int(request.query.get("current") or 1)
        rows = [{"articleId": i.number, "articleTitle": i.text, "publishDate": i.date} for i in self.part(column, page)] if column else []
        return self.json({"code": 0, "data": {"records": rows, "current": page, "total": len(column.items) if column else 0}})

    def list_main(self, column: Column, page: int) -> str:
        state = json.dumps({"channel": {"id": column.number, "name": column.name}}, ensure_ascii=False)
        return f'<div id="app"></div><script>window.__STATE__={state};</script><script src="/_built/app.js"></script>'

    def clerk(self) -> list[Step]:
        asked = self.url(f"/api/cms/article/page?size=9&channelId={self.reports.number}&current=")
        return [Step(self.list_url(self.reports)), *(Step(f"{asked}{k}") for k in range(1, self.pages(self.reports) + 1))]
