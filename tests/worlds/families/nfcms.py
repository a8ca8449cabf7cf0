"""南方网 NFCMS: content/post_<id>.html, lists index_2.html; mobile twins mpost_."""

from tests.worlds.engine import Site
from tests.worlds.parts import Column, Item


class World(Site):
    name, title = "nfcms", "南方网 NFCMS"
    per_page, shell, nb_slug, missing = 7, "302", "zwgk/xxgknb", "home"
    sub_units, corrected = ("质量检验所",), 2022

    def article_url(self, column: Column, item: Item) -> str:
        return self.url(f"/{column.slug}/content/post_{item.number}.html")

    def file_url(self, item: Item, kind: str) -> str:
        return self.url(f"/attachment/0/{item.number % 99}/{item.number % 9999}/{item.number}.{kind}")

    def pager(self, column: Column, page: int, pages: int) -> str:
        last = self.href(self.list_url(column, pages))
        more = f'<a class="next" href="{self.href(self.list_url(column, page + 1))}">下一页</a>' if page < pages else ""
        return f'<div class="page"><span>共{len(column.items)}条</span>{more}<a class="last" href="{last}">末页</a></div>'
