"""Old n-number sites (国资委, 德州): paths of n-numbers that are the tree, articles ``…/c<id>/content.html``.

Only a script names the further pages, and counts them down: the second of N is ``index_<column>_<N - 1>.html``.
"""

import re

from spiders.families.family import Family, marks
from spiders.families.paging import MOST_PAGES, NextPage, file_name, sibling
from spiders.page import Page

_PAGES = re.compile(r"\bmaxPageNum(\d{1,12})\s*=\s*[\"']?(\d{1,4})\b")


def _more_pages(page: Page) -> tuple[NextPage, ...]:
    said = _PAGES.search(page.scripts)
    if said is None or file_name(page.url) not in ("", "index.html"):
        return ()  # the first page named everything
    column, total = said.group(1), min(int(said.group(2)), MOST_PAGES)
    return tuple(
        NextPage(sibling(page.url, f"index_{column}_{total - k + 1}.html"), k) for k in range(2, total + 1)
    )


FAMILY = Family(
    "npages",
    "n 编号静态站",
    marks(source=r"\bmaxPageNum\d+\s*=", address=r"/n\d{3,}/n\d{3,}/", links=r"/n\d{3,}/(?:n\d+/)*c\d+/content\.html$"),
    more_pages=_more_pages,
)
