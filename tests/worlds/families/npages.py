"""旧 n 编号站: paths of n-numbers that are the tree, articles content.html, the pager in a script's own words."""

from tests.worlds.engine import Site
from tests.worlds.parts import Column, Item


class World(Site):
    name, title = "npages", "n 编号静态站"
    per_page, shell, zero_day = 6, "script", (2019, 2020)

    def list_url(self, column: Column, page: int = 1) -> str:
        return self.url(f"/n2588035/n{column.number}/index.html" if page == 1 else f"/n2588035/n{column.number}/index_{column.number}_{self.pages(column) - page + 1}.html")

    def article_url(self, column: Column, item: Item) -> str:
        return self.url(f"/n2588035/n{column.number}/c{item.number}/content.html")

    def clue(self, report: object) -> str:
        return report.url.rsplit("/", 2)[1]  # type: ignore[attr-defined]

    def pager(self, column: Column, page: int, pages: int) -> str:
        links = "".join(f'<a href="{self.href(self.list_url(column, k))}">{k}</a>' for k in range(2, pages + 1))
        return (f'<div id="pag_{column.number}" style="display:none">{links}</div><script>var maxPageNum{column.number} = {pages};\nfunction goPub{column.number}(n){{ var u = "index.html"; '
                f'if (n > 1) u = "index_{column.number}_" + (maxPageNum{column.number} - n + 1) + ".html"; location.href = "/n2588035/n{column.number}/" + u; }}</script>'
                + (f'<a href="javascript:void(0)" onclick="goPub{column.number}({page + 1})">下一页</a>' if page < pages else ""))
