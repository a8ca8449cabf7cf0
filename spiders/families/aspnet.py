"""ASP.NET: addresses ``….aspx?…``, most with a form whose hidden field is ``__VIEWSTATE``.

Some installations page by a query parameter beside 共N页, others only by posting the page's own state back, which
`posted` does for any form that has one.
"""


from spiders.families import posted
from spiders.families.family import Family, marks
from spiders.families.paging import MOST_PAGES, PAGES_SAID, NextPage, parameter, with_parameter
from spiders.page import Page

_PAGE = r"/\w+\.aspx(?:\?|$)"


def _more_pages(page: Page) -> tuple[NextPage, ...]:
    said, here = PAGES_SAID.search(page.source), parameter(page.url, "page") or ""
    if said is None or not here.isdigit():
        return posted.more_pages(page)
    numbers = range(int(here) + 1, min(int(said.group(1)), MOST_PAGES) + 1)
    return tuple(NextPage(with_parameter(page.url, "page", k), k) for k in numbers)


FAMILY = Family("aspnet", "ASP.NET", marks(address=_PAGE, links=_PAGE), more_pages=_more_pages)
