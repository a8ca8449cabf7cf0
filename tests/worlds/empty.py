"""A site of some 470 pages that never published a report: the column is there, and empty."""

from tests.worlds.engine import Site
from tests.worlds.parts import Column


class World(Site):
    name, title = "empty", "没有年报的网站"
    years = ()

    def list_main(self, column: Column, page: int) -> str:
        return super().list_main(column, page) if column.items else '<ul class="list"></ul><p>暂无内容</p>'
