"""合正 hzcms: c_<id>.htm below the day, and a footer whose publishdate is when the page was generated."""

from tests.worlds.engine import Site
from tests.worlds.parts import Column, Item


class World(Site):
    name, title = "hzcms", "合正 hzcms"
    per_page, shell, files = 8, "meta", ((2012, "doc"),)

    def list_url(self, column: Column, page: int = 1) -> str:
        return self.url(f"/{column.slug}/A{column.number}index_{page - 1}.htm" if page > 1 else f"/{column.slug}/index.htm")

    def article_url(self, column: Column, item: Item) -> str:
        return self.url(f"/{item.day:%Y-%m/%d}/c_1{item.number:09d}.htm")

    def pager(self, column: Column, page: int, pages: int) -> str:
        stem = f"A{column.number}index"
        return (f'<div id="pages"></div><script>createPageHTML({pages}, {page - 1}, "{stem}", "htm");</script>'
                "<!-- Produced By CMS 网站群内容管理系统 publishdate:2026/01/05 08:00:00 -->")
