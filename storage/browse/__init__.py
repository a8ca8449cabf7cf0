"""What people who look around ask of an archive: listings in several orders, how many there are of what."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from gongkai.clock import utc_now
from storage.browse.agencies import (
    Agency,
    ListedAgency,
    PrintedName,
    Source,
    agency,
    listed_agencies,
    years_around,
)
from storage.browse.changes import ArrivalKey, Change, ChangeKey, arrivals, changes
from storage.browse.crawls import CrawlEntry, CrawlLogRead, crawl_entries, crawl_read, followed
from storage.browse.facets import FacetCounts, Facets
from storage.browse.figures import YearFigures, year_figures
from storage.browse.listing import ListOrder, listing
from storage.browse.names import Names
from storage.browse.numbers import Numbers, numbers
from storage.browse.places import AgencyYears, CoverageMap, PlaceCoverage, PlaceYear, agency_years, coverage_map
from storage.browse.season import Deadline, ReportKey, Season, late_reports, missing_agencies, season
from storage.catalog.engine import Catalog
from storage.coverage import AgencyKey, CoverageQuery, ExpectedAgency
from storage.deadlines import latest_due
from storage.objects import ObjectStore
from storage.records import ReportRecord
from storage.search.answers import SearchHit
from storage.search.asked import Rank, SearchQuery
from storage.search.index import SearchIndex
from storage.timetable.records import SiteRun

__all__ = [
    "Agency",
    "AgencyYears",
    "Browse",
    "Change",
    "CoverageMap",
    "CrawlEntry",
    "CrawlLogRead",
    "Deadline",
    "FacetCounts",
    "ListOrder",
    "ListedAgency",
    "Numbers",
    "PlaceCoverage",
    "PlaceYear",
    "PrintedName",
    "Season",
    "Source",
    "YearFigures",
]


@dataclass(frozen=True)
class Browse:
    """Reached as `archive.browse`. `catalog` and `index` are asked for at each use: they may have to be mended."""

    catalog: Callable[[], Catalog]
    index: Callable[[], SearchIndex]
    objects: ObjectStore
    state: Path
    remembered: Facets
    names: Names = field(default_factory=Names)

    def listing(self, query: SearchQuery, order: ListOrder, limit: int, after: str | Rank | None = None, *,
                snippets: bool = False, counts: FacetCounts | None = None) -> list[SearchHit]:
        """At most `limit` reports, on from the one called `after`, by relevance from its rank. With words the order
        is newest or relevance, without it is place (region, agency, year), year (the newest first) or newest (by
        publication). `counts` of the same query spare counting them again."""
        years = None
        if order == "year" and not query.text and query.agency is None:
            counted = counts or self.facets(query)
            years = sorted((year for year, number in counted.year.items() if number), reverse=True)
        return listing(self.catalog(), self.index(), self.objects, query, order, limit, after, snippets=snippets,
                       years=years)

    def facets(self, query: SearchQuery) -> FacetCounts:
        """How many reports the query finds, and how many of each kind among them."""
        return self.remembered.counts(self.catalog(), self.index(), query)

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
              after: str | None = None, by_due: bool = False) -> list[SiteRun]:
        """Sites the registry follows, with their last crawl and their next; see `storage.browse.crawls.followed`."""
        return followed(self.catalog(), region=region, trouble=trouble, limit=limit, after=after, by_due=by_due)

    # agencies, years and places

    def agencies(self, region: str | None, name: str | None, limit: int, after: AgencyKey | None = None,
                 ) -> list[ListedAgency]:
        """Agencies with reports, in order of region and name, on from the one behind `after`."""
        return listed_agencies(self.catalog(), self.names, region, name, limit, after)

    def agency(self, agency_id: str) -> Agency:
        return agency(self.catalog(), agency_id, utc_now().date())

    def years_around(self, report: ReportRecord) -> tuple[tuple[int, str] | None, tuple[int, str] | None]:
        """The years before and after a report's that the archive has of its agency, each with the report's id."""
        if report.agency_id is None or report.report_year is None:
            return None, None
        return years_around(self.catalog(), report.agency_id, report.report_year)

    def figures(self, agency_id: str) -> tuple[YearFigures, ...]:
        """An agency's figures, a year after the other."""
        return year_figures(self.catalog(), self.objects, agency_id)

    def coverage_map(self, region: str | None = None, query: CoverageQuery = CoverageQuery()) -> CoverageMap:  # noqa: B008
        """By year a region as a whole, and the places that lie directly in it; of `query` the years."""
        return coverage_map(self.catalog(), region, query.years(utc_now().date()))

    def agency_years(self, query: CoverageQuery, limit: int, after: AgencyKey | None = None) -> list[AgencyYears]:
        """Expected agencies by years, in order of region and name."""
        return agency_years(self.catalog(), query, utc_now().date(), limit, after, self.names)

    # a season

    @property
    def newest_season(self) -> int:
        """The report year whose reports are due next or were due last: that of last year."""
        return utc_now().year - 1

    @property
    def latest_due(self) -> int:
        """The newest report year whose last deadline has passed."""
        return latest_due(utc_now().date())

    def season(self, year: int, region: str | None = None) -> Season:
        return season(self.catalog(), year, region)

    def late_reports(self, year: int, region: str | None, limit: int, after: ReportKey | None = None,
                     ) -> list[tuple[ReportRecord, int]]:
        """Reports of a year that came late, with the days."""
        return late_reports(self.catalog(), year, region, limit, after)

    def missing_agencies(self, year: int, region: str | None, limit: int, after: AgencyKey | None = None,
                         ) -> list[ExpectedAgency]:
        """Agencies expected to report that have no report of the year."""
        return missing_agencies(self.catalog(), year, region, limit, after)

    # what happened

    def changes(self, region: str | None, agency_id: str | None, limit: int, after: ChangeKey | None = None, *,
                year: int | None = None) -> list[Change]:
        """What was changed after publication, the newest first; of one report year where it is given."""
        return changes(self.catalog(), self.objects, region, agency_id, year, limit, after)

    def arrivals(self, region: str | None, agency_id: str | None, limit: int, after: ArrivalKey | None = None, *,
                 year: int | None = None) -> list[ReportRecord]:
        """Reports in the order the archive first saw them, the newest first."""
        return arrivals(self.catalog(), region, agency_id, year, limit, after)
