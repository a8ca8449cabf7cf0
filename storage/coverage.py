"""What is there against what ought to be: expected agencies by years, each present, late, changed or missing."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from functools import partial
from typing import Any, Literal

from sqlalchemy import Connection, Select, Table, and_, false, func, select

from gongkai.agency_type import agency_type
from gongkai.chinese import fold
from gongkai.site import region_prefix
from storage.catalog.engine import Catalog
from storage.catalog.regions import region_range
from storage.catalog.schema import agencies, crawls, reports, sites
from storage.catalog.schema import coverage_counts as counted
from storage.deadlines import due, latest_due
from storage.identity import agency_id

State = Literal["present", "late", "changed", "missing", "blocked", "stale"]

SINCE = 2019
"""Report years before it are asked for only on request: few sites still show them."""
_BLOCKED = ("blocked", "unreachable")
_STALE_YEARS = 2
_AT_ONCE = 400


@dataclass(frozen=True)
class ExpectedAgency:
    agency_id: str
    agency: str
    region_code: str
    site: str | None = None


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
    years = query.years(today)
    wanted, refused = catalog.read(lambda c: (expected_agencies(c, query), _last_crawls(c)))
    for start in range(0, len(wanted), _AT_ONCE):
        some = wanted[start:start + _AT_ONCE]
        found = catalog.read(partial(_reports, [agency.agency_id for agency in some]))
        for agency in some:
            yield from _cells(agency, found.get(agency.agency_id, {}), years, refused.get(agency.agency_id))


def coverage_counts(catalog: Catalog, query: CoverageQuery, today: date) -> list[CoverageCount]:
    """The whole country in one answer, from counts kept with the reports; where a registry says who is expected, from
    the reports of those."""
    years = query.years(today)

    def grouped(table: Table, number: Any) -> Select[Any]:
        place = func.substr(table.c.region_code, 1, 2)
        asked = select(place, table.c.report_year, table.c.coverage, number).where(
            table.c.report_year.in_(list(years))).group_by(place, table.c.report_year, table.c.coverage)
        return asked if query.region is None else asked.where(region_range(table.c.region_code, query.region))

    def ask(connection: Connection) -> tuple[dict[str, int], list[Any]]:
        if query.agency is None and not _has_registry(connection):
            asked = grouped(counted, func.sum(counted.c.reports))
            return _archived_agencies(connection, query), list(connection.execute(asked))
        wanted, narrowed = expected_agencies(connection, query), grouped(reports, func.count())
        if query.agency is not None:
            narrowed = narrowed.where(reports.c.agency_id.in_([a.agency_id for a in wanted]))
        else:
            unnamed = connection.execute(select(sites).where(_followed(), sites.c.agency_id == ""))
            narrowed = narrowed.where(reports.c.agency_id.in_(select(sites.c.agency_id).where(_followed()))
                                   | reports.c.agency_id.in_([_expected(row).agency_id for row in unnamed]))
        return Counter(agency.region_code[:2] for agency in wanted), list(connection.execute(narrowed))

    expected, rows = catalog.read(ask)
    states: dict[tuple[str, int], dict[str, int]] = {}
    for region, year, state, number in rows:
        states.setdefault((region, year), {})[state] = int(number)
    return [_count(region, year, number, states.get((region, year), {}))
            for region, number in sorted(expected.items()) for year in years]


def expected_agencies(connection: Connection, query: CoverageQuery) -> list[ExpectedAgency]:
    """Of the registry, where there is one; else those whose reports the archive has."""
    if _has_registry(connection):
        found = [_expected(row) for row in connection.execute(select(sites).where(_followed()))]
    else:
        asked = select(agencies)
        if query.region is not None:
            asked = asked.where(region_range(agencies.c.region_code, query.region))
        found = [ExpectedAgency(r.agency_id, r.agency, r.region_code) for r in connection.execute(asked)]
    wanted = {agency.agency_id: agency for agency in found if _asked_for(agency, query)}
    return sorted(wanted.values(), key=lambda agency: (agency.region_code, agency.agency, agency.agency_id))


def _archived_agencies(connection: Connection, query: CoverageQuery) -> dict[str, int]:
    place = func.substr(agencies.c.region_code, 1, 2)
    asked = select(place, func.count()).group_by(place)
    if query.region is not None:
        asked = asked.where(region_range(agencies.c.region_code, query.region))
    return {row[0]: row[1] for row in connection.execute(asked)}


def _has_registry(connection: Connection) -> bool:
    """Whether the archive follows named agencies; a registry without any expects nothing."""
    return connection.execute(select(sites.c.site_id).where(sites.c.agency != "").limit(1)).first() is not None


def _followed() -> Any:
    return and_(sites.c.retired == false(), sites.c.agency != "")


def _expected(row: Any) -> ExpectedAgency:
    known = row.agency_id or agency_id(row.agency, row.region_code or None)
    return ExpectedAgency(known, row.agency, row.region_code, row.url)


def _asked_for(agency: ExpectedAgency, query: CoverageQuery) -> bool:
    if query.region is not None and not _in_region(agency.region_code, query.region):
        return False
    return query.agency in (None, agency.agency_id) or fold(query.agency or "") in fold(agency.agency)


def _in_region(code: str, asked: str) -> bool:
    return code.startswith(region_prefix(asked))


def _reports(ids: Sequence[str], connection: Connection) -> dict[str, dict[int, Any]]:
    columns = (reports.c.agency_id, reports.c.report_year, reports.c.report_id, reports.c.published,
               reports.c.days_late, reports.c.coverage, reports.c.versions, reports.c.scope)
    found: dict[str, dict[int, Any]] = {}
    for row in connection.execute(select(*columns).where(reports.c.agency_id.in_(ids))):
        found.setdefault(row.agency_id, {})[row.report_year] = row
    return found


def _last_crawls(connection: Connection) -> dict[str, str]:
    """How the newest ended crawl of each agency's site came out."""
    newest = select(crawls.c.site_url, func.max(crawls.c.started_at).label("at")).where(
        crawls.c.sealed.is_(True)).group_by(crawls.c.site_url).subquery()
    asked = select(crawls.c.agency, crawls.c.region_code, crawls.c.summary).join(
        newest, and_(newest.c.site_url == crawls.c.site_url, newest.c.at == crawls.c.started_at))
    return {agency_id(row.agency, row.region_code): str((row.summary or {}).get("outcome", ""))
            for row in connection.execute(asked) if row.agency}


def _cells(agency: ExpectedAgency, found: Mapping[int, Any], years: range, last: str | None) -> Iterator[CoverageCell]:
    kind = agency_type(agency.agency)
    newest = list(years)[-_STALE_YEARS:]
    stale = bool(found) and len(newest) == _STALE_YEARS and not any(year in found for year in newest)
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
