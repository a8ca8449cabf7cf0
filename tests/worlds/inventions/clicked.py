"""Further pages in fragments: a handler on the numbers asks for them with each number's own data."""

from tests.worlds.engine import Site
from tests.worlds.parts import Column, Item, Request, Step


class World(Site):
    name, title = "clicked", "点击翻页"
    static_pages, per_page = False, 6
    SCRIPT = """<script>$(".pn").on("click", function () {
  $.get("/part/list", {k: "%s", pg: $(this).data("pg")}, function (h) { $("#l").html(h); });
});</script>"""

    def build(self) -> None:
        super().build()
        self.route(self.url("/part/list"), self.rows_of)

    def article_url(self, column: Column, item: Item) -> str:
        return self.url(f"/read/{self.hex(10, item.number)}")

    def rows_of(self, request: Request) -> str:
        column = self.columns.get(request.query.get("k", ""))
        return f"<ul>{self.rows(self.part(column, int(request.query.get('pg') or 1)))}</ul>" if column else ""

    def list_main(self, column: Column, page: int) -> str:
        numbers = "".join(f'<span class="pn" data-pg="{k}">{k}</span>' for k in range(1, self.pages(column) + 1))
        return f'<ul id="l">{self.rows(self.part(column, 1))}</ul><div class="pg">{numbers}</div>{self.SCRIPT % column.key}'

    def clerk(self) -> list[Step]:
        pages = range(2, self.pages(self.reports) + 1)
        return [Step(self.list_url(self.reports)), *(Step(self.url(f"/part/list?k=nb&pg={k}")) for k in pages)]
