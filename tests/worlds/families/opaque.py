"""西安各区: 24-digit hex articles that say nothing, lists 1.html, 2.html."""

from tests.worlds.engine import Site
from tests.worlds.parts import Column, Item


class World(Site):
    name, title = "opaque", "不透明编号静态站"
    per_page, shell, nb_slug, renamed = 6, "script", "xxgknb/bmxxgknb", True

    def list_url(self, column: Column, page: int = 1) -> str:
        return self.url(f"/zwgk/{column.slug}/{page}.html")

    def article_url(self, column: Column, item: Item) -> str:
        return self.url(f"/zwgk/{column.slug}/{self.hex(24, item.number)}.html")

    def pager(self, column: Column, page: int, pages: int) -> str:
        return f'<div id="pager" data-total="{len(column.items)}"></div><script>laypage({{cont:"pager", pages:{pages}, curr:{page}, jump:function(e,first){{if(!first)location.href="./"+e.curr+".html";}}}});</script>'
