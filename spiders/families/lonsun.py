"""安徽龙讯 LonSun: one organ number a department; ``type`` of its column page is semantic, and 3 is the yearly
reports."""

import re

from gongkai.address import canonical
from spiders.families.family import Family, column, marks
from spiders.links import Link
from spiders.page import Page

_ORGAN = re.compile(r"^(https?://[^/]+/(?:[\w\-]+/)*?public/column/)(\d{3,12})(?=[?/]|$)")
_NAME = "政府信息公开年报"


def _links(page: Page) -> tuple[Link, ...]:
    """The yearly reports of the organ whose page this is, or of the one organ a page of another site leads to."""
    own = _ORGAN.match(page.url)
    named = {
        match.group(0): match for link in page.links if not link.context.furniture and (match := _ORGAN.match(link.url))
    }
    led = {match.group(0): match for link in page.links if (match := _ORGAN.match(link.url))}
    organs = [own] if own else list(named.values()) or list(led.values())
    if len(organs) != 1:
        return ()
    [organ] = organs
    url = canonical(f"{organ.group(1)}{organ.group(2)}?type=3&action=list")
    known = any(link.url.startswith(organ.group(0)) and "type=3" in link.url for link in page.links)
    return (column(url, _NAME),) if url and not known and "type=3" not in page.url else ()


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
