"""Rows without addresses: one handler for the whole list makes them of the row's data attributes."""

from html import escape

from tests.worlds.engine import Site
from tests.worlds.parts import Column, Item, Report


class World(Site):
    name, title = "delegated", "委托点击"
    SCRIPT = """<script>$(function () {
  $('ul.list').on('click', 'li.item', function () {
    var id = $(this).data('id');
    window.open('/info/' + $(this).attr('data-chn') + '/' + id + '.html');
  });
});</script>"""

    def list_url(self, column: Column, page: int = 1) -> str:
        return self.url(f"/chnl/{column.slug}" + (f"?p={page}" if page > 1 else ""))

    def article_url(self, column: Column, item: Item) -> str:
        return self.url(f"/info/{column.number}/{self.hex(9, item.number)}.html")

    def row(self, item: Item) -> str:
        _, channel, document = item.url.rsplit("/", 2)
        return (f'<li class="item" data-id="{document.removesuffix(".html")}" data-chn="{channel}"><b>{escape(item.text)}</b>'
                f"<i>{item.date}</i></li>")

    def list_main(self, column: Column, page: int) -> str:
        return super().list_main(column, page) + self.SCRIPT

    def clue(self, report: Report) -> str:
        return report.url.rsplit("/", 1)[1].removesuffix(".html")
