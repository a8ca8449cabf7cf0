"""The column shows its three newest lines and no way on; what is complete is the XML site map that robots.txt names."""

from html import escape

from tests.worlds.engine import Site
from tests.worlds.parts import Column, Item, Response, Step


class World(Site):
    name, title = "sitemap", "XML 站点地图"
    static_pages, per_page, shell = False, 3, "script"

    def build(self) -> None:
        super().build()
        self.route(self.url("/robots.txt"), lambda _: Response(
            f"User-agent: *\nDisallow: /user/\nSitemap: {self.url('/sitemap_index.xml')}\n", kind="text/plain; charset=utf-8"))
        self.route(self.url("/sitemap_index.xml"), lambda _: self.xml("sitemapindex", "".join(
            f"<sitemap><loc>{self.map_url(c)}</loc></sitemap>" for c in self.columns.values())))
        for column in self.columns.values():
            self.route(self.map_url(column), lambda _, c=column: self.xml("urlset", "".join(
                f"<url><loc>{escape(i.url)}</loc><lastmod>{i.day}</lastmod><news:news><news:title>{escape(i.text)}</news:title></news:news></url>"
                for i in c.items)))

    def map_url(self, column: Column) -> str:
        return self.url(f"/sitemaps/{column.slug}-{column.number}.xml")

    def xml(self, root: str, inner: str) -> Response:
        return Response(f'<?xml version="1.0" encoding="UTF-8"?><{root} xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" '
                        f'xmlns:news="http://www.google.com/schemas/sitemap-news/0.9">{inner}</{root}>', kind="application/xml; charset=utf-8")

    def list_url(self, column: Column, page: int = 1) -> str:
        return self.url(f"/{column.slug}/")

    def article_url(self, column: Column, item: Item) -> str:
        return self.url(f"/a/{self.hex(14, item.number)}.html")

    def list_main(self, column: Column, page: int) -> str:
        return f'<ul class="list">{self.rows(column.items[:3])}</ul><p class="hint">更多内容请在掌上客户端查看</p>'

    def clerk(self) -> list[Step]:
        return [Step(self.list_url(self.reports)), Step(self.url("/sitemap_index.xml")), Step(self.map_url(self.reports))]
