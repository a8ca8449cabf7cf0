"""Each list is a script that writes its lines, as the older systems still generate them."""

from tests.worlds.engine import Site
from tests.worlds.parts import Column, Item, Response, Step


class World(Site):
    name, title = "scripted", "脚本写出列表"
    static_pages, charset = False, "gbk"

    def build(self) -> None:
        super().build()
        for column in self.columns.values():
            self.route(self.script_url(column), lambda _, c=column: self.script(c))

    def article_url(self, column: Column, item: Item) -> str:
        return self.url(f"/read/{self.hex(10, item.number)}.htm")

    def script_url(self, column: Column) -> str:
        return self.url(f"/js_inc/{column.slug}_list.js")

    def script(self, column: Column) -> Response:
        lines = (f'document.write("<li><a href=\\"{self.href(i.url)}\\" target=_blank>{i.text}</a> <span>[{i.date}]</span></li>");'
                 for i in column.items)
        return Response("\n".join(lines), kind="text/javascript")

    def list_main(self, column: Column, page: int) -> str:
        return f'<ul><script language="javascript" src="/js_inc/{column.slug}_list.js"></script></ul>'

    def clerk(self) -> list[Step]:
        return [Step(self.list_url(self.reports)), Step(self.script_url(self.reports))]
