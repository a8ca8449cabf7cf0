"""Pages that list agencies: a government's departments, its townships, or the yearly reports of all of them."""

import re
from dataclasses import dataclass

from gongkai.chinese import fold
from gongkai.title import read_title
from spiders.names import name_of_site
from spiders.page import Page

LEAST = 8
"""Fewer names than this stand on many pages by chance: friendly links, the offices of one agency."""

_SHORT = re.compile(r"[一-龥]{2}[局委办厅部署]")
_HEADING = re.compile(r"^(?:各|其他|其它|所有|全部|更多|[省市区县]直)|(?:部门|机构|单位|目录|公开|信箱|职责|领导)$")


@dataclass(frozen=True)
class ListedOrgan:
    """`name` as the page gives it, often without its place; `url` what stands behind it: a site, a column or, on a page
    of reports, a report."""

    name: str
    url: str


def organs_listed(page: Page) -> tuple[ListedOrgan, ...]:
    """The organs a page lists, each once; empty for a page that is no directory of them.

    Links of headers, menus and footers do not count: they are the same on every page of a site.
    """
    found: dict[str, ListedOrgan] = {}
    addresses: set[str] = set()
    for link in page.links:
        name = None if link.context.furniture else organ_named(link.name)
        if name and name not in found and link.url not in addresses:
            found[name] = ListedOrgan(name, link.url)
            addresses.add(link.url)
    return tuple(found.values()) if len(found) >= LEAST else ()


def organ_named(text: str) -> str | None:
    """The organ a link's words name: 市财政局, 市财政局网站, or the one a report's title begins with."""
    plain = fold(text)
    if not 3 <= len(plain) <= 80:
        return None
    reading = read_title(text)
    if reading.kind == "annual_report":
        return reading.agency
    name = plain if _SHORT.fullmatch(plain) else name_of_site([plain])
    return None if name is None or _HEADING.search(name) else name
