"""Site families: how one publishing system continues a list and splits a long text. One file a family.

A family that recognises a page is asked first; the generic mechanisms answer for the rest. Every module here with a
`FAMILY` is one: there is no list to add to.
"""

import inspect
import re
from functools import lru_cache
from importlib import import_module
from pkgutil import iter_modules

from spiders.calls import calls_in, calls_in_attributes
from spiders.families import answered, generic, posted
from spiders.families.family import Family
from spiders.families.paging import NextPage
from spiders.links import Link
from spiders.page import Page
from spiders.post import Asked
from spiders.widgets import asked_in_markup

__all__ = [
    "Family",
    "NextPage",
    "about",
    "all_families",
    "body_parts",
    "family_links",
    "family_of",
    "more_pages",
    "rows_of",
]


@lru_cache(maxsize=1)
def all_families() -> tuple[Family, ...]:
    modules = (import_module(f"{__name__}.{found.name}") for found in iter_modules(__path__))
    return tuple(module.FAMILY for module in modules if hasattr(module, "FAMILY"))


def about(family: Family) -> str:
    """The first sentence of the family's file: what gives its pages away."""
    said = inspect.getdoc(import_module(f"{__name__}.{family.name}")) or ""
    return re.split(r"(?<=\.)\s|\n\n", said, maxsplit=1)[0].replace("\n", " ")


@lru_cache(maxsize=4)
def _recognised(page: Page) -> tuple[tuple[float, Family], ...]:
    """The families that know the page, with their confidence. Remembered for the page in hand, of which up to five
    questions are asked: the fingerprints of all families in 300 kB of source take four times as long as reading it."""
    known = ((family.recognise(page), family) for family in all_families())
    return tuple(pair for pair in known if pair[0] > 0)


def family_of(page: Page) -> Family | None:
    """The family that is surest of the page; None when none knows it."""
    return max(_recognised(page), key=lambda pair: pair[0], default=(0.0, None))[1]


def family_links(page: Page) -> tuple[Link, ...]:
    """Columns and pages named in ways only one system has."""
    return tuple(link for _, family in _recognised(page) for link in family.links(page))


def rows_of(page: Page, *, whole: bool = False) -> tuple[Asked, ...]:
    """The requests that bring the rows of a list drawn by scripts, by the code in `page.scripts`; with `whole` only
    those of which that code tells every part."""
    family = family_of(page)
    if known := family.rows(page) if family else ():
        return known
    drawn = asked_in_markup(page.source, page.url)
    own = {call.place for call in drawn}
    calls = (*calls_in_attributes(page.source, page.url), *calls_in(page.scripts, page.url, page.source, whole=whole))
    return (*drawn, *dict.fromkeys(call for call in calls if call.place not in own))


def more_pages(page: Page) -> tuple[NextPage, ...]:
    family = family_of(page)
    told = family.more_pages(page) if family else ()
    told = told or answered.more_pages(page) or generic.more_pages(page) or posted.more_pages(page)
    return told or answered.further(page)


def body_parts(page: Page) -> tuple[str, ...]:
    family = family_of(page)
    return (family.body_parts(page) if family else ()) or generic.body_parts(page)
