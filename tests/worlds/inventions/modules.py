"""Modules of a build: the page's script imports the view, that the interface, that the client with its base address."""

from typing import ClassVar

from tests.worlds.engine import Site
from tests.worlds.parts import Column, Item, Request, Response, Step


class World(Site):
    name, title = "modules", "前端模块"
    static_pages, per_page = False, 10
    MODULES: ClassVar = {
        "index-1a2b.js": 'import{c as e}from"./core-99aa.js";const r=[{path:"/",component:()=>t(()=>import("./Home-aa11.js"))},'
                         '{path:"/channel/:cid",component:()=>t(()=>import("./Channel-bb22.js"))},'
                         '{path:"/article/:aid",component:()=>t(()=>import("./Article-cc33.js"))}];e({history:x("/portal/"),routes:r});',
        "Channel-bb22.js": 'import{g as l}from"./cms-dd44.js";import{u}from"./core-99aa.js";const R={setup(){const e=u(),'
                           "q=ref({pageNum:1,pageSize:10,channelId:e.params.cid});l(q.value).then(n=>{rows.value=n.rows})}};"
                           'function go(n){router.push("/article/"+n.id)}export{R as default};',
        "cms-dd44.js": 'import{s as o}from"./request-ee55.js";function a(t){return o({url:"/cms/article/list",method:"get",'
                       "params:t})}export{a as g};",
        "request-ee55.js": 'const s=axios.create({baseURL:"/prod-api",timeout:1e4});export{s};',
        "core-99aa.js": "export const c=1,u=2;",
    }

    def build(self) -> None:
        super().build()
        for name, code in self.MODULES.items():
            self.route(self.url(f"/portal/assets/{name}"), lambda _, c=code: Response(c, kind="application/javascript"))
        self.route(self.url("/prod-api/cms/article/list"), self.articles)

    def list_url(self, column: Column, page: int = 1) -> str:
        return self.url(f"/portal/channel/{column.number}")

    def article_url(self, column: Column, item: Item) -> str:
        return self.url(f"/portal/article/{item.number}")

    def articles(self, request: Request) -> Response:
        column = self.numbered(request.query.get("channelId"))
        part = self.part(column, int(request.query.get("pageNum") or 1)) if column else []
        rows = [{"id": i.number, "title": i.text, "publishTime": i.date} for i in part]
        return self.json({"code": 200, "rows": rows, "total": len(column.items) if column else 0})

    def list_main(self, column: Column, page: int) -> str:
        return '<div id="app"></div><script type="module" src="/portal/assets/index-1a2b.js"></script>'

    def clerk(self) -> list[Step]:
        asked = self.url(f"/prod-api/cms/article/list?pageSize=10&channelId={self.reports.number}&pageNum=")
        return [Step(self.list_url(self.reports)), *(Step(f"{asked}{k}") for k in range(1, self.pages(self.reports) + 1))]
