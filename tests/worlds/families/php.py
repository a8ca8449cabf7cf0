"""帝国 and phpcms: lists by query, articles by id; the pager leaves pages out."""

from tests.worlds.engine import Site
from tests.worlds.parts import Column, Item


class World(Site):
    name, title = "php", "PHP 站（帝国、phpcms）"
    variants, variant = ("empire", "phpcms"), "empire"
    per_page, shell, missing, charset = 5, "", "soft", "gbk"

    def build(self) -> None:
        super().build()
        self.entry = self.list_url(self.columns["guide"])

    def list_url(self, column: Column, page: int = 1) -> str:
        if self.variant == "phpcms":
            return self.url(f"/index.php?m=content&c=index&a=lists&catid={column.number}" + (f"&page={page}" if page > 1 else ""))
        return self.url(f"/e/action/ListInfo/?classid={column.number}" if page == 1 else f"/e/action/ListInfo/index.php?page={page - 1}&classid={column.number}&totalnum={len(column.items)}")

    def article_url(self, column: Column, item: Item) -> str:
        if self.variant == "phpcms":
            return self.url(f"/index.php?m=content&c=index&a=show&catid={column.number}&id={item.number}")
        return self.url(f"/e/action/ShowInfo.php?classid={column.number}&id={item.number}")

    def pager(self, column: Column, page: int, pages: int) -> str:
        near = sorted({k for k in (1, page - 1, page + 1, pages) if 1 <= k <= pages and k != page})
        return f'<div class="epages"><b>{len(column.items)}</b>' + "".join(
            f'<a href="{self.href(self.list_url(column, k)).replace("&", "&amp;")}">{ {page - 1: "上一页", page + 1: "下一页"}.get(k, "尾页" if k == pages else "首页")}</a>' for k in near) + "</div>"
