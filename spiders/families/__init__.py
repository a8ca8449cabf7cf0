"""Site families: how one publishing system continues a list and splits a long text. One file a family.

A family that recognises a page is asked first; the generic mechanisms answer for the rest.
"""

from typing import Protocol

from spiders.families import generic, shtml, trs
from spiders.families.paging import NextPage
from spiders.page import Page

__all__ = ["FAMILIES", "Family", "NextPage", "body_parts", "family_of", "more_pages"]


class Family(Protocol):
    """What a family file offers as module functions."""

    NAME: str

    def recognise(self, page: Page) -> float:
        """Confidence 0..1 that the page was made by this system."""
        ...

    def more_pages(self, page: Page) -> tuple[NextPage, ...]:
        """The further pages of the list on this page, in order; empty on the last one."""
        ...

    def body_parts(self, page: Page) -> tuple[str, ...]:
        """The continuation pages of the article on this page, in reading order."""
        ...


FAMILIES: tuple[Family, ...] = (shtml, trs)


def family_of(page: Page) -> Family | None:
    """The family that is surest of the page; None when none knows it."""
    surest = max(FAMILIES, key=lambda family: family.recognise(page))
    return surest if surest.recognise(page) > 0 else None


def more_pages(page: Page) -> tuple[NextPage, ...]:
    family = family_of(page)
    return (family.more_pages(page) if family else ()) or generic.more_pages(page)


def body_parts(page: Page) -> tuple[str, ...]:
    family = family_of(page)
    return (family.body_parts(page) if family else ()) or generic.body_parts(page)
