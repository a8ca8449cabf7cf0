"""旧 ASP: frames, GBK nobody announces, links in javascript:, a table of years with 查看 and 下载."""

from html import escape

from tests.worlds import texts
from tests.worlds.engine import Site
from tests.worlds.parts import Column, Item, Report, Response, Step


class World(Site):
    name, title = "asp", "旧式 ASP 框架站"
    charset, header_says_charset = "gbk", False
    per_page, shell, missing = 20, "", "soft"

    def build(self) -> None:
        super().build()
        self.entry = self.url("/class.asp?class=90")
        self.route(self.home, lambda _: (
            '<html><head><title>首页</title></head><frameset rows="90,*"><frame name="top" src="top.asp"><frameset cols="180,*">'
            '<frame name="left" src="left.asp"><frame name="main" src="main.asp"></frameset></frameset></html>'))
        self.route(self.url("/top.asp"), lambda _: self.frame("".join(
            f'<a href="{self.href(self.list_url(c))}" target="main">{c.name}</a> ' for k, c in self.columns.items() if k != "nb")))
        self.route(self.url("/left.asp"), lambda _: self.frame(
            "<a href=\"javascript:go('class.asp?class=90')\">政府信息公开</a><br><a href=\"javascript:go('class.asp?class=91')\">网上办事</a>"
            "<script>function go(u){parent.main.location=u;}</script>"))
        self.route(self.url("/main.asp"), self.home_page)
        self.route(self.entry, lambda _: self.frame("<table>" + "".join(
            f"<tr><td onclick=\"openUrl('{self.href(u)}')\" style='cursor:hand'>{t}</td></tr>" for t, u in self.xxgk_menu()) + "</table>"))

    def frame(self, inner: str) -> str:
        return f'<html><head><meta http-equiv="Content-Type" content="text/html; charset=gb2312"></head><body>{inner}</body></html>'

    def list_url(self, column: Column, page: int = 1) -> str:
        return self.url(f"/class.asp?class={column.number}" + (f"&page={page}" if page > 1 else ""))

    def article_url(self, column: Column, item: Item) -> str:
        return self.url(f"/show.asp?id={item.number}")

    def write_report(self, column: Column, year: int) -> Item:
        """Until 2012 only a file, from 2019 a page and a file, between them a page."""
        item = super().write_report(column, year)
        file = self.url(f"/uploadfile/{year + 1}/{item.number}.{'doc' if year < 2012 else 'pdf'}")
        old = self.own.pop()
        if year < 2012 or year >= 2019:
            kind = file.rsplit(".", 1)[1]
            self.route(file, lambda _: Response(texts.report_file(old.agency, year, kind), kind=texts.FILE_TYPES[kind]))
        if year < 2012:
            item.html, old = None, Report(year, file, old.title, old.agency)
        elif year >= 2019:
            old = Report(year, old.url, old.title, old.agency, (file,))
        item.label = f"{year}|{old.url if old.url != file else ''}|{file if year < 2012 or year >= 2019 else ''}"
        self.own.append(old)
        return item

    def list_main(self, column: Column, page: int) -> str:
        if column.key != "nb":
            return super().list_main(column, page)
        rows = []
        for item in column.items:
            year, show, file = item.label.split("|")
            look = f'<a href="{self.href(show)}">查看</a>' if show else "—"
            load = f"<a href=\"javascript:down('{self.href(file)}')\">下载</a>" if file else "—"
            rows.append(f"<tr><td>{year}年</td><td>{escape(self.agency.name)}</td><td>{look}</td><td>{load}</td></tr>")
        return ("<h3>政府信息公开工作年度报告</h3><table border=1><tr><th>年度</th><th>单位</th><th>网页</th><th>文件</th></tr>"
                f"{''.join(rows)}</table><script>function down(u){{window.open(u);}}</script>")

    def pages(self, column: Column) -> int:
        return 1 if column.key == "nb" else super().pages(column)

    def way(self) -> list[Step]:
        return [Step(self.home), Step(self.url("/left.asp")), Step(self.entry)]
