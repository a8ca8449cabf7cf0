"""博达 VSB: pages numbered downwards, downloads that need a Referer."""

from tests.worlds import texts
from tests.worlds.engine import Site
from tests.worlds.parts import Column, Item, Request, Response


class World(Site):
    name, title = "vsb", "博达 VSB"
    per_page, shell, nb_slug, missing = 7, "", "zfxxgknb", "soft"
    files = ((2009, "doc"), (2016, "pdf"), (2021, "docx"))
    sub_units = ("执法大队",)

    def build(self) -> None:
        super().build()
        self.entry = self.list_url(self.columns["guide"])

    def list_url(self, column: Column, page: int = 1) -> str:
        base = f"/xxgk/{column.slug}" if column.key in ("nb", "guide", "rules") else f"/{column.slug}"
        return self.url(f"{base}.htm" if page == 1 else f"{base}/{self.pages(column) - page + 1}.htm")

    def article_url(self, column: Column, item: Item) -> str:
        return self.url(f"/info/{column.number}/{item.number}.htm")

    def file_url(self, item: Item, kind: str) -> str:
        return self.url(f"/system/_content/download.jsp?urltype=news.DownloadAttachUrl&owner=1489{item.number % 99}&wbfileid={item.number}")

    def attach(self, item: Item, name: str, year: int) -> tuple[str, ...]:
        kind = dict(self.files).get(year)
        if not kind:
            return ()
        url = self.file_url(item, kind)

        def load(request: Request) -> Response:
            if not request.headers.get("referer"):
                return Response("<html><head><title>系统提示</title></head><body>" + "<p>非法下载，请从正常页面进入。</p>" * 90 + "</body></html>")
            return Response(texts.report_file(name, year, kind), kind="application/octet-stream", headers=(
                ("Content-Disposition", f'attachment; filename="{item.number}.{kind}"'),))

        self.route(url, load)
        item.html = lambda: (f'<div class="v_news_content"><p>{item.title}</p></div><p>附件【<a href="{self.href(url).replace("&", "&amp;")}">'
                             f"{item.title}.{kind}</a>】已下载<span>17</span>次</p>")
        return (url,)

    def pager(self, column: Column, page: int, pages: int) -> str:
        if pages == 1:
            return '<div class="pb_sys_common"><span class="p_t">共1页</span></div>'
        next_page = f'<span class="p_next p_fun"><a href="{self.href(self.list_url(column, page + 1))}">下页</a></span>' if page < pages else ""
        return (f'<div class="pb_sys_common"><span class="p_t">共{len(column.items)}条</span><span class="p_no_d">{page}</span>{next_page}'
                f'<span class="p_last p_fun"><a href="{self.href(self.list_url(column, pages))}">尾页</a></span></div>')
