"""ASP.NET: pages by query, or by posting the page's own state back with the pager as the event's target."""

from urllib.parse import urlencode

from tests.worlds.engine import Site
from tests.worlds.parts import Column, Item, Request, Response, Step


class World(Site):
    name, title = "aspnet", "ASP.NET"
    variants, variant = ("query", "postback"), "query"
    per_page, shell, files = 6, "", ((2013, "doc"), (2019, "pdf"))

    def build(self) -> None:
        self.static_pages = self.variant == "query"
        super().build()
        self.entry = self.list_url(self.columns["guide"])
        if self.variant == "postback":
            for column in self.columns.values():
                self.route(self.list_url(column), lambda r, c=column: self.post_back(r, c))

    def list_url(self, column: Column, page: int = 1) -> str:
        if self.variant == "postback":
            return self.url(f"/view_list.aspx?portalid=3&lmid={column.number}")
        return self.url(f"/InfoPublic.aspx?cid={column.number}&pid=971&page={page}&kw=")

    def article_url(self, column: Column, item: Item) -> str:
        return self.url(f"/NewsView.aspx?NewsID={item.number}&CID={column.number}")

    def file_url(self, item: Item, kind: str) -> str:
        return self.url(f"/UploadFile/{item.day.year}/{item.number}.{kind}")

    def state(self, column: Column, page: int) -> str:
        return f"/wEPDwUK{self.hex(60, column.number, page)}=="

    def pager(self, column: Column, page: int, pages: int) -> str:
        if self.variant == "query":
            return f'<div class="pages">第{page}页/共{pages}页 <a href="?cid={column.number}&amp;pid=971&amp;page={min(page + 1, pages)}&amp;kw=">下一页</a></div>'
        links = "".join(f"<a href=\"javascript:__doPostBack('ctl00$main$AspNetPager1','{k}')\">{k}</a> " for k in range(1, pages + 1) if k != page)
        return (f'<form method="post" action="./view_list.aspx?portalid=3&amp;lmid={column.number}" id="aspnetForm"><input type="hidden" name="__EVENTTARGET" value="">'
                f'<input type="hidden" name="__EVENTARGUMENT" value=""><input type="hidden" name="__VIEWSTATE" value="{self.state(column, page)}">'
                f'<input type="hidden" name="__VIEWSTATEGENERATOR" value="6A2C1F0B"><div id="AspNetPager1">{links}</div></form>')

    def post_back(self, request: Request, column: Column) -> str | Response:
        if request.method != "POST":
            return self.list_page(column, 1)
        form = request.form
        states = [self.state(column, k) for k in range(1, self.pages(column) + 1)]
        if form.get("__VIEWSTATE") not in states or form.get("__EVENTTARGET") != "ctl00$main$AspNetPager1":
            return Response("<html><body>Invalid viewstate</body></html>", 500)
        return self.list_page(column, int(form.get("__EVENTARGUMENT") or 1))

    def clerk(self) -> list[Step]:
        if self.variant == "query":
            return super().clerk()
        page = self.list_url(self.reports)
        return [Step(page), *(Step(page, "POST", urlencode({
            "__EVENTTARGET": "ctl00$main$AspNetPager1", "__EVENTARGUMENT": k, "__VIEWSTATE": self.state(self.reports, 1)}), referer=page)
            for k in range(2, self.pages(self.reports) + 1))]
