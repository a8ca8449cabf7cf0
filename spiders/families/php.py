"""帝国 EmpireCMS and phpcms: ``/e/action/ListInfo/?classid=`` and ``index.php?m=content&c=index&a=lists&catid=``.

Often GBK. The pager shows only its neighbours and 尾页; the highest ``page`` a link of the same column carries is the
last one. phpcms counts its pages from 1, EmpireCMS from 0.
"""

from spiders.families.family import Family, marks
from spiders.families.paging import MOST_PAGES, NextPage, parameter, with_parameter
from spiders.page import Page

_SYSTEM = r"/e/action/(?:ListInfo|ShowInfo)|/index\.php\?(?:.*&)?a=(?:lists|show)&"


def _more_pages(page: Page) -> tuple[NextPage, ...]:
    name, first = ("classid", 0) if parameter(page.url, "classid") else ("catid", 1)
    column = parameter(page.url, name)
    alike = [link.url for link in page.links if column and parameter(link.url, name) == column]
    numbered = {int(n): url for url in alike if (n := parameter(url, "page") or "").isdigit()}
    last = max(numbered, default=first)
    own = parameter(page.url, "page") or ""
    here = int(own) if own.isdigit() else first
    return tuple(
        NextPage(with_parameter(numbered[last], "page", n), n - first + 1)
        for n in range(here + 1, min(last, MOST_PAGES) + 1)
    )


FAMILY = Family("php", "帝国、phpcms", marks(address=_SYSTEM, links=_SYSTEM), more_pages=_more_pages)
