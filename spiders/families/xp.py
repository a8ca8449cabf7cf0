"""合肥's old ``.xp`` system: ``spage.xp?doAction=…&unitid=<number>``, where ``doAction=sgknb`` is a unit's report.

The newest report stands in that page, the others behind its selector of years. GBK. So any page of a unit tells where
its reports are, whether it links them or not.
"""

import re

from spiders.families.family import Family, column, marks
from spiders.families.paging import parameter, with_parameter
from spiders.links import Link
from spiders.page import Page

_PAGE = re.compile(r"/spage\.xp\?")
_NAME = "政府信息公开年度报告"


def _links(page: Page) -> tuple[Link, ...]:
    named = [link.url for link in page.links if _PAGE.search(link.url)]
    units = {parameter(url, "unitid"): url for url in (*reversed(named), page.url) if parameter(url, "unitid")}
    if len(units) != 1 or any(parameter(url, "doAction") == "sgknb" for url in (*named, page.url)):
        return ()
    [(unit, url)] = units.items()
    assert unit is not None
    return (column(with_parameter(f"{url.split('?')[0]}?doAction=sgknb", "unitid", unit), _NAME),)


FAMILY = Family("xp", "合肥旧 .xp 系统", marks(address=_PAGE.pattern, links=_PAGE.pattern), links=_links)
