""".jspx 部门内容页: a form of hidden fields that pages by pageNo, by GET or POST alike."""

from urllib.parse import urlencode

from tests.worlds.engine import Site
from tests.worlds.parts import Column, Item, Request, Step


class World(Site):
    name, title = "jspx", ".jspx 表单翻页"
    per_page, shell, static_pages = 7, "", False
    files, sub_units = ((2011, "doc"), (2023, "pdf")), ("信息中心",)
    BASE = "/yxgovfront/newDepartmentContentds.jspx"

    def build(self) -> None:
        super().build()
        self.entry = self.list_url(self.columns["guide"])
        self.route(self.url(self.BASE), self.list_by_form)

    def list_url(self, column: Column, page: int = 1) -> str:
        return self.url(f"{self.BASE}?path={self.agency.slug}&channelId={column.number}")

    def article_url(self, column: Column, item: Item) -> str:
        return self.url(f"/{self.agency.slug}/{column.slug}/{item.day:%Y%m%d}/{item.number}.html")

    def list_by_form(self, request: Request) -> str | None:
        column = self.numbered(request.form.get("channelId"))
        return self.list_page(column, int(request.form.get("pageNo") or 1)) if column else None

    def publish(self) -> None:
        super().publish()
        for column in self.columns.values():  # the query decides, and a posted form has none
            self.route(self.list_url(column), self.list_by_form)

    def pager(self, column: Column, page: int, pages: int) -> str:
        return (f'<form id="tableForm" method="post" action="{self.BASE}"><input type="hidden" name="path" value="{self.agency.slug}"><input type="hidden" name="channelId" value="{column.number}">'
                f'<input type="hidden" name="pageNo" value="{page}"><input type="hidden" name="pageCount" value="{pages}">'
                + (f'<a href="javascript:void(0)" onclick="gotoPage({page + 1})">下一页</a>' if page < pages else "") + f'<a href="javascript:void(0)" onclick="gotoPage({pages})">尾页</a></form>'
                "<script>function gotoPage(n){ var f = document.getElementById('tableForm'); f.pageNo.value = n; f.submit(); }</script>")

    def clerk(self) -> list[Step]:
        page = self.list_url(self.reports)
        return [Step(page), *(Step(self.url(self.BASE), "POST", urlencode({"path": self.agency.slug, "channelId": self.reports.number, "pageNo": k}), referer=page)
                              for k in range(2, self.pages(self.reports) + 1))]
