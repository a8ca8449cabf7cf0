"""新点: lists by posted JSON whose siteGuid stands in a script of its own; reports are a category number."""

import json

from tests.worlds.engine import Site
from tests.worlds.parts import Column, Item, Request, Response, Step


class World(Site):
    name, title = "epoint", "新点 EWB-FRONT"
    static_pages, shell, per_page = False, "", 12
    files, cookie = ((2015, "pdf"),), "302"
    sub_units = ("服务中心",)

    def build(self) -> None:
        self.guid = self.uuid("site").replace("-", "")[:8] + "-" + self.uuid("site2")[9:]
        self.numbers: dict[str, str] = {}
        super().build()
        self.entry = self.list_url(self.columns["guide"])
        self.route(self.url("/js/webBuilderCommon.js"), lambda _: Response(
            f"var siteInfo = {{\"siteGuid\": \"{self.guid}\", \"projectName\": \"/EpointWebBuilder\", \"showTitle\": \"\"}};\n"
            "function getProject(){return siteInfo.projectName;}", kind="application/javascript; charset=utf-8"))
        self.route(self.url("/EpointWebBuilder/rest/lightfrontaction/getgovinfolist"), self.rest)

    def category(self, column: Column) -> str:
        return self.numbers.setdefault(column.key, f"00300{len(self.numbers) // 9 + 1}00{len(self.numbers) % 9 + 1}")

    def list_url(self, column: Column, page: int = 1) -> str:
        name = "govInfoPub" if column.key in ("nb", "guide", "rules", "policy") else "openlist"
        return self.url(f"/dynamic/zwgk/{name}.html?categorynum={self.category(column)}")

    def article_url(self, column: Column, item: Item) -> str:
        return self.url(f"/{self.category(column)[:3]}/{self.category(column)}/{item.day:%Y%m%d}/{self.uuid(item.number)}.html")

    def list_main(self, column: Column, page: int) -> str:
        return ('<ul class="ewb-list" id="infolist"></ul><div id="pager"></div><script id="tpl" type="text/x-template">{{#data}}<li>'
                '<a href="{{infourl}}">{{title}}</a></li>{{/data}}</script><script src="/js/webBuilderCommon.js"></script>'
                f'<script>var pageSize = {self.per_page}, deptcode = ""; loadList(siteInfo.projectName + "/rest/lightfrontaction/getgovinfolist", '
                f'{{deptcode: deptcode, categorynum: getParam("categorynum"), pageIndex: 0, pageSize: pageSize, siteGuid: siteInfo.siteGuid}});</script>')

    def rest(self, request: Request) -> Response:
        try:
            asked = json.loads(request.body or b"{}")
        except ValueError:
            asked = (request.form.get("params") and json.loads(request.form["params"])) or {}
        asked = asked.get("params", asked)
        column = next((c for c in self.columns.values() if self.numbers.get(c.key) == asked.get("categorynum")), None)
        if request.method != "POST" or column is None or asked.get("siteGuid") != self.guid:
            return self.json({"custom": {"data": [], "total": 0}, "status": {"code": 200}})
        size, page = min(int(asked.get("pageSize") or 12), 50), int(asked.get("pageIndex") or 0)
        return self.json({"custom": {"data": [
            {"infourl": self.href(i.url), "title": i.text[:20], "realtitle": i.text, "infodate": i.date, "categorynum": self.category(column)}
            for i in column.items[page * size: (page + 1) * size]], "total": len(column.items)}, "status": {"code": 200}})

    def clerk(self) -> list[Step]:
        page, size = self.list_url(self.reports), 50
        return [Step(page), Step(self.url("/js/webBuilderCommon.js")), *(
            Step(self.url("/EpointWebBuilder/rest/lightfrontaction/getgovinfolist"), "POST", json.dumps(
                {"deptcode": "", "categorynum": self.category(self.reports), "pageIndex": k, "pageSize": size, "siteGuid": self.guid}),
                "application/json", page) for k in range(-(-len(self.reports.items) // size)))]
