"""拓尔思 TRS WCM: t-date articles; a pager that is only a call of createPageHTML(pages, current, "index", "html").

`current` counts from 0 and page k is ``index_{k-1}``; some installations number the second page ``index_2``. Both
styles occur inside one city, so the other one is named as the way out when the first fails or repeats a page.
"""

import re

from spiders.families.family import Family
from spiders.families.paging import MOST_PAGES, NextPage, file_name, script_call, sibling
from spiders.page import Page
from spiders.post import Asked


def _recognise(page: Page) -> float:
    if _pager(page):
        return 0.9
    marks = r"/t\d{8}_\d{5,9}\.s?html?|/t\d{6,9}\.s?html?"
    hits = sum(1 for link in page.links[:400] if re.search(marks, link.url))
    return 0.6 if hits >= 2 or re.search(marks, page.url) else 0.0


def _more_pages(page: Page) -> tuple[NextPage, ...]:
    call = _pager(page)
    if call is None:
        return ()
    total, current, stem, ending = call
    name = file_name(page.url)
    if name.startswith(stem) and re.fullmatch(r"t\d+_?\d*", stem):
        return ()  # an article's own parts, not a list
    if name == f"{stem}_{current + 1}.{ending}" and current > 0:
        return tuple(NextPage(sibling(page.url, f"{stem}_{k}.{ending}"), k) for k in range(current + 2, total + 1))
    return tuple(
        NextPage(
            sibling(page.url, f"{stem}_{k}.{ending}"),
            k + 1,
            instead=(Asked(sibling(page.url, f"{stem}_{total}.{ending}")),) if k == 1 else (),
        )
        for k in range(current + 1, total)
    )


def _body_parts(page: Page) -> tuple[str, ...]:
    call = _pager(page)
    if call is None:
        return ()
    total, current, stem, ending = call
    if current != 0 or not file_name(page.url).startswith(stem) or stem in ("index", "default"):
        return ()
    return tuple(sibling(page.url, f"{stem}_{k}.{ending}") for k in range(1, total))


def _pager(page: Page) -> tuple[int, int, str, str] | None:
    for arguments in script_call(page.scripts, "createPageHTML"):
        if len(arguments) >= 4 and arguments[0].isdigit() and arguments[1].isdigit():
            total, current, stem, ending = int(arguments[0]), int(arguments[1]), arguments[2], arguments[3]
            if total > 1 and re.fullmatch(r"[\w\-]{1,80}", stem) and re.fullmatch(r"\w{2,6}", ending):
                return min(total, MOST_PAGES), current, stem, ending
    return None


FAMILY = Family("trs", "拓尔思 TRS WCM", _recognise, more_pages=_more_pages, body_parts=_body_parts)
