"""What people who look around ask of an archive: listings in several orders, how many there are of what."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from storage.browse.crawls import CrawlEntry, CrawlLogRead, crawl_entries, crawl_read, followed
from storage.browse.facets import FacetCounts, Facets
from storage.browse.listing import ListOrder, listing
from storage.browse.numbers import Numbers, numbers
from storage.catalog.engine import Catalog
from storage.objects import ObjectStore
from storage.search.answers import SearchHit
from storage.search.asked import SearchQuery
from storage.search.index import SearchIndex
from storage.timetable.records import SiteRun

__all__ = ["Browse", "CrawlEntry", "CrawlLogRead", "FacetCounts", "ListOrder", "Numbers"]


@dataclass(frozen=True)
class Browse:
    """Reached as `archive.browse`. `catalog` and `index` are asked for at each use: they may have to be mended."""

    catalog: Callable[[], Catalog]
    index: Callable[[], SearchIndex]
    objects: ObjectStore
    state: Path
    remembered: Facets

    def listing(self, query: SearchQuery, order: ListOrder, limit: int, after: str | None = None, *,
                snippets: bool = False) -> list[SearchHit]:
        """At most `limit` reports, on from the one called `after`. With words the order is newest or relevance,
        without it is place (region, agency, year), year (the newest first) or newest (by publication)."""
        years = None
        if not query.text and query.agency is None:
            counted = self.facets(query)
            years = sorted((year for year, number in counted.year.items() if number), reverse=True)
        return listing(self.catalog(), self.index(), self.objects, query, order, limit, after, snippets=snippets,
                       years=years)

    def facets(self, query: SearchQuery) -> FacetCounts:
        """How many reports the query finds, and how many of each kind among them."""
        return self.remembered.counts(self.index(), query)

    def numbers(self) -> Numbers:
        """How much there is, for a front page."""
        return numbers(self.catalog())

    def crawls(self, *, site: str | None = None, limit: int = 50, after: str | None = None) -> list[CrawlEntry]:
        """Newest first, those that run included; a page goes on `after` the last one's id."""
        return crawl_entries(self.catalog(), site=site, limit=limit, after=after)

    def crawl(self, crawl_id: str) -> CrawlLogRead:
        """With its log as far as it was written. Raises NotFoundError."""
        return crawl_read(self.catalog(), self.objects, self.state, crawl_id)

    def sites(self, *, region: str | None = None, trouble: bool | None = None, limit: int = 50,
              after: str | None = None) -> list[SiteRun]:
        """Sites the registry follows, with their last crawl and their next; see `storage.browse.crawls.followed`."""
        return followed(self.catalog(), region=region, trouble=trouble, limit=limit, after=after)
