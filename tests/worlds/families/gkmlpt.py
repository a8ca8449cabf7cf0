"""广东 gkmlpt: a tree in the page's script, an API, and a text that is only inside the page's data."""

import json
from calendar import timegm
from html import escape

from tests.worlds.engine import Site
from tests.worlds.parts import Column, Item, Request, Response, Step


class World(Site):
    """api: the reports are a leaf of the tree; jump: the leaf only points to an ordinary column of the site."""

    name, title = "gkmlpt", "广东 gkmlpt"
    variants, variant = ("api", "jump"), "api"
    per_page = 10
    static_pages, shell = False, ""
    files, renamed = ((2012, "pdf"),), True
    sid = "758021"

    def build(self) -> None:
        super().build()
        self.entry = self.url("/gkmlpt/index")
        self.route(self.entry, lambda _: self.gkmlpt_page("信息公开目录", {"TREE": self.tree()}))
        if self.variant == "jump":
            for k in range(1, self.pages(self.reports) + 1):
                self.route(self.list_url(self.reports, k), lambda _, k=k: self.list_page(self.reports, k))
        for column in self.columns.values():
            if column.key == "nb" and self.variant == "jump":
                continue
            self.route(self.url(f"/gkmlpt/api/all/{column.number}"), lambda r, c=column: self.api(r, c.items))
        every = [i for c in self.columns.values() for i in c.items]
        self.route(self.url("/gkmlpt/api/all/0"), lambda r: self.api(r, every))

    def tree(self) -> list[dict]:
        def node(column: Column, children: tuple = ()) -> dict:
            return {"id": column.number, "name": column.name, "parent_id": 0, "children": list(children),
                    "jump_url": self.list_url(column) if self.ordinary(column) else "",
                    "post_count": len(column.items), "description": ""}
        c = self.columns
        inner = [node(c[k]) for k in ("policy", "notice", "budget", "law", "webstat", "points")]
        return [node(c["guide"]), node(c["rules"]),
                {"id": 11, "name": "法定主动公开内容", "children": inner, "jump_url": "", "post_count": 0},
                {"id": 12, "name": "政府信息公开工作", "children": [node(c["nb"])], "jump_url": "", "post_count": 0},
                {"id": 13, "name": "依申请公开", "children": [], "jump_url": self.url("/ysqgk/"), "post_count": 0}]

    def gkmlpt_page(self, title: str, config: dict) -> str:
        whole = {"SID": self.sid, "SITE_NAME": self.agency.name, "LANG": "zh", **config}
        return (f'<!DOCTYPE html><html><head><meta charset="utf-8"><title>{title}-{self.agency.name}</title>'
                f'<meta name="SiteName" content="{self.agency.name}"></head><body><div id="app"></div><script>\n'
                f"window._CONFIG = {json.dumps(whole, ensure_ascii=False)};\n</script>"
                '<script src="/gkmlpt/gkml/pc/js/app.5f0c1d2b.js"></script></body></html>')

    def api(self, request: Request, items: list[Item]) -> Response:
        if request.query.get("sid") != self.sid:
            return self.json({"error": "sid"})
        page = int(request.query.get("page") or 1) or 1
        part = items[(page - 1) * 100: page * 100]
        if page > 1 and not part:
            return Response('{"error":"not found"}', 404, "application/json")
        return self.json({"classify": {"post_count": len(items)}, "articles": [{
            "id": i.number, "title": i.title, "publisher": i.source or self.agency.name, "identifier": self.hex(12, i.number),
            "date": timegm(i.day.timetuple()), "created_at": f"{i.day} 09:00:00", "display_publish_time": timegm(i.day.timetuple()),
            "classify_main_name": "", "url": i.url, "post_url": "", "is_expired": 0, "attachment": []} for i in part]})

    def ordinary(self, column: Column) -> bool:
        return column.key in ("news", "tender", "staff", *(["nb"] if self.variant == "jump" else []))

    def list_url(self, column: Column, page: int = 1) -> str:
        name = "index" if page == 1 else f"index_{page}"
        return self.url(f"/zwgk/{column.slug}/{name}.html" if self.ordinary(column) else f"/gkmlpt/index#{column.number}")

    def article_url(self, column: Column, item: Item) -> str:
        if self.ordinary(column):
            return self.url(f"/zwgk/{column.slug}/content/post_{item.number}.html")
        return self.url(f"/gkmlpt/content/{item.number // 10000}/{item.number // 10}/post_{item.number}.html")

    def file_url(self, item: Item, kind: str) -> str:
        return self.url(f"/attachment/0/{item.number % 90}/{item.number % 9000}/{item.number}.{kind}")

    def article_page(self, column: Column, item: Item) -> str:
        assert item.html is not None
        if "/gkmlpt/" not in item.url:
            return super().article_page(column, item)
        detail = {"id": item.number, "title": item.title, "content": escape(item.html()), "publisher": item.source or self.agency.name,
                  "date": str(item.day), "classify_main_name": column.name}
        return self.gkmlpt_page(item.title, {"DETAIL": detail, "TREE": []})

    def xxgk_menu(self) -> list[tuple[str, str]]:
        return [("政府信息公开目录", self.entry)]

    def way(self) -> list[Step]:
        return [Step(self.home), Step(self.entry)]

    def clerk(self) -> list[Step]:
        if self.variant == "jump":
            return [Step(self.list_url(self.reports, k)) for k in range(1, self.pages(self.reports) + 1)]
        return [Step(self.url(f"/gkmlpt/api/all/{self.reports.number}?page=1&sid={self.sid}"), referer=self.entry)]
