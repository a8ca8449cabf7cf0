"""``/{site}/{slug}/template.shtml`` (开普, TRS 海云): sibling files counted from 1, name_2.shtml the second page.

The pager is a call of createPageHTML('page_div', pages, current, 'name', 'shtml', total).
"""

import re

from spiders.families.family import Family
from spiders.families.paging import MOST_PAGES, NextPage, file_name, script_call, sibling
from spiders.page import Page
from spiders.post import Asked

_TEMPLATES = re.compile(r"/(?:list|common_list|\w*xxgk_(?:list|navs)|zfxxgk\w*|newxxgk_list|xxgknbs"
                        r"|redirect_firstChannel|jump)(?:_\d+)?\.shtml")


def _recognise(page: Page) -> float:
    if _pager(page):
        return 0.95
    return 0.5 if _TEMPLATES.search(page.url) else 0.0


def _more_pages(page: Page) -> tuple[NextPage, ...]:
    call = _pager(page)
    if call is None:
        return ()
    total, current, stem, ending = call
    own = re.sub(r"(?:_\d+)?\.\w+$", "", file_name(page.url))
    # The call may name the template's default while the list itself goes by another name.
    other = (Asked(sibling(page.url, f"{own}_{current + 1}.{ending}")),) if own and own != stem else ()
    return tuple(
        NextPage(sibling(page.url, f"{stem}_{k}.{ending}"), k, instead=other if k == current + 1 else ())
        for k in range(current + 1, total + 1))


def _pager(page: Page) -> tuple[int, int, str, str] | None:
    for arguments in script_call(page.scripts, "createPageHTML"):
        if len(arguments) >= 5 and not arguments[0].isdigit() and arguments[1].isdigit() and arguments[2].isdigit():
            total, current, stem, ending = int(arguments[1]), int(arguments[2]), arguments[3], arguments[4]
            if re.fullmatch(r"[\w\-]{1,80}", stem) and re.fullmatch(r"\w{2,6}", ending):
                return min(total, MOST_PAGES), max(current, 1), stem, ending
    return None


FAMILY = Family("shtml", "开普/TRS 海云的 shtml 模板", _recognise, more_pages=_more_pages)
