"""intertidwebapp (无锡, 太原): articles ``/doc/YYYY/MM/DD/<id>.shtml``; rows from getDocuments, asked by channel."""

import re

from gongkai.address import canonical
from spiders.families.family import Family, marks
from spiders.families.paging import parameter, with_all
from spiders.page import Page
from spiders.post import Asked

_ASKS = re.compile(r"/intertidwebapp/\w+/get\w*Documents")
_INDEX = re.compile(r"[?&]((?:page)?Index)=", re.I)


def _rows(page: Page) -> tuple[Asked, ...]:
    channel, site = _said(page, "chanId") or parameter(page.url, "chan"), _said(page, "siteId") or "1"
    if page.data is not None or not channel:
        return ()
    asks = _ASKS.search(page.source)
    counted = _INDEX.search(page.source)
    address = canonical(asks.group(0) if asks else "/intertidwebapp/govChanInfo/getDocuments", page.url)
    assert address is not None
    return (
        Asked(
            with_all(
                address,
                {
                    counted.group(1) if counted else "pageIndex": "1",
                    "pageSize": "20",
                    "siteId": site,
                    "ChannelType": "1",
                    "KeyWord": "",
                    "KeyWordType": "",
                    "chanId": channel,
                    "order": "1",
                },
            )
        ),
    )


def _said(page: Page, name: str) -> str | None:
    written = re.search(rf"""\b{name}["']?\s*[:=]\s*["']?(\d{{1,9}})""", page.scripts, re.I)
    return written.group(1) if written else None


FAMILY = Family(
    "intertid", "intertidwebapp", marks(source=r"intertidwebapp", links=r"/doc/\d{4}/\d\d/\d\d/\d+\.shtml"), rows=_rows
)
