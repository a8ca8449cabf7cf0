"""One year at a time: choosing it calls a function of another file that moves to the year's page."""

from tests.worlds.engine import Site
from tests.worlds.parts import Column, Item, Request, Response, Step


class World(Site):
    name, title = "chosen", "年度下拉"
    static_pages = False
    SCRIPT = "function changeYear(v) { if (!v) return; var u = '/nb/y' + v + '.html'; location.href = u; }"

    def build(self) -> None:
        super().build()
        self.route(self.url("/js/year.js"), lambda _: Response(self.SCRIPT, kind="text/javascript"))
        self.route_all(f"{self.host}/nb/y", self.of_year)

    def article_url(self, column: Column, item: Item) -> str:
        return self.url(f"/read/{self.hex(10, item.number)}")

    def of_year(self, request: Request) -> str:
        chosen = [i for i in self.reports.items if f"y{i.day.year - 1}." in request.path]
        return self.page("年报", f"{self.choice()}<ul>{self.rows(chosen)}</ul>")

    def choice(self) -> str:
        years = "".join(f'<option value="{r.year}">{r.year}年</option>' for r in self.own)
        return ('<select onchange="changeYear(this.options[this.selectedIndex].value)"><option value="">选择年度</option>'
                f'{years}</select><script src="/js/year.js"></script>')

    def list_main(self, column: Column, page: int) -> str:
        return self.choice() if column.key == "nb" else super().list_main(column, page)

    def clerk(self) -> list[Step]:
        return [Step(self.list_url(self.reports)), *(Step(self.url(f"/nb/y{r.year}.html")) for r in self.own)]
