"""TrueCMS: a JSONP answer that holds records, 404 without a Referer; the first screen is in the page."""

from html import escape
from urllib.parse import urlencode

from tests.worlds.engine import Site
from tests.worlds.parts import Column, Item, Request, Response, Step


class World(Site):
    name, title = "truecms", "TrueCMS"
    static_pages, per_page, shell = False, 10, "meta"
    needs_referer = ("/truecms/",)
    API = "/truecms/messageController/getMessage.do"

    def build(self) -> None:
        super().build()
        self.route(self.url(self.API), self.message)

    def list_url(self, column: Column, page: int = 1) -> str:
        return self.url(f"/{self.agency.slug}/{column.slug}/{column.slug}.html")

    def article_url(self, column: Column, item: Item) -> str:
        return self.url(f"/{self.agency.slug}/{column.slug}/content/{self.uuid(item.number)}.html")

    def records(self, items: list[Item]) -> str:
        return "<recordset>" + "".join(
            f"<record><![CDATA[<li><a href='{self.href(i.url)}' title='{escape(i.text)}'>{escape(i.text[:20])}</a><span>{i.date}</span></li>]]></record>"
            for i in items) + "</recordset>"

    def list_main(self, column: Column, page: int) -> str:
        return (f'<div id="pageList"></div><div id="initData" style="display:none"><datastore><totalrecord>{len(column.items)}</totalrecord>'
                f"{self.records(self.part(column, 1))}</datastore></div><script>initPage({{proxyUrl:'{self.API}', perPage:{self.per_page}, "
                f"totalRecord:{len(column.items)}, columnId:'{self.uuid('col', column.number)}', contentTemplate:'', div:'pageList'}});</script>")

    def message(self, request: Request) -> Response:
        q = request.form
        column = next((c for c in self.columns.values() if self.uuid("col", c.number) == q.get("columnId")), None)
        per = int(q.get("perpage") or 10)
        if column is None or per > 50:
            return self.json({"result": ""}, q.get("callback", ""))
        start, end = int(q.get("startrecord") or 1), int(q.get("endrecord") or per)
        text = f"<datastore><totalrecord>{len(column.items)}</totalrecord>{self.records(column.items[start - 1: min(end, start + per - 1)])}</datastore>"
        return self.json({"result": text}, q.get("callback", ""))

    def clerk(self) -> list[Step]:
        page = self.list_url(self.reports)
        fields = {"startrecord": 11, "endrecord": 20, "perpage": 10, "columnId": self.uuid("col", self.reports.number), "contentTemplate": "", "callback": "cb"}
        return [Step(page), Step(self.url(f"{self.API}?{urlencode(fields)}"), referer=page)]
