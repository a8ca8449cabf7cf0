"""四川 info 门户: iList.jsp with node and category, paged by cur_page through a script's goPage."""

from tests.worlds.engine import Site
from tests.worlds.parts import Column, Item


class World(Site):
    name, title = "infoportal", "info 门户 iList.jsp"
    per_page, shell, missing = 9, "", "home"
    sub_units, mixed = ("救助站",), True

    def build(self) -> None:
        super().build()
        self.entry = self.url("/info/iIndex.jsp?cat_id=15001")

    def entry_page(self, request: object) -> str:
        return self.page("政府信息公开", "<p>请选择栏目。</p>", menu=True)

    def list_url(self, column: Column, page: int = 1) -> str:
        return self.url(f"/info/iList.jsp?node_id=GKmzs&cat_id={column.number}&cur_page={page}" if page > 1 else f"/info/iList.jsp?node_id=GKmzs&cat_id={column.number}")

    def article_url(self, column: Column, item: Item) -> str:
        return self.url(f"/info/iDetail.jsp?node_id=GKmzs&infoid={item.number}")

    def pager(self, column: Column, page: int, pages: int) -> str:
        return (f'<div>总记录数：{len(column.items)} 第{page}页/共{pages}页 <a href="javascript:goPage({min(page + 1, pages)})">下一页</a> <a href="javascript:goPage({pages})">末页</a></div>'
                f"<script>function goPage(n){{ window.location.href = 'iList.jsp?node_id=GKmzs&cat_id={column.number}&cur_page=' + n; }}</script>")
