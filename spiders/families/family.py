"""What a family file offers: how one publishing system is recognised, and where it keeps the rest of its lists."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from spiders.families.paging import NextPage
from spiders.links import Link
from spiders.page import Page
from spiders.post import Asked
from spiders.surroundings import Context


def _no_links(page: Page) -> tuple[Link, ...]:
    return ()


def _no_rows(page: Page) -> tuple[Asked, ...]:
    return ()


def _no_pages(page: Page) -> tuple[NextPage, ...]:
    return ()


def _no_parts(page: Page) -> tuple[str, ...]:
    return ()


@dataclass(frozen=True)
class Family:
    """One publishing system. Whatever a file leaves out is answered by the generic mechanisms.

    `recognise` gives the confidence, 0 to 1, that the system made a page. `links` are columns and pages it names in
    ways of its own; `rows` the requests that bring the rows of the list on a page which holds none; `more_pages` the
    further pages of its list, in order, empty on the last one; `body_parts` the continuation pages of an article, in
    reading order."""

    name: str
    title: str
    recognise: Callable[[Page], float]
    links: Callable[[Page], tuple[Link, ...]] = _no_links
    rows: Callable[[Page], tuple[Asked, ...]] = _no_rows
    more_pages: Callable[[Page], tuple[NextPage, ...]] = _no_pages
    body_parts: Callable[[Page], tuple[str, ...]] = _no_parts

    @property
    def offers(self) -> tuple[str, ...]:
        """What it answers itself: ``columns``, ``rows``, ``pager``, ``parts``."""
        own = {
            "columns": self.links is not _no_links,
            "rows": self.rows is not _no_rows,
            "pager": self.more_pages is not _no_pages,
            "parts": self.body_parts is not _no_parts,
        }
        return tuple(name for name, answered in own.items() if answered)


def marks(
    *, source: str | None = None, address: str | None = None, links: str | None = None
) -> Callable[[Page], float]:
    """A recogniser by fingerprint: 0.9 for words of the page's source, 0.6 when two links look like the system's (or
    the page's own address and one link do), 0.5 for the page's address alone."""
    said = re.compile(source) if source else None
    own = re.compile(address) if address else None
    named = re.compile(links) if links else None

    def recognise(page: Page) -> float:
        if said and said.search(page.source):
            return 0.9
        here = bool(own and own.search(page.url))
        hits = sum(1 for link in page.links[:400] if named.search(link.url)) if named else 0
        return 0.6 if hits >= 2 or (here and hits) else 0.5 if here else 0.0

    return recognise


def column(url: str, name: str, heading: str = "", *, asked: Asked | None = None) -> Link:
    """A column that a family knows of without the page linking it."""
    return Link(url, name, "", "family", Context(list_heading=heading, path="family"), asked.post if asked else None)
