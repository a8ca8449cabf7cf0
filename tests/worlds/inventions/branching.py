"""The columns are a tree that posts for each branch it opens; lists say their last page alone and count from nought."""

from html import escape

from tests.worlds.engine import Site
from tests.worlds.parts import Column, Item, Request, Response, Step

_TREE = """<ul id="tree" class="ztree"></ul><script>var setting={async:{enable:true,url:"/tree/nodes",autoParam:["id"],
type:"post"},callback:{onClick:function(e,t,n){if(n.url)location.href=n.url}}};$.fn.zTree.init($("#tree"),setting);</script>"""


class World(Site):
    name, title = "branching", "异步目录树"
    shell = "nothing"
    per_page = 6

    def build(self) -> None:
        super().build()
        self.route(self.url("/tree/nodes"), self.nodes)

    def nodes(self, request: Request) -> Response:
        branch = request.form.get("id", "") if request.method == "POST" else "none"
        roots = [{"id": f"b{n}", "name": name, "isParent": True} for n, name in enumerate(("法定主动公开", "政府信息公开"))]
        leaves = [{"id": column.number, "name": column.name, "url": self.href(self.list_url(column))}
                  for column in self.columns.values() if column.key in ("guide", "rules", "nb")]
        return self.json({"": roots, "b1": leaves}.get(branch, []))

    def entry_page(self, request: Request) -> str:
        return self.page("政府信息公开目录", _TREE)

    def list_url(self, column: Column, page: int = 1) -> str:
        return self.url(f"/taxonomy/{column.number}" + (f"?page={page - 1}" if page > 1 else ""))

    def article_url(self, column: Column, item: Item) -> str:
        return self.url(f"/node/{item.number}")

    def pager(self, column: Column, page: int, pages: int) -> str:
        last = escape(self.href(self.list_url(column, pages)))
        return f'<ul class="pager"><li><a href="{last}" title="到末页">末页 »</a></li></ul>' if page < pages else ""

    def way(self) -> list[Step]:
        tree = self.url("/tree/nodes")
        return [Step(self.home), Step(self.entry), Step(tree, "POST"), Step(tree, "POST", "id=b1")]
