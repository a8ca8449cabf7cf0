"""intertidwebapp: getDocuments answers with JSON for a channel number that stands in the page's address or script."""

from tests.worlds.engine import Site
from tests.worlds.parts import Column, Item, Request, Response, Step


class World(Site):
    name, title = "intertid", "intertidwebapp"
    static_pages, per_page, shell = False, 12, ""
    sub_units, renamed = ("档案馆",), True
    API = "/intertidwebapp/govChanInfo/getDocuments"

    def build(self) -> None:
        super().build()
        self.entry = self.list_url(self.columns["guide"])
        self.route(self.url(self.API), self.documents)

    def list_url(self, column: Column, page: int = 1) -> str:
        return self.url(f"/fzlm/gkmlpt/zdgk/index.shtml?chan={column.number}") if column.key in ("policy", "budget", "law") else self.url(
            f"/zfxxgk/{column.slug}/index.shtml" if column.key in ("nb", "guide", "rules") else f"/{column.slug}/index.shtml")

    def article_url(self, column: Column, item: Item) -> str:
        return self.url(f"/doc/{item.day:%Y/%m/%d}/{item.number}.shtml")

    def list_main(self, column: Column, page: int) -> str:
        return ('<table id="docs"><tbody></tbody></table><div id="pages"></div><script>\n'
                f"var siteId = 7; var chanId = {column.number}; var pageSize = {self.per_page};\n"
                f"function load(n){{ $.getJSON('{self.API}?pageIndex=' + n + '&pageSize=' + pageSize + '&siteId=' + siteId + "
                "'&ChannelType=1&KeyWord=&KeyWordType=&chanId=' + chanId + '&order=1', draw); }\nload(1);</script>")

    def documents(self, request: Request) -> Response:
        q = request.query
        column = self.numbered(q.get("chanId"))
        if column is None or q.get("siteId") != "7":
            return self.json({"count": 0, "list": []})
        page, size = int(q.get("pageIndex") or 1), min(int(q.get("pageSize") or 12), 20)
        return self.json({"count": len(column.items), "pageIndex": page, "pageSize": size, "list": [
            {"id": i.number, "title": i.text, "url": self.href(i.url), "pubDate": i.date, "indexNo": self.hex(10, i.number)}
            for i in self.part(column, page, size)]})

    def clerk(self) -> list[Step]:
        page = self.list_url(self.reports)
        return [Step(page), *(Step(self.url(
            f"{self.API}?pageIndex={k}&pageSize=20&siteId=7&ChannelType=1&KeyWord=&KeyWordType=&chanId={self.reports.number}&order=1"), referer=page)
            for k in range(1, -(-len(self.reports.items) // 20) + 1))]
