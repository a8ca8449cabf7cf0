"""One page for the whole site: its router keeps the column in the fragment (``#/list?id=7``), rows come as JSON."""

from tests.worlds.engine import Site
from tests.worlds.parts import Column, Item, Request, Response, Step

_APP = """var routes=[{path:'/',component:Home},{path:'/list',component:List}];
var Home={template:'<div><router-link v-for="c in columns" :to="\\'/list?id=\\'+c.id">{{c.name}}</router-link></div>',
 data(){return {columns:[]}},created(){axios.get('/api/columns').then(r=>{this.columns=r.data.data})}};
var List={template:'<ul><li v-for="i in rows"><a :href="i.url">{{i.title}}</a></li></ul>',
 data(){return {rows:[],page:1}},
 created(){axios.get('/api/list',{params:{cid:this.$route.query.id,page:this.page}}).then(r=>{this.rows=r.data.data})}};
"""


class World(Site):
    name, title = "hashed", "井号路由"
    per_page = 8
    static_pages = False

    def build(self) -> None:
        super().build()
        columns = [{"id": column.number, "name": column.name} for column in self.columns.values()]
        self.route(self.url("/js/app.js"), lambda _: Response(_APP, kind="application/javascript"))
        self.route(self.url("/api/columns"), lambda _: self.json({"data": columns}))
        self.route(self.url("/api/list"), self.listed)

    def article_url(self, column: Column, item: Item) -> str:
        return self.url(f"/read/{self.hex(9, item.number)}.html")

    def home_page(self, request: Request) -> str:
        return (f"<html><head><title>{self.agency.name}</title></head><body><div id='app'></div>"
                "<script src='/js/app.js'></script></body></html>")

    def listed(self, request: Request) -> Response:
        column = self.numbered(request.query.get("cid"))
        items = self.part(column, int(request.query.get("page") or 1)) if column else []
        rows = [{"title": i.text, "url": self.href(i.url), "date": i.date} for i in items]
        return self.json({"data": rows, "total": len(column.items) if column else 0})

    def way(self) -> list[Step]:
        return [Step(self.home), Step(self.url("/js/app.js")), Step(self.url("/api/columns"))]

    def clerk(self) -> list[Step]:
        return [Step(self.url(f"/api/list?cid={self.reports.number}&page={k}"))
                for k in range(1, self.pages(self.reports) + 1)]
