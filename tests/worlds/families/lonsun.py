"""龙讯: disclosure lies on the city's portal under an organ's number; type says which tab, picture editions beside."""

from datetime import date

from tests.worlds.engine import Site
from tests.worlds.parts import Column, Item, Report, Step

_TABS = {"rules": 1, "guide": 2, "nb": 3}


class World(Site):
    """linked: the menu names every tab; unlinked: it leaves the reports out, and only the meaning of type leads there."""

    variants, variant = ("linked", "unlinked"), "linked"
    name, title = "lonsun", "龙讯 LonSun"
    per_page, shell, zero_day = 10, "", (2018,)
    files = ((2011, "doc"),)

    def build(self) -> None:
        self.organ = self.rng.randint(6_500_000, 6_600_000)
        super().build()
        self.entry = self.list_url(self.columns["guide" if self.variant == "linked" else "policy"])
        self.distract_portal()

    def distract_portal(self) -> None:
        """The portal's own front and other organs' pages."""
        self.route(f"http://{self.portal}/", lambda _: self.page(f"{self.agency.city}人民政府", "<p>市政府门户</p>"))
        for organ in range(self.organ + 1, self.organ + 8):
            self.route(self.url(f"/public/column/{organ}", self.portal), lambda _, o=organ: self.page(f"部门{o}", "<p>另一部门的信息公开</p>"))

    def list_url(self, column: Column, page: int = 1) -> str:
        more = f"&pageIndex={page}" if page > 1 else ""
        if column.key in _TABS:
            return self.url(f"/public/column/{self.organ}?type={_TABS[column.key]}{more}", self.portal)
        if column.key in ("policy", "budget", "law", "points", "webstat"):
            return self.url(f"/public/column/{self.organ}?type=4&catId={column.number}&action=list{more}", self.portal)
        return self.url(f"/content/column/{column.number}" + (f"?pageIndex={page}" if page > 1 else ""))

    def article_url(self, column: Column, item: Item) -> str:
        if column.key in _TABS or column.key in ("policy", "budget", "law", "points", "webstat"):
            return self.url(f"/public/{self.organ}/{item.number}.html", self.portal)
        return self.url(f"/content/article/{item.number}")

    def file_url(self, item: Item, kind: str) -> str:
        return self.url(f"/group1/M00/{item.number % 99:02d}/{self.hex(28, item.number)}.{kind}", self.portal)

    def write_reports(self, column: Column) -> None:
        super().write_reports(column)
        for year in (2017, 2019, 2022):
            title = f"（图片版）{self.agency.name}{year}年政府信息公开工作年度报告"
            image = self.put(column, title, date(year + 1, 1, 30), lambda y=year: f'<p><img src="/uploads/{y}.jpg" width="900"></p>')
            own = next(r for r in self.own if r.year == year)
            self.own[self.own.index(own)] = Report(year, own.url, own.title, own.agency, (image.url,), own.files)
        column.items.sort(key=lambda i: i.day, reverse=True)

    def list_main(self, column: Column, page: int) -> str:
        return (f'<div class="xxgk_nav_list"><ul class="doc_list">{self.rows(self.part(column, page))}</ul></div><div id="page_public"></div>'
                f"<script>var pageIndex = {page}; $('#page_public').pagination({{pageIndex:{page}, pageSize:{self.per_page}, "
                f"pageCount:{self.pages(column)}, total:{len(column.items)}, linkTo:'?pageIndex=__id__'}});</script>")

    def xxgk_menu(self) -> list[tuple[str, str]]:
        menu = super().xxgk_menu()
        return menu if self.variant == "linked" else [entry for entry in menu if "年报" not in entry[0]]

    def way(self) -> list[Step]:
        return [Step(self.home), Step(self.entry)]
