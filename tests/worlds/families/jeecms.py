"""jeecms: .jhtml columns whose further pages are index_2.jhtml, named only in a script that builds the address."""

from tests.worlds.engine import Site
from tests.worlds.parts import Column, Item


class World(Site):
    name, title = "jeecms", "jeecms .jhtml"
    per_page, shell, corrected = 8, "", 2020

    def build(self) -> None:
        super().build()
        self.entry = self.list_url(self.columns["guide"])

    def list_url(self, column: Column, page: int = 1) -> str:
        if column.key in ("nb", "guide", "rules"):
            return self.url(f"/c/{self.agency.slug}/{column.slug}" + (f"/index_{page}" if page > 1 else "") + ".jhtml")
        return self.url(f"/c/{self.agency.slug}/{column.slug}/index" + (f"_{page}" if page > 1 else "") + ".jhtml")

    def article_url(self, column: Column, item: Item) -> str:
        return self.url(f"/c/{self.agency.slug}/{column.slug}/{item.number}.jhtml")

    def pager(self, column: Column, page: int, pages: int) -> str:
        base = self.href(self.list_url(column, 2)).replace("index_2.jhtml", "index")
        return (f'<div class="pagesite">共{len(column.items)}条记录 {page}/{pages}页 <a href="javascript:void(0)" onclick="location.href=encodeURI(\'{base}_\'+{min(page + 1, pages)}+\'.jhtml\')">下一页</a> '
                f"<select onchange=\"location.href='{base}_'+this.value+'.jhtml'\">" + "".join(f"<option value={k}>{k}</option>" for k in range(1, pages + 1)) + "</select></div>")
