"""What is there against what ought to be: expected agencies by years, each present, late, changed or missing."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from functools import partial
from itertools import islice
from typing import Any, Literal

from sqlalchemy import ColumnElement, Connection, Table, and_, func, literal_column, select, true, tuple_

from gongkai.agency_type import agency_type
from gongkai.chinese import fold
from gongkai.site import region_prefix
from storage.catalog.engine import Catalog
from storage.catalog.outcomes import last_outcomes, seen_last
from storage.catalog.queries import AGENCY_ID
from storage.catalog.regions import region_range
from storage.catalog.schema import agencies, agency_counts, followed_agencies, reports, sites
from storage.catalog.schema import coverage_counts as counted
from storage.deadlines import due, latest_due

State = Literal["present", "late", "changed", "missing", "blocked", "stale"]

SINCE = 2019
"""Report years before it are asked for only on request: few sites still show them."""
_BLOCKED = ("blocked", "unreachable")
_STALE_YEARS = 2
_AT_ONCE = 400


AgencyKey = tuple[str, str, str]
"""Region, name, id: the order of agencies."""


@dataclass(frozen=True)
class ExpectedAgency:
    agency_id: str
    agency: str
    region_code: str

    @property
    def key(self) -> AgencyKey:
        return self.region_code, self.agency, self.agency_id


@dataclass(frozen=True)
class CoverageQuery:
    """`agency` is an id or part of a name, `region` a code or its beginning, `until` by default the newest year whose
    deadline has passed."""

    agency: str | None = None
    region: str | None = None
    year: int | None = None
    since: int = SINCE
    until: int | None = None

    def years(self, today: date) -> range:
        if self.year is not None:
            return range(self.year, self.year + 1)
        return range(self.since, (self.until or latest_due(today)) + 1)


@dataclass(frozen=True)
class CoverageCell:
    """One agency's report for one year. `state` is ``present``, ``late`` (after `due`), ``changed`` (on time, and not
    what was published first), ``missing``, or why it is missing: ``blocked`` (the site refused or did not answer the
    last crawl), ``stale`` (the site shows older years and none of the newest). `days_late` is below zero before
    `due`."""

    agency_id: str
    agency: str
    region_code: str | None
    agency_type: str
    report_year: int
    state: State
    due: str
    report_id: str | None = None
    published: str | None = None
    days_late: int | None = None
    versions: int = 0

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True)
class CoverageCount:
    """Of one province (two digits, empty where unknown) and year. `missing` counts blocked and stale sites as well."""

    region: str
    report_year: int
    expected: int
    present: int
    late: int
    changed: int
    missing: int


def coverage(catalog: Catalog, query: CoverageQuery, today: date) -> Iterator[CoverageCell]:
    """In order of region and agency, a year after the other."""
    after: AgencyKey | None = None
    while page := catalog.read(partial(_page, query, after)):
        cells = catalog.read(partial(cells_of, page, query.years(today)))
        for agency in page:
            yield from cells[agency.agency_id]
        after = page[-1].key


def coverage_counts(catalog: Catalog, query: CoverageQuery, today: date) -> list[CoverageCount]:
    """The whole country in one answer, from counts kept with the reports."""
    years = query.years(today)

    def ask(connection: Connection) -> tuple[Mapping[str, int], list[Any]]:
        if query.agency is not None:
            wanted = list(expected_agencies(connection, query))
            return Counter(agency.region_code[:2] for agency in wanted), _states_of(connection, wanted, query, years)
        whose = "followed" if has_registry(connection) else "all"
        return _kept(connection, whose, query.region, years)

    expected, rows = catalog.read(ask)
    states: dict[tuple[str, int], dict[str, int]] = {}
    for region, year, state, number in rows:
        states.setdefault((region, year), {})[state] = int(number)
    return [_count(region, year, number, states.get((region, year), {}))
            for region, number in sorted(expected.items()) for year in years]


def has_registry(connection: Connection) -> bool:
    """Whether the archive follows named agencies; a registry without any expects nothing."""
    return connection.execute(select(sites.c.site_id).where(sites.c.agency != "").limit(1)).first() is not None


def expected_agencies(connection: Connection, query: CoverageQuery, after: AgencyKey | None = None,
                      limit: int | None = None) -> Iterator[ExpectedAgency]:
    """Of the registry, where there is one; else those whose reports the archive has. In order of region and name, on
    from the one behind `after`."""
    table = followed_agencies if has_registry(connection) else agencies
    order = (table.c.region_code, table.c.agency, table.c.agency_id)
    asked = select(*order).order_by(*order)
    if query.region is not None:
        asked = asked.where(region_range(table.c.region_code, query.region))
    if after is not None:
        asked = asked.where(tuple_(*order) > tuple_(*after))
    name = query.agency
    if name is not None and AGENCY_ID.fullmatch(name):
        asked, name = asked.where(table.c.agency_id == name), None
    found = connection.execute(asked.limit(limit) if name is None else asked)
    wanted = (ExpectedAgency(row.agency_id, row.agency, row.region_code) for row in found
              if name is None or fold(name) in fold(row.agency))
    return islice(wanted, limit)


def cells_of(page: Sequence[ExpectedAgency], years: range, connection: Connection) -> dict[str, list[CoverageCell]]:
    """Of each of these agencies its years."""
    ids = [agency.agency_id for agency in page]
    found = _reports(ids, years, connection)
    # Only what is missing asks why.
    lacking = [agency for agency in ids if len(found.get(agency, ())) < len(years)]
    before = seen_last(connection, [agency for agency in lacking if agency not in found])
    seen = {agency: _seen_last(found[agency]) if agency in found else before.get(agency) for agency in lacking}
    last = last_outcomes(connection, seen) if seen else {}
    return {agency.agency_id: list(_cells(agency, found.get(agency.agency_id, {}), years, last.get(agency.agency_id),
                                          reporting=agency.agency_id in found or agency.agency_id in before))
            for agency in page}


def _page(query: CoverageQuery, after: AgencyKey | None, connection: Connection) -> list[ExpectedAgency]:
    return list(expected_agencies(connection, query, after, _AT_ONCE))


def _kept(connection: Connection, whose: str, region: str | None, years: range) -> tuple[dict[str, int], list[Any]]:
    """By province, from the counts of the places the region is made of."""
    prefix = region_prefix(region or "")
    level = max(2, len(prefix) + len(prefix) % 2)

    def here(table: Table) -> ColumnElement[bool]:
        return and_(table.c.whose == whose, table.c.level == level, region_range(table.c.place, prefix) if prefix
                    else true())

    states: Counter[tuple[str, int, str]] = Counter()
    for place, year, state, number in connection.execute(select(
            counted.c.place, counted.c.report_year, counted.c.coverage, counted.c.reports).where(
            here(counted), counted.c.report_year.in_(list(years)))):
        states[place[:2], year, state] += number
    expected: Counter[str] = Counter()
    for place, number in connection.execute(select(agency_counts.c.place, agency_counts.c.agencies).where(
            here(agency_counts))):
        expected[place[:2]] += number
    return ({place: number for place, number in expected.items() if number},
            [(*key, number) for key, number in states.items()])


def _states_of(connection: Connection, wanted: Sequence[ExpectedAgency], query: CoverageQuery,
               years: range) -> list[Any]:
    place = func.substr(reports.c.region_code, literal_column("1"), literal_column("2"))
    asked = select(place, reports.c.report_year, reports.c.coverage, func.count()).where(
        reports.c.report_year.in_(list(years)), reports.c.agency_id.in_([a.agency_id for a in wanted])).group_by(
        place, reports.c.report_year, reports.c.coverage)
    if query.region is not None:
        asked = asked.where(region_range(reports.c.region_code, query.region))
    return list(connection.execute(asked))


def _reports(ids: Sequence[str], years: range, connection: Connection) -> dict[str, dict[int, Any]]:
    columns = (reports.c.agency_id, reports.c.report_year, reports.c.report_id, reports.c.published,
               reports.c.days_late, reports.c.coverage, reports.c.versions, reports.c.scope,
               reports.c.last_seen, reports.c.document_id)
    found: dict[str, dict[int, Any]] = {}
    for row in connection.execute(select(*columns).where(
            reports.c.agency_id.in_(ids), reports.c.report_year.between(years.start, years.stop - 1))).all():
        found.setdefault(row.agency_id, {})[row.report_year] = row
    return found


def _seen_last(found: Mapping[int, Any]) -> str | None:
    return max(((row.last_seen, row.document_id) for row in found.values()), default=(None, None))[1]


def _cells(agency: ExpectedAgency, found: Mapping[int, Any], years: range, last: str | None, *, reporting: bool,
           ) -> Iterator[CoverageCell]:
    kind = agency_type(agency.agency)
    newest = list(years)[-_STALE_YEARS:]
    stale = reporting and len(newest) == _STALE_YEARS and not any(year in found for year in newest)
    for year in years:
        row = found.get(year)
        shared: dict[str, Any] = {"agency_id": agency.agency_id, "agency": agency.agency,
                                  "region_code": agency.region_code or None,
                                  "agency_type": kind, "report_year": year,
                                  "due": due(year, kind, row.scope if row else "unknown").isoformat()}
        if row is not None:
            yield CoverageCell(**shared, state=row.coverage, report_id=row.report_id, published=row.published,
                               days_late=row.days_late, versions=row.versions)
        else:
            why: State = "blocked" if last in _BLOCKED else "stale" if stale and year in newest else "missing"
            yield CoverageCell(**shared, state=why)


def _count(region: str, year: int, expected: int, states: Mapping[str, int]) -> CoverageCount:
    there = sum(states.values())
    return CoverageCount(region, year, expected, states.get("present", 0), states.get("late", 0),
                         states.get("changed", 0), max(0, expected - there))
