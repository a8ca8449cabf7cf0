"""eportal (海关, 地震局): ``/eportal/ui?pageId=…``; the pager needs the moduleId of the list's block."""

import re

from gongkai.address import canonical
from spiders.families.family import Family, marks
from spiders.families.paging import MOST_PAGES, NextPage, parameter
from spiders.page import Page

_MODULE = re.compile(r"""moduleId["']?\s*[:=]\s*["']?([0-9a-f]{32})""", re.I)
_PAGE = re.compile(r"""pageId["']?\s*[:=]\s*["']?(\d{3,12})""", re.I)
_TOTAL = re.compile(
    r"""(?:共|/)\s*(?:<[^>]*>)*\s*(\d{1,4})\s*(?:<[^>]*>)*\s*页|(?:pageCount|totalPages?)["']?\s*[:=]\s*["']?(\d{1,4})"""
)


def _more_pages(page: Page) -> tuple[NextPage, ...]:
    module, own, total = _MODULE.search(page.source), _PAGE.search(page.source), _TOTAL.search(page.source)
    number = parameter(page.url, "pageId") or (own.group(1) if own else None)
    if module is None or number is None or total is None:
        return ()
    here, last = int(parameter(page.url, "currentPage") or 1), int(next(n for n in total.groups() if n))
    made = (
        (
            canonical(
                f"/eportal/ui?pageId={number}&currentPage={k}&moduleId={module.group(1)}&staticRequest=yes", page.url
            ),
            k,
        )
        for k in range(here + 1, min(last, MOST_PAGES) + 1)
    )
    return tuple(NextPage(url, k) for url, k in made if url)


FAMILY = Family("eportal", "eportal", marks(source=r"/eportal/", address=r"/eportal/ui\?"), more_pages=_more_pages)
