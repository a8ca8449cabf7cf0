"""大汉版通: lists as records inside a script of XML, the rest from a data proxy that heeds different fields by variant."""

from html import escape
from urllib.parse import urlencode

from tests.worlds.engine import Site
from tests.worlds.parts import Column, Item, Request, Response, Step


class World(Site):
    """A: startrecord and endrecord in groups of three pages; B: page alone; C: only the ready-made address of nextgroup."""

    name, title = "hanweb", "大汉 JCMS"
    variants, variant = ("A", "B", "C"), "A"
    static_pages, shell, cookie = False, "302", ""
    sub_units = ("执法支队", "信息中心")
    files = ((2013, "pdf"),)

    def build(self) -> None:
        self.web_id = str(self.rng.randint(2, 90))
        super().build()
        self.entry = self.url(f"/col/col{self.columns['guide'].number - 1}/index.html")
        self.proxy = self.url("/module/web/jpage/dataproxy.jsp")
        self.route(self.proxy, self.data_proxy)

    def list_url(self, column: Column, page: int = 1) -> str:
        return self.url(f"/col/col{column.number}/index.html")

    def article_url(self, column: Column, item: Item) -> str:
        day = item.day
        return self.url(f"/art/{day.year}/{day.month}/{day.day}/art_{column.number}_{item.number}.html")

    def file_url(self, item: Item, kind: str) -> str:
        return self.url(f"/module/download/downfile.jsp?classid=0&filename={self.hex(32, item.number)}.{kind}")

    def records(self, items: list[Item]) -> str:
        return "<recordset>" + "".join(
            f"<record><![CDATA[<li><a href='{self.href(i.url)}' title='{escape(i.text)}' target=\"_blank\">"
            f"{escape(i.text[:22])}</a><span>{i.date}</span></li>]]></record>" for i in items) + "</recordset>"

    def next_group(self, column: Column, group: int) -> str:
        """The ready-made address of the group after `group`."""
        if (group + 1) * 3 * self.per_page >= len(column.items) and group:
            return ""
        if self.variant == "C":
            given = {"page": group + 2, "webid": self.web_id, "path": self.hex(24, column.number), "columnid": self.hex(32, "c", column.number),
                     "unitid": self.hex(24, "u"), "webname": self.hex(24, "w"), "permissiontype": 0, "key": self.hex(32, column.number, group)}
        else:
            start = (group + 1) * 3 * self.per_page + 1
            given = {"startrecord": start, "endrecord": start + 3 * self.per_page - 1, "perpage": self.per_page,
                     "col": 1, "appid": 1, "webid": self.web_id, "path": "/", "columnid": column.number, "sourceContentType": 1,
                     "unitid": "3361", "webname": self.agency.name, "permissiontype": 0}
        return f"{self.href(self.proxy)}?{urlencode(given)}"

    def store(self, column: Column, group: int) -> str:
        items = self.part(column, group + 1, 3 * self.per_page)
        more = self.next_group(column, group)
        link = f'<nextgroup><![CDATA[<a href="{more}"></a>]]></nextgroup>' if more else "<nextgroup></nextgroup>"
        return (f"<datastore>{link}<totalrecord>{len(column.items)}</totalrecord><totalpage>{self.pages(column)}</totalpage>"
                f"{self.records(items)}</datastore>")

    def list_main(self, column: Column, page: int) -> str:
        return (f'<div id="u3361" class="lm"></div><script type="text/xml">{self.store(column, 0)}</script>'
                f"<script>\nvar param_3361 = {{ifUseJs:true, dataBefore:'<ul>', dataAfter:'</ul>', recordPerPage:{self.per_page}, "
                f"proxyUrl:'{self.href(self.proxy)}', perPage:{self.per_page}, totalRecord:{len(column.items)}, openCache:true, "
                f"cachePages:3, col:'1', appid:'1', webid:'{self.web_id}', path:'/', columnid:'{column.number}', sourceContentType:'1', "
                f"unitid:'3361', webname:'{self.agency.name}', permissiontype:'0'}};\n$('#u3361').jpage(param_3361);\n</script>"
                "<!-- Produced By 大汉网络 大汉版通发布系统 -->")

    def data_proxy(self, request: Request) -> Response:
        form = request.form
        column = next((c for c in self.columns.values() if form.get("columnid") in (str(c.number), self.hex(32, "c", c.number))), None)
        if column is None or (self.variant == "C") == form.get("columnid", "").isdigit():
            return Response("<datastore><recordset></recordset></datastore>", kind="text/html; charset=utf-8")
        if self.variant == "C":
            group = next((g for g in range(20) if form.get("key") == self.hex(32, column.number, g)), None)
            text = self.store(column, group + 1) if group is not None else "<datastore><recordset></recordset></datastore>"
        elif self.variant == "B":
            page, size = int(form.get("page") or 1), min(int(form.get("perpage") or self.per_page), 100)
            text = f"<datastore><totalrecord>{len(column.items)}</totalrecord>{self.records(self.part(column, page, size))}</datastore>"
        else:
            text = self.store(column, (int(form.get("startrecord") or 1) - 1) // (3 * self.per_page))
        return Response(text, kind="text/html; charset=utf-8")

    def clerk(self) -> list[Step]:
        first = self.list_url(self.reports)
        if self.variant == "C":
            return [Step(first), Step(self.url(self.next_group(self.reports, 0)))]
        fields = {"webid": self.web_id, "columnid": self.reports.number, "unitid": "3361", "perpage": self.per_page}
        ways = ([{"page": k} for k in range(4, self.pages(self.reports) + 1)] if self.variant == "B" else [{"startrecord": 46, "endrecord": 90}])
        return [Step(first), *(Step(self.proxy, "POST", urlencode({**fields, **w}), referer=first) for w in ways)]
