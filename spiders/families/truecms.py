"""TrueCMS: ``/<dept>/<slug>/<slug>.html``; the first rows stand hidden in the page, the rest come from getMessage.do.

Its answer is JSON or JSONP around the jpage kind of XML. How many rows a page may have differs from site to site; ten
always works.
"""

import re

from gongkai.address import canonical
from spiders.families.family import Family, marks
from spiders.families.paging import NextPage, parameter, with_all
from spiders.page import Page
from spiders.post import Asked

_ASKS = re.compile(r"/true?cms/messageController/getMessage\.do", re.I)
_SIZE = 10
_RECORDS = re.compile(r"<record>", re.I)
_TOTAL = re.compile(r"""totalrecords?["']?\s*(?:[:=]\s*["']?|>\s*)(\d{1,6})""", re.I)
_COLUMN = re.compile(r"""columnId["']?\s*[:=]\s*["']([\w\-]{6,64})["']""", re.I)


def _rows(page: Page) -> tuple[Asked, ...]:
    url = _request(page, 1)
    return (Asked(url),) if url and page.data is None and not _RECORDS.search(page.source) else ()


def _request(page: Page, start: int) -> str | None:
    column, path = _COLUMN.search(page.scripts), _ASKS.search(page.source)
    if column is None:
        return None
    address = canonical(path.group(0) if path else "/truecms/messageController/getMessage.do", page.url)
    return (
        with_all(
            address,
            {
                "startrecord": str(start),
                "endrecord": str(start + _SIZE - 1),
                "perpage": str(_SIZE),
                "columnId": column.group(1),
                "contentTemplate": "",
                "callback": "cb",
            },
        )
        if address
        else None
    )


def _more_pages(page: Page) -> tuple[NextPage, ...]:
    said, held = _TOTAL.search(page.source), len(_RECORDS.findall(page.source))
    if said is None or not held:
        return ()
    start = int(parameter(page.url, "startrecord") or 1) + held
    if start > int(said.group(1)):
        return ()
    if page.data is None:
        url = _request(page, start)
    else:
        url = with_all(page.url, {"startrecord": str(start), "endrecord": str(start + _SIZE - 1)})
    return (NextPage(url, (start - 1) // _SIZE + 1),) if url else ()


FAMILY = Family(
    "truecms",
    "TrueCMS",
    marks(source=r"(?i)true?cms/|initData", address=r"(?i)/true?cms/"),
    rows=_rows,
    more_pages=_more_pages,
)
