"""What people who look around ask of an archive: listings in several orders, how many there are of what."""

from collections.abc import Callable
from dataclasses import dataclass

from storage.browse.facets import FacetCounts, Facets
from storage.browse.listing import ListOrder, listing
from storage.browse.numbers import Numbers, numbers
from storage.catalog.engine import Catalog
from storage.objects import ObjectStore
from storage.search.answers import SearchHit
from storage.search.asked import SearchQuery
from storage.search.index import SearchIndex

__all__ = ["Browse", "FacetCounts", "ListOrder", "Numbers"]


@dataclass(frozen=True)
class Browse:
    """Reached as `archive.browse`. `catalog` and `index` are asked for at each use: they may have to be mended."""

    catalog: Callable[[], Catalog]
    index: Callable[[], SearchIndex]
    objects: ObjectStore
    remembered: Facets

    def listing(self, query: SearchQuery, order: ListOrder, limit: int, after: str | None = None, *,
                snippets: bool = False) -> list[SearchHit]:
        """At most `limit` reports, on from the one called `after`. With words the order is newest or relevance,
        without it is place (region, agency, year), year (the newest first) or newest (by publication)."""
        return listing(self.catalog(), self.index(), self.objects, query, order, limit, after, snippets=snippets)

    def facets(self, query: SearchQuery) -> FacetCounts:
        """How many reports the query finds, and how many of each kind among them."""
        return self.remembered.counts(self.index(), query)

    def numbers(self) -> Numbers:
        """How much there is, for a front page."""
        return numbers(self.catalog())
