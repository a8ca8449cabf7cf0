"""Rows without addresses: a click calls a function with two ids, and another file says what address it opens."""

from html import escape

from tests.worlds.engine import Site
from tests.worlds.parts import Column, Item, Report, Response


class World(Site):
    name, title = "opener", "行上点击"
    SCRIPT = """(function () {
  window.openDoc = function (id, ch) { var u = '/doc/view?docid=' + id + '&chnl=' + ch; window.open(u); };
})();"""

    def build(self) -> None:
        super().build()
        self.route(self.url("/static/js/site.js"), lambda _: Response(self.SCRIPT, kind="application/javascript"))

    def list_url(self, column: Column, page: int = 1) -> str:
        return self.url(f"/chnl/{column.slug}" + (f"?p={page}" if page > 1 else ""))

    def article_url(self, column: Column, item: Item) -> str:
        return self.url(f"/doc/view?docid={self.hex(12, item.number)}&chnl={column.number}")

    def row(self, item: Item) -> str:
        document, channel = item.url.split("docid=")[1].split("&chnl=")
        return (f"<li onclick=\"openDoc('{document}', {channel})\" style=\"cursor:pointer\"><em>{escape(item.text)}</em>"
                f"<span>{item.date}</span></li>")

    def page(self, title: str, main: str, meta: dict[str, str] | None = None, menu: bool = False, head: str = "") -> str:
        return super().page(title, main, meta, menu, f'{head}<script src="/static/js/site.js"></script>')

    def clue(self, report: Report) -> str:
        return report.url.split("docid=")[1].split("&")[0]
