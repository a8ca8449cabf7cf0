"""Agencies: a listing, and one of them with its years, its names and its sources."""

from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import Connection, func, or_, select, tuple_

from gongkai.chinese import fold
from gongkai.errors import NotFoundError
from storage.browse.names import Names
from storage.catalog.engine import Catalog
from storage.catalog.filing import gazetteer
from storage.catalog.outcomes import sites_of
from storage.catalog.regions import region_range
from storage.catalog.schema import agencies, crawls, followed_agencies, reports, site_runs, sites, versions
from storage.coverage import AgencyKey, CoverageCell, CoverageQuery, ExpectedAgency, cells_of
from storage.deadlines import FIRST_YEAR
from storage.records import SiteRecord


@dataclass(frozen=True)
class ListedAgency:
    agency_id: str
    agency: str
    region_code: str
    admin_level: str | None
    reports: int
    first_year: int | None
    last_year: int | None

    @property
    def key(self) -> AgencyKey:
        return self.region_code, self.agency, self.agency_id


@dataclass(frozen=True)
class PrintedName:
    """A name as reports print it, with the report years that do."""

    name: str
    years: tuple[int, ...]


@dataclass(frozen=True)
class Source:
    """A site reports of the agency come from, and what its last crawl came to; `followed` where the registry has it."""

    url: str
    followed: bool
    last_run_at: str | None = None
    outcome: str = ""
    why: str = ""
    requests: int = 0
    reports: int = 0
    failures: int = 0
    next_due: str | None = None
    crawl_id: str = ""
    incidents: tuple[dict[str, Any], ...] = ()


@dataclass(frozen=True)
class Agency:
    """`cells` from the first year with a report, 2019 at the latest, to the newest that is due or there; `hosts` the
    web servers its reports stand on, with how many; `merged` other ids filed under this one; `last_seen` is when a
    report of it was fetched last."""

    agency_id: str
    agency: str
    region_code: str
    admin_level: str | None
    agency_type: str
    cells: tuple[CoverageCell, ...]
    names: tuple[PrintedName, ...]
    sources: tuple[Source, ...]
    hosts: tuple[tuple[str, int], ...]
    merged: tuple[str, ...]
    last_seen: str | None

    @property
    def reports(self) -> int:
        return sum(cell.report_id is not None for cell in self.cells)


def listed_agencies(catalog: Catalog, names: Names, region: str | None, name: str | None, limit: int,
                    after: AgencyKey | None) -> list[ListedAgency]:
    """Agencies with reports, in order of region and name; `name` is part of one in use."""
    order = (agencies.c.region_code, agencies.c.agency, agencies.c.agency_id)
    named = names.find(catalog, "all", name, region, limit, after) if name is not None else None

    def ask(connection: Connection) -> list[ListedAgency]:
        asked = select(agencies).order_by(*order).limit(limit)
        if region is not None:
            asked = asked.where(region_range(agencies.c.region_code, region))
        if named is not None:
            asked = asked.where(agencies.c.agency_id.in_([agency_id for *_, agency_id in named]))
        elif name is not None:
            asked = asked.where(or_(*(agencies.c.agency.contains(spelt, autoescape=True)
                                      for spelt in sorted({name, fold(name)}))))
        if after is not None:
            asked = asked.where(tuple_(*order) > tuple_(*after))
        rows = list(connection.execute(asked))
        counted = {row[0]: row[1:] for row in connection.execute(select(
            reports.c.agency_id, func.count(), func.min(reports.c.report_year), func.max(reports.c.report_year)).where(
            reports.c.agency_id.in_([row.agency_id for row in rows])).group_by(reports.c.agency_id))}
        return [ListedAgency(row.agency_id, row.agency, row.region_code, row.admin_level,
                             *_told(counted.get(row.agency_id, (0, 0, 0)))) for row in rows]

    return catalog.read(ask)


