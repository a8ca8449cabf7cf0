"""四川 info portals: ``/info/iList.jsp?node_id=…&cat_id=…``, counted by ``cur_page``."""

import re

from spiders.families.family import Family, marks
from spiders.families.paging import MOST_PAGES, NextPage, parameter, with_parameter
from spiders.page import Page

_TOTAL = re.compile(r"(?:共|/)\s*(?:<[^>]*>)*\s*(\d{1,4})\s*(?:<[^>]*>)*\s*页|cur_page=(\d{1,4})")


def _more_pages(page: Page) -> tuple[NextPage, ...]:
    here = int(parameter(page.url, "cur_page") or 1)
    last = max((int(next(n for n in found.groups() if n)) for found in _TOTAL.finditer(page.source)), default=1)
    if "/iList.jsp" not in page.url:
        return ()
    return tuple(
        NextPage(with_parameter(page.url, "cur_page", k), k) for k in range(here + 1, min(last, MOST_PAGES) + 1)
    )


FAMILY = Family(
    "infoportal",
    "四川 info",
    marks(address=r"/i(?:List|Index)\.jsp\?", links=r"/i(?:List|Index|Show)\w*\.jsp\?"),
    more_pages=_more_pages,
)
