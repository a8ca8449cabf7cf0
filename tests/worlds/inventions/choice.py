"""Nothing until a year is chosen: the change of a select loads that year's piece of markup."""

from tests.worlds.engine import Site
from tests.worlds.parts import Column, Item, Step


class World(Site):
    name, title = "choice", "选年装入"
    static_pages, per_page = False, 500

    def article_url(self, column: Column, item: Item) -> str:
        return self.url(f"/y/{self.hex(9, item.number)}.html")

    def piece(self, column: Column, year: int) -> str:
        return self.url(f"/piece/{column.slug}/{year}.html")

    def years_of(self, column: Column) -> list[int]:
        return sorted({item.day.year for item in column.items}, reverse=True)

    def publish(self) -> None:
        for column in self.columns.values():
            for year in self.years_of(column):
                self.route(self.piece(column, year), lambda _, c=column, y=year: "<ul>" + self.rows(
                    item for item in c.items if item.day.year == y) + "</ul>")
        super().publish()

    def list_main(self, column: Column, page: int) -> str:
        options = "".join(f'<option value="{year}">{year}</option>' for year in self.years_of(column))
        return (f'<select id="year">{options}</select><div id="box"></div><script>$("#year").change(function () {{'
                f'var y = $(this).val(); $("#box").load("/piece/{column.slug}/" + y + ".html"); }});</script>')

    def clerk(self) -> list[Step]:
        return [Step(self.list_url(self.reports)), *(Step(self.piece(self.reports, y)) for y in self.years_of(self.reports))]
