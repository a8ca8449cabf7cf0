"""Java CMSes with ``.jhtml``: jeecms counts siblings from 1 (``index_2.jhtml``)."""

import re

from spiders.families.family import Family, marks
from spiders.families.paging import MOST_PAGES, NextPage, file_name, sibling
from spiders.page import Page

_TOTAL = re.compile(
    r"共\s*(?:<[^>]*>)*\s*\d+\s*(?:<[^>]*>)*\s*条[^共]{0,80}?\d+\s*/\s*(\d{1,4})\s*页|(?:共|/)\s*(\d{1,4})\s*页"
    r"|(?:pageCount|totalPages?)[\"']?\s*[:=]\s*[\"']?(\d{1,4})"
)


def _more_pages(page: Page) -> tuple[NextPage, ...]:
    name, total = file_name(page.url), _TOTAL.search(page.source)
    own = re.fullmatch(r"(.*?)(?:_(\d{1,4}))?\.jhtml", name)
    if own is None or total is None:
        return ()
    here, last = int(own.group(2) or 1), int(next(n for n in total.groups() if n))
    return tuple(
        NextPage(sibling(page.url, f"{own.group(1)}_{k}.jhtml"), k) for k in range(here + 1, min(last, MOST_PAGES) + 1)
    )


FAMILY = Family("jeecms", "jeecms", marks(address=r"\.jhtml(?:$|\?)", links=r"\.jhtml(?:$|\?)"), more_pages=_more_pages)
