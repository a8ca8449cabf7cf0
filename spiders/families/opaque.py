"""Static sites of opaque numbers (西安各区): articles ``<24 hex>.html`` that say nothing, lists ``1.html``, ``2.html``.

How many list pages there are stands in a call of laypage; which of the articles is a report only the link's words say.
"""

import re

from spiders.families.family import Family, marks
from spiders.families.paging import MOST_PAGES, NextPage, file_name, sibling
from spiders.page import Page

_PAGES = re.compile(r"\blaypage\w*\(\{[^}]{0,400}?\bpages\s*:\s*[\"']?(\d{1,4})\b")
_ARTICLE = r"/[0-9a-f]{24}\.html$"


def _more_pages(page: Page) -> tuple[NextPage, ...]:
    said, own = _PAGES.search(page.scripts), re.fullmatch(r"(\d{1,4})\.html", file_name(page.url))
    if said is None or own is None:
        return ()
    last = min(int(said.group(1)), MOST_PAGES)
    return tuple(NextPage(sibling(page.url, f"{k}.html"), k) for k in range(int(own.group(1)) + 1, last + 1))


FAMILY = Family("opaque", "不透明编号静态站", marks(address=_ARTICLE, links=_ARTICLE), more_pages=_more_pages)
