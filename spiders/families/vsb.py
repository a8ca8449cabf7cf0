"""西安博达 VSB / webplus: list ``a/b.htm``, whose further pages count down: of 78 pages the second is ``b/77.htm``."""

import re

from gongkai.chinese import fold
from spiders.families.family import Family, marks
from spiders.families.paging import MOST_PAGES, NextPage, file_name, sibling
from spiders.page import Page
from spiders.vocabulary import anchors


def _more_pages(page: Page) -> tuple[NextPage, ...]:
    name = file_name(page.url)
    stem = name.removesuffix(".htm")
    if not name.endswith(".htm"):
        return ()
    if stem.isdigit():  # already below: everything was named by the first page
        return ()
    onward = next((link.url for link in page.links if anchors().next_page.search(fold(link.text))), None)
    second = re.search(rf"/{re.escape(stem)}/(\d{{1,4}})\.htm$", onward or "")
    if second is None:
        return ()
    total = int(second.group(1)) + 1
    return tuple(
        NextPage(sibling(page.url, f"{stem}/{total - number + 1}.htm"), number)
        for number in range(2, min(total, MOST_PAGES) + 1)
    )


FAMILY = Family(
    "vsb",
    "西安博达 VSB",
    marks(
        source=r"v_news_content|_vsl\b|/__local/|vsb_content|wbtreeid=",
        address=r"/info/\d+/\d+\.htm",
        links=r"/info/\d+/\d+\.htm|wbtreeid=\d+",
    ),
    more_pages=_more_pages,
)
