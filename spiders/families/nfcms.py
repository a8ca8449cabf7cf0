"""南方网 NFCMS (Guangdong alone): articles ``…/content/post_<id>.html`` (``mpost_`` on phones), ``NFCMS_`` in scripts.

Columns are static: ``index.html``, then ``index_2.html``; 末页 names the last one, so all pages are known at once. Its
disclosure tree is gkmlpt, a family of its own.
"""

import re

from spiders.families.family import Family, marks
from spiders.families.paging import MOST_PAGES, NextPage, file_name, sibling
from spiders.page import Page

_NUMBERED = re.compile(r"index_(\d{1,4})\.html")
_ARTICLE = r"/content/m?post_\d+\.html"


def _more_pages(page: Page) -> tuple[NextPage, ...]:
    beside = sibling(page.url, "./")
    named = [_NUMBERED.fullmatch(link.url.removeprefix(beside)) for link in page.links]
    own = _NUMBERED.fullmatch(file_name(page.url))
    here, last = int(own.group(1)) if own else 1, max((int(m.group(1)) for m in named if m), default=1)
    return tuple(NextPage(f"{beside}index_{k}.html", k) for k in range(here + 1, min(last, MOST_PAGES) + 1))


FAMILY = Family(
    "nfcms",
    "南方网 NFCMS",
    marks(source=r"NFCMS_(?:SITE|POST)_ID", address=_ARTICLE, links=_ARTICLE),
    more_pages=_more_pages,
)