def years_around(catalog: Catalog, agency_id: str, year: int) -> tuple[tuple[int, str] | None, tuple[int, str] | None]:
    """The report years of an agency before and after one, each with its report."""
    asked = select(reports.c.report_year, reports.c.report_id).where(
        reports.c.agency_id == agency_id, reports.c.report_year > 0)
    order = (reports.c.report_year, reports.c.report_id)

    def ask(connection: Connection) -> tuple[tuple[int, str] | None, tuple[int, str] | None]:
        before = connection.execute(asked.where(reports.c.report_year < year).order_by(
            *(one.desc() for one in order)).limit(1)).first()
        after = connection.execute(asked.where(reports.c.report_year > year).order_by(*order).limit(1)).first()
        return (before[0], before[1]) if before else None, (after[0], after[1]) if after else None

    return catalog.read(ask)


def agency(catalog: Catalog, agency_id: str, today: date) -> Agency:
    """By id, also one that was merged into another. Raises NotFoundError."""
    return catalog.read(partial(_agency, agency_id, today))


def _told(counted: Any) -> tuple[int, int | None, int | None]:
    number, first, last = counted
    return number, first or None, last or None


def _agency(name: str, today: date, connection: Connection) -> Agency:
    said = gazetteer(connection)
    agency_id = said.standing(name)
    known = connection.execute(select(agencies).where(agencies.c.agency_id == agency_id)).first()
    followed = connection.execute(select(followed_agencies).where(followed_agencies.c.agency_id == agency_id)).first()
    row = known or followed
    if row is None:
        raise NotFoundError(f"no agency {name!r} in this archive; /agencies lists them")
    rows = list(connection.execute(select(
        reports.c.report_id, reports.c.report_year, reports.c.url, reports.c.last_seen).where(
        reports.c.agency_id == agency_id)))
    years = _years([one.report_year for one in rows if one.report_year], today)
    expected = ExpectedAgency(agency_id, row.agency, row.region_code)
    hosts = [urlsplit(one.url).netloc for one in rows]
    return Agency(
        agency_id, row.agency, row.region_code, known.admin_level if known else None, row.agency_type,
        tuple(cells_of([expected], years, connection)[agency_id]),
        _names(connection, [one.report_id for one in rows]), _sources(connection, agency_id),
        tuple(sorted(((host, hosts.count(host)) for host in set(hosts) if host), key=lambda one: (-one[1], one[0]))),
        tuple(sorted(other for other in said.states if other != agency_id and said.standing(other) == agency_id)),
        max((one.last_seen for one in rows), default=None))


def _years(found: list[int], today: date) -> range:
    asked = CoverageQuery(since=max(FIRST_YEAR, min([*found, CoverageQuery.since]))).years(today)
    return range(asked.start, max(asked.stop, max(found, default=0) + 1))


def _names(connection: Connection, report_ids: list[str]) -> tuple[PrintedName, ...]:
    found: dict[str, set[int]] = {}
    for name, year in connection.execute(select(versions.c.agency_printed, versions.c.report_year).where(
            versions.c.report_id.in_(report_ids), versions.c.agency_printed != "", versions.c.report_year > 0)):
        found.setdefault(name, set()).add(year)
    return tuple(PrintedName(name, tuple(sorted(years)))
                 for name, years in sorted(found.items(), key=lambda one: (min(one[1]), one[0])))


def _sources(connection: Connection, agency_id: str) -> tuple[Source, ...]:
    named = sorted({site for _, site in sites_of(connection, [agency_id])})
    runs = {row.site_id: row for row in connection.execute(select(site_runs).where(site_runs.c.site_id.in_(named)))}
    rows = {row.site_id: row for row in connection.execute(select(sites).where(
        sites.c.site_id.in_(named), sites.c.retired.is_(False)))}
    return tuple(_source(connection, rows.get(name), runs.get(name)) for name in named if name in rows or name in runs)


def _source(connection: Connection, site: Any | SiteRecord, run: Any) -> Source:
    url = site.url if site is not None else run.url
    if run is None or run.last_run_at is None:
        return Source(url, site is not None, next_due=run.next_due if run is not None else None)
    summary = connection.execute(select(crawls.c.summary).where(crawls.c.crawl_id == run.crawl_id)).scalar() or {}
    return Source(url, site is not None, run.last_run_at, run.last_outcome, run.last_why, run.last_requests,
                  run.last_reports, run.failures, run.next_due, run.crawl_id, tuple(summary.get("incidents") or ()))
