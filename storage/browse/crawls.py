"""Crawls that were and that run: the list, one of them with its log, the reports it gave."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any, Literal

from sqlalchemy import Connection, Row, Select, select, tuple_

from gongkai.errors import NotFoundError
from storage.catalog.engine import Catalog
from storage.catalog.queries import record
from storage.catalog.regions import region_range
from storage.catalog.schema import crawls, reports, site_runs, sites, versions
from storage.crawllog import load_log
from storage.failures import file_failures
from storage.journal import Line, lines_of
from storage.layout import crawl_key
from storage.objects import ObjectMissingError, ObjectStore
from storage.records import ReportRecord
from storage.timetable.records import SiteRun
from storage.timetable.sites import site_run

CrawlState = Literal["running", "ended", "interrupted"]
_MOST_REPORTS = 200


@dataclass(frozen=True)
class CrawlEntry:
    """`summary` is what `gongkai crawl --json` prints, empty while the crawl runs."""

    crawl_id: str
    site: str
    agency: str | None
    region_code: str | None
    started_at: str
    finished_at: str | None
    state: CrawlState
    fetches: int
    summary: dict[str, Any]

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True)
class CrawlLogRead:
    """A crawl's log as far as it was written: `steps` explain, `fetches` say what came over the wire."""

    entry: CrawlEntry
    steps: tuple[Line, ...]
    fetches: tuple[Line, ...]
    reports: tuple[ReportRecord, ...]


def crawl_entries(catalog: Catalog, *, site: str | None, limit: int, after: str | None) -> list[CrawlEntry]:
    """Newest first; a page goes on `after` the last crawl's id of the one before."""
    asked = select(crawls).order_by(crawls.c.crawl_id.desc()).limit(limit)
    if site is not None:
        asked = asked.where(crawls.c.site_url == site)
    if after is not None:
        asked = asked.where(crawls.c.crawl_id < after)
    return [_entry(row) for row in catalog.read(partial(_rows, asked))]


def crawl_read(catalog: Catalog, objects: ObjectStore, state: Path, crawl_id: str) -> CrawlLogRead:
    """Raises NotFoundError."""
    rows = catalog.read(partial(_rows, select(crawls).where(crawls.c.crawl_id == crawl_id)))
    if not rows:
        raise NotFoundError(f"no crawl {crawl_id!r} in this archive; /crawls lists them")
    lines = _lines(objects, state, crawl_id)
    kept = {(line["document_id"], line["number"]) for line in lines if line["line"] == "capture"
            and line.get("document_id") and line.get("number")}
    found = catalog.read(partial(_reports_of, sorted(kept)[-_MOST_REPORTS:]))
    return CrawlLogRead(_entry(rows[0]), tuple(line for line in lines if line["line"] == "step"),
                        tuple(line for line in lines if line["line"] == "fetch"), tuple(found))


def followed(catalog: Catalog, *, region: str | None, trouble: bool | None, limit: int, after: str | None,
             by_due: bool) -> list[SiteRun]:
    """Sites of the registry with what their crawls came to, in order of region and agency, or those that are to be
    crawled by themselves, the next one first (`by_due`); a page goes on `after` the last site's id of the one before.
    `trouble`: whether the last crawls failed."""
    def ask(connection: Connection) -> list[SiteRun]:
        order = (site_runs.c.next_due, site_runs.c.site_id) if by_due else (
            sites.c.region_code, sites.c.agency, sites.c.site_id)
        asked = select(sites.c.site_id).outerjoin(site_runs, site_runs.c.site_id == sites.c.site_id).where(
            sites.c.retired.is_(False)).order_by(*order).limit(limit)
        if by_due:
            asked = asked.where(site_runs.c.next_due.is_not(None))
        if region is not None:
            asked = asked.where(region_range(sites.c.region_code, region))
        if trouble is not None:
            failing = site_runs.c.failures > 0
            asked = asked.where(failing if trouble else site_runs.c.failures.is_(None) | ~failing)
        if after is not None:
            place = connection.execute(select(*order).select_from(sites).outerjoin(
                site_runs, site_runs.c.site_id == sites.c.site_id).where(sites.c.site_id == after)).first()
            if place is None or place[0] is None:
                raise NotFoundError(f"no site {after!r} to go on after; begin the listing anew")
            asked = asked.where(tuple_(*order) > tuple_(*place))
        runs = (site_run(connection, site) for site in connection.execute(asked).scalars().all())
        return [run for run in runs if run is not None]

    return catalog.read(ask)


def _lines(objects: ObjectStore, state: Path, crawl_id: str) -> list[Line]:
    try:
        return load_log(crawl_id, objects.get(crawl_key(crawl_id)))
    except ObjectMissingError:  # it is running, or its process died and nobody sealed its journal yet
        path = state / "journals" / f"{crawl_id}.jsonl"
        with file_failures(f"read the journal {path}"):
            return lines_of(path.read_bytes()) if path.exists() else []


def _reports_of(kept: Iterable[tuple[str, int]], connection: Connection) -> list[ReportRecord]:
    found: dict[str, ReportRecord] = {}
    for document, number in kept:
        row = connection.execute(select(reports).join(versions, versions.c.report_id == reports.c.report_id).where(
            versions.c.document_id == document, versions.c.number == number)).first()
        if row is not None:
            found[row.report_id] = record(row)
    return sorted(found.values(), key=lambda one: (-(one.report_year or 0), one.agency or "", one.report_id))


def _rows(asked: Select[Any], connection: Connection) -> list[Row[Any]]:
    return list(connection.execute(asked))


def _entry(row: Row[Any]) -> CrawlEntry:
    state: CrawlState = "interrupted" if row.interrupted else "ended" if row.sealed else "running"
    return CrawlEntry(row.crawl_id, row.site_url, row.agency, row.region_code or None, row.started_at, row.finished_at,
                      state, row.fetches, dict(row.summary or {}))
