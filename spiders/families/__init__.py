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


def family_of(page: Page) -> Family | None:
    """The family that is surest of the page; None when none knows it."""
    confidence, surest = max(((family.recognise(page), family) for family in all_families()), key=lambda pair: pair[0])
    return surest if confidence > 0 else None


def family_links(page: Page) -> tuple[Link, ...]:
    """Columns and pages named in ways only one system has."""
    return tuple(link for family in all_families() if family.recognise(page) > 0 for link in family.links(page))


def rows_of(page: Page, *, scripts: str = "") -> tuple[Asked, ...]:
    """The requests that bring the rows of a list drawn by scripts; `scripts` is the code of the files the page
    loads."""
    family = family_of(page)
    if known := family.rows(page) if family else ():
        return known
    code = f"{page.scripts}\n{scripts}"
    calls = (*calls_in_attributes(page.source, page.url), *calls_in(code, page.url, page.source))
    return tuple(dict.fromkeys(Asked(call.url, call.post) for call in calls))


def more_pages(page: Page) -> tuple[NextPage, ...]:
    family = family_of(page)
    told = family.more_pages(page) if family else ()
    return told or answered.more_pages(page) or generic.more_pages(page) or posted.more_pages(page)


def body_parts(page: Page) -> tuple[str, ...]:
    family = family_of(page)
    return (family.body_parts(page) if family else ()) or generic.body_parts(page)
