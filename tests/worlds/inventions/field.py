"""Rows by a request whose parameter stands in a hidden field of the page, the request itself in a script it loads."""

from tests.worlds.engine import Site
from tests.worlds.parts import Column, Item, Request, Response, Step


class World(Site):
    name, title = "field", "隐藏域参数"
    static_pages, per_page = False, 8
    SCRIPT = """var page = 1;
function load() {
  $.ajax({type: 'get', url: '/ajax/docs', dataType: 'json',
    data: {cid: $('#cid').val(), p: page, size: 8, _t: new Date().getTime()},
    success: function (r) { $('#docs').append(r.html); if (page >= r.pages) { $('.more').hide(); } page++; }});
}
$(function () { load(); $('.more').click(load); });"""

    def build(self) -> None:
        super().build()
        self.route(self.url("/js/list.js"), lambda _: Response(self.SCRIPT, kind="application/javascript"))
        self.route(self.url("/ajax/docs"), self.docs)

    def article_url(self, column: Column, item: Item) -> str:
        return self.url(f"/read/{self.hex(10, item.number)}")

    def docs(self, request: Request) -> Response:
        column = self.numbered(request.query.get("cid"))
        if column is None:
            return self.json({"html": "", "pages": 0})
        return self.json({"html": self.rows(self.part(column, int(request.query.get("p") or 1))), "pages": self.pages(column)})

    def list_main(self, column: Column, page: int) -> str:
        return (f'<input type="hidden" id="cid" value="{column.number}"><ul id="docs"></ul>'
                '<a class="more" href="javascript:;">加载更多</a><script src="/js/list.js"></script>')

    def clerk(self) -> list[Step]:
        asked = self.url(f"/ajax/docs?cid={self.reports.number}&size=8&p=")
        return [Step(self.list_url(self.reports)), *(Step(f"{asked}{k}") for k in range(1, self.pages(self.reports) + 1))]
