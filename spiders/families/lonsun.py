"""安徽龙讯 LonSun: one organ number a department; ``type`` of its column page is semantic, and 3 is the yearly
reports."""

import re
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from gongkai.address import canonical
from spiders.families.family import Family, column, marks
from spiders.families.paging import parameter
from spiders.links import Link
from spiders.page import Page

_ORGAN = re.compile(r"^(https?://[^/]+/(?:[\w\-]+/)*?public/column/)(\d{3,12})(?=[?/]|$)")
_OF_A_TAB = ("catId", "pageIndex", "page", "year")
_NAME = "政府信息公开年报"


def _links(page: Page) -> tuple[Link, ...]:
    """The yearly reports of the organ whose page this is, or of the one organ a page of another site leads to."""
    own = _ORGAN.match(page.url)
    named = _organs(page, furniture=False) or _organs(page, furniture=True)
    organs = {own.group(0): page.url} if own else named
    if len(organs) != 1:
        return ()
    [(organ, tab)] = organs.items()
    if any(link.url.startswith(organ) and parameter(link.url, "type") == "3" for link in page.links):
        return ()
    return (column(_reports_tab(tab), _NAME),) if parameter(page.url, "type") != "3" else ()


def _organs(page: Page, *, furniture: bool) -> dict[str, str]:
    """Each organ a page leads to, with the first of its tabs that is linked."""
    found: dict[str, str] = {}
    for link in page.links:
        if link.context.furniture == furniture and (match := _ORGAN.match(link.url)):
            found.setdefault(match.group(0), link.url)
    return found


def _reports_tab(tab: str) -> str:
    """The same organ's page with ``type=3``: what else its address says stays, what belongs to another tab goes."""
    parts = urlsplit(tab)
    kept = [(key, value) for key, value in parse_qsl(parts.query) if key not in (*_OF_A_TAB, "type")]
    url = canonical(urlunsplit(parts._replace(query=urlencode([("type", "3"), *kept]))))
    assert url is not None
    return url


FAMILY = Family(
    "lonsun",
    "安徽龙讯",
    marks(
        source=r"Ls\.pagination|xxgk_nav_list|j-fontContent",
        address=r"/public/column/\d+|/content/column/\d+",
        links=r"/public/column/\d+|/public/\d+/\d+\.html|/content/(?:article|column)/\d+",
    ),
    links=_links,
)
