"""IGS (天津): rows as JSON from ``/igs/front/….jhtml?code=…&siteId=…``, behind static articles that look like TRS.

The code is one site's, the channel one column's; both stand in the script of the column's page. Further pages are
counted in the answer, as `answered` reads them.
"""

import re

from gongkai.address import canonical
from spiders.families.family import Family, marks
from spiders.families.paging import with_all
from spiders.page import Page
from spiders.post import Asked

_ASKS = re.compile(r"/igs/front/[\w/]{1,80}\.jhtml\?code=\w{6,64}&(?:amp;)?siteId=\d{1,6}")
_CHANNEL = re.compile(r"""\bchannelId["']?\s*[:=]\s*["']?(\d{1,9})\b""")
_SIZE = "20"


def _rows(page: Page) -> tuple[Asked, ...]:
    asks, channel = _ASKS.search(page.scripts), _CHANNEL.search(page.scripts)
    if page.data is not None or asks is None or channel is None:
        return ()
    address = canonical(asks.group(0).replace("&amp;", "&"), page.url)
    fields = {"channelId": channel.group(1), "pageNumber": "1", "pageSize": _SIZE}
    return (Asked(with_all(address, fields)),) if address else ()


FAMILY = Family("igs", "IGS", marks(source=r"/igs/front/", address=r"/igs/front/"), rows=_rows)
