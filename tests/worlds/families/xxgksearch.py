"""大汉信息公开模块: rows drawn by a posted form, an HTML table with 共N页; unfiltered unless the infotypeId is sent."""

from html import escape
from urllib.parse import urlencode

from tests.worlds.engine import Site
from tests.worlds.parts import Column, Item, Request, Response, Step


class World(Site):
    name, title = "xxgksearch", "大汉 信息公开模块"
    static_pages, per_page, shell, missing = False, 12, "meta", "home"
    FIELDS = ("infotypeId", "jdid", "area", "divid", "vc_title", "vc_number", "sortfield", "currpage", "vc_filenumber", "vc_all",
              "texttype", "fbtime", "standardXxgk", "isAllList")

    def build(self) -> None:
        self.area = f"1137{self.rng.randint(10**13, 10**14 - 1)}"
        super().build()
        self.route(self.url("/module/xxgk/search.jsp"), self.search)
        self.route(self.url("/module/xxgk/tree.jsp"), lambda _: "<div class='tree'>" + "".join(
            f'<a href="{self.href(self.list_url(c))}">{c.name}</a>' for c in self.columns.values() if c.key != "news") + "</div>")

    def list_url(self, column: Column, page: int = 1) -> str:
        return self.url(f"/col/col{column.number}/index.html?number={self.info_type(column)}")

    def info_type(self, column: Column) -> str:
        return f"B{column.number % 1000:03d}{list(self.columns).index(column.key):02d}"

    def article_url(self, column: Column, item: Item) -> str:
        return self.url(f"/art/{item.day.year}/{item.day.month}/{item.day.day}/art_{column.number}_{item.number}.html")

    def list_main(self, column: Column, page: int) -> str:
        fields = dict.fromkeys(self.FIELDS, "") | {"infotypeId": self.info_type(column), "jdid": "3", "area": self.area, "divid": "div5021",
                                                    "currpage": "1", "sortfield": ",compaltedate:0", "standardXxgk": "1", "isAllList": "1"}
        data = ",".join(f"{k}:'{v}'" for k, v in fields.items())
        return (f'<iframe src="/module/xxgk/tree.jsp?area={self.area}&divid=div5020" width="200"></iframe><div id="div5021">正在加载…</div>'
                f"<script>var xxgkParam = {{{data}}};\nfunction loadList(p){{ xxgkParam.currpage = p; "
                "jQuery.ajax({type:'POST', url:'/module/xxgk/search.jsp', data:xxgkParam, success:function(d){jQuery('#div5021').html(d);}}); }\n"
                "loadList(1);</script>")

    def search(self, request: Request) -> Response:
        form = request.form
        if form.get("area") != self.area or "currpage" not in form:
            return Response("<html><body>参数错误</body></html>")
        wanted = form.get("infotypeId")
        items = [i for c in self.columns.values() if not wanted or self.info_type(c) == wanted for i in c.items]
        page, pages = int(form["currpage"] or 1), max(1, -(-len(items) // self.per_page))
        rows = "".join(f'<tr class="tr_main_value_{"odd" if n % 2 else "even"}"><td>{self.hex(8, i.number)}</td><td><a href="{self.href(i.url)}" '
                       f'title="{escape(i.text)}" target="_blank">{escape(i.text[:22])}</a></td><td>{i.date}</td></tr>'
                       for n, i in enumerate(items[(page - 1) * self.per_page: page * self.per_page]))
        return Response(f'<table>{rows}</table><div>共{len(items)}条 共{pages}页 <a href="javascript:void(0)" onclick="loadList({page + 1})">下一页</a></div>')

    def clerk(self) -> list[Step]:
        fields = {"infotypeId": self.info_type(self.reports), "jdid": "3", "area": self.area, "divid": "div5021"}
        page = self.list_url(self.reports)
        return [Step(page), *(Step(self.url("/module/xxgk/search.jsp"), "POST", urlencode(fields | {"currpage": k}), referer=page)
                              for k in range(1, self.pages(self.reports) + 1))]
