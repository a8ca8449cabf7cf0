"""A custom element: its attribute holds the records as escaped JSON, another one the pattern of the addresses."""

import json
from html import escape

from tests.worlds.engine import Site
from tests.worlds.parts import Column, Item, Step


class World(Site):
    name, title = "element", "自定义元素"
    static_pages, shell = False, "script"
    sub_units = ("信息中心",)

    def list_url(self, column: Column, page: int = 1) -> str:
        return self.url(f"/channels/{column.slug}")

    def article_url(self, column: Column, item: Item) -> str:
        return self.url(f"/read/{column.number}/{self.hex(10, item.number)}")

    def list_main(self, column: Column, page: int) -> str:
        records = [{"k": self.hex(10, i.number), "t": i.text, "d": i.date.replace("-", "")} for i in column.items]
        return (f'<gov-shelf class="shelf" page-size="{self.per_page}" records="{escape(json.dumps(records, ensure_ascii=False))}" '
                f'item-href="/read/{column.number}/{{k}}" label="{column.name}"></gov-shelf><script type="module" src="/assets/gov-shelf.mjs"></script>')

    def clue(self, report: object) -> str:
        return report.url.rsplit("/", 1)[1]  # type: ignore[attr-defined]

    def clerk(self) -> list[Step]:
        return [Step(self.list_url(self.reports))]
