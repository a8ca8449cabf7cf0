"""eportal: one address for every column, told apart by pageId; further pages need the module's id too."""

from html import escape

from tests.worlds.engine import Site
from tests.worlds.parts import Column, Item


class World(Site):
    name, title = "eportal", "eportal/ui"
    per_page, shell, zero_day = 8, "302", (2014,)

    def build(self) -> None:
        super().build()
        self.entry = self.url("/eportal/ui?pageId=9001")

    def list_url(self, column: Column, page: int = 1) -> str:
        more = f"&currentPage={page}&moduleId={self.hex(32, column.key)}&staticRequest=yes" if page > 1 else ""
        return self.url(f"/eportal/ui?pageId={column.number}{more}")

    def article_url(self, column: Column, item: Item) -> str:
        return self.url(f"/{self.agency.slug}/{column.number}/{column.number + 1}/{item.number}/index.html")

    def pager(self, column: Column, page: int, pages: int) -> str:
        if pages == 1:
            return ""
        buttons = "".join(f'<a href="javascript:void(0)" tagname="{escape(self.href(self.list_url(column, k)))}" class="pagingNormal">{t}</a>'
                          for t, k in (("下一页", min(page + 1, pages)), ("尾页", pages)))
        return (f'<div class="easysite-page-wrap"><b>{page}</b>/<b>{pages}</b>{buttons}</div><input type="hidden" id="moduleId" value="{self.hex(32, column.key)}">'
                f"<script>var pages = {{total:{len(column.items)}, pageCount:{pages}, current:{page}}};</script>")
