"""Columns are Atom feeds dressed by a style sheet, each with rel=next to the older part (RFC 5005)."""

from html import escape

from tests.worlds.engine import Site
from tests.worlds.parts import Column, Item, Response


class World(Site):
    name, title = "feed", "XML 订阅源加 XSL"
    per_page, shell = 7, "302"

    def list_url(self, column: Column, page: int = 1) -> str:
        return self.url(f"/{column.slug}/list.xml" if page == 1 else f"/{column.slug}/archive-{self.hex(6, column.key, page)}.xml")

    def article_url(self, column: Column, item: Item) -> str:
        return self.url(f"/doc/{item.day.year}/{item.number}.html")

    def list_page(self, column: Column, page: int = 1) -> str | Response:  # type: ignore[override]
        if column.key in ("guide", "rules"):
            return super().list_page(column, page)
        entries = "".join(
            f'<entry><id>urn:doc:{i.number}</id><title type="text">{escape(i.text)}</title><updated>{i.day}T09:00:00+08:00</updated>'
            f'<link rel="alternate" type="text/html" href="{escape(i.url)}"/></entry>' for i in self.part(column, page))
        more = f'<link rel="next" href="{self.list_url(column, page + 1)}"/>' if page < self.pages(column) else ""
        return Response(f'<?xml version="1.0" encoding="utf-8"?><?xml-stylesheet type="text/xsl" href="/style/list.xsl"?>'
                        f'<feed xmlns="http://www.w3.org/2005/Atom"><title>{column.name}</title><author><name>{self.agency.name}</name></author>'
                        f'<link rel="self" href="{self.list_url(column, page)}"/>{more}{entries}</feed>', kind="text/xml; charset=utf-8")
