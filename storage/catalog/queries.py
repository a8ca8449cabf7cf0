"""Questions to the catalog. Listings page by key, so that the last page costs what the first does."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Protocol

from sqlalchemy import Connection, Row, Select, distinct, func, select, tuple_

from gongkai.chinese import fold
from gongkai.errors import NotFoundError
from storage.catalog.engine import Catalog
from storage.catalog.regions import region_range
from storage.catalog.schema import agencies, captures, crawls, reports, versions
from storage.identity import address_name
from storage.records import ArchiveStats, LastCapture, PendingItem, ReportRecord

_PAGE = 500
_ORDER = (reports.c.region_code, reports.c.agency, reports.c.report_year, reports.c.report_id)
_SHORTEST_PREFIX = 4
AGENCY_ID = re.compile("[0-9a-f]{16}")


@dataclass(frozen=True)
class ReportQuery:
    """Every given condition must hold. `agency` is an agency id or part of a name in use or as printed; `region` a
    six-digit code or its beginning (350000 means all of Fujian); `failed` asks whether an identity of the form does
    not hold."""

    agency: str | None = None
    year: int | None = None
    region: str | None = None
    pending: bool | None = None
    agency_type: str | None = None
    form: str | None = None
    failed: bool | None = None

    def statement(self) -> Select[Any]:
        asked: Select[Any] = select(reports).order_by(*_ORDER)
        if self.agency is not None and AGENCY_ID.fullmatch(self.agency):
            asked = asked.where(reports.c.agency_id == self.agency)
        elif self.agency is not None:
            asked = asked.where(reports.c.names.contains(fold(self.agency), autoescape=True))
        if self.pending is not None:
            asked = asked.where(reports.c.has_pending.is_(self.pending))
        return narrowed(asked, self)


class Narrowing(Protocol):
    """What lists of reports are narrowed by, however they are asked for."""

    @property
    def year(self) -> int | None: ...
    @property
    def region(self) -> str | None: ...
    @property
    def agency_type(self) -> str | None: ...
    @property
    def form(self) -> str | None: ...
    @property
    def failed(self) -> bool | None: ...


def narrowed(asked: Select[Any], query: Narrowing) -> Select[Any]:
    if query.year is not None:
        asked = asked.where(reports.c.report_year == query.year)
    if query.region is not None:
        asked = asked.where(region_range(reports.c.region_code, query.region))
    if query.agency_type is not None:
        asked = asked.where(reports.c.agency_type == query.agency_type)
    if query.form is not None:
        asked = asked.where(reports.c.form_id == query.form)
    if query.failed is not None:
        asked = asked.where(reports.c.checks_fail > 0 if query.failed else reports.c.checks_fail == 0)
    return asked


def records(catalog: Catalog, query: ReportQuery, limit: int | None, after_report: str | None = None,
            ) -> Iterator[ReportRecord]:
    """In order of region, agency, year, from the one after `after_report` on. No transaction stays open between two
    pages."""
    asked, left = query.statement(), limit
    after = catalog.read(partial(_place, after_report)) if after_report is not None else None
    while left is None or left > 0:
        page = asked.limit(_PAGE if left is None else min(_PAGE, left))
        if after is not None:
            page = page.where(tuple_(*_ORDER) > tuple_(*after))
        rows = catalog.read(partial(_all, page))
        yield from map(record, rows)
        if len(rows) < _PAGE:
            return
        after = tuple(rows[-1]._mapping[column.name] for column in _ORDER)
        left = None if left is None else left - len(rows)


def _place(report: str, connection: Connection) -> tuple[Any, ...]:
    row = connection.execute(select(*_ORDER).where(reports.c.report_id == report)).first()
    if row is None:
        raise NotFoundError(f"no report {report!r} to go on after; it may have been filed under another agency since: "
                            "begin the listing anew")
    return tuple(row)


def records_of(catalog: Catalog, ids: Sequence[str]) -> dict[str, ReportRecord]:
    rows = catalog.read(partial(_all, select(reports).where(reports.c.report_id.in_(ids))))
    return {row.report_id: record(row) for row in rows}


def _all(statement: Select[Any], connection: Connection) -> Sequence[Row[Any]]:
    return connection.execute(statement).all()


def record(row: Row[Any]) -> ReportRecord:
    return ReportRecord(
        report_id=row.report_id, report_year=row.report_year or None, agency=row.agency or None,
        agency_id=row.agency_id or None, region_code=row.region_code or None, admin_level=row.admin_level,
        scope=row.scope, title=row.title, form_id=row.form_id, published=row.published, url=row.url,
        urls=tuple(row.urls), files=tuple(row.files), versions=row.versions, first_seen=row.first_seen,
        last_seen=row.last_seen, text_sha256=row.text_sha256,
        checks={"pass": row.checks_pass, "fail": row.checks_fail, "not_assessable": row.checks_not_assessable},
        pending=tuple(row.pending), shown=(row.document_id, row.number, row.reading))


def report_named(connection: Connection, name: str) -> Row[Any]:
    """By report id, the beginning of one, or the id of a document that carries it."""
    name = name.strip().lower()
    if len(name) < _SHORTEST_PREFIX:
        raise NotFoundError(f"{name!r} is too short for a report id; give at least {_SHORTEST_PREFIX} characters")
    whole = connection.execute(select(reports).where(reports.c.report_id == name)).first()
    if whole is not None:  # by key; a search by its beginning walks the table
        return whole
    found = connection.execute(
        select(reports).where(_begins(reports.c.report_id, name)).limit(3)).all()
    if not found:
        documents = select(versions.c.report_id).where(_begins(versions.c.document_id, name))
        found = connection.execute(select(reports).where(reports.c.report_id.in_(documents)).limit(3)).all()
    if not found:
        raise NotFoundError(f"no report {name!r} in this archive; gongkai reports lists the ids")
    if len(found) > 1:
        names = ", ".join(f"{row.report_id} ({row.agency} {row.report_year})" for row in found)
        raise NotFoundError(f"{name!r} is the beginning of several report ids: {names}, …; give more of it")
    return found[0]


def _begins(column: Any, name: str) -> Any:
    """Ids are hexadecimal: a range is answered by their key, where a search for a beginning would walk the table."""
    return (column >= name) & (column < name + "g")


def last_capture(connection: Connection, url: str) -> LastCapture | None:
    row = connection.execute(select(captures).where(captures.c.url_name == address_name(url))
                             .order_by(captures.c.fetched_at.desc(), captures.c.capture_id).limit(1)).first()
    if row is None:
        return None
    return LastCapture(row.etag, row.last_modified, row.raw_sha256, row.status, row.fetched_at, row.content_type)


def running_since(connection: Connection) -> str | None:
    """When the oldest crawl that is not sealed began."""
    return connection.execute(select(func.min(crawls.c.started_at)).where(crawls.c.sealed.is_(False))).scalar()


def newest_crawl(connection: Connection) -> str | None:
    """Its id, which begins with when it began."""
    return connection.execute(select(func.max(crawls.c.crawl_id))).scalar()


def pending_items(connection: Connection) -> list[PendingItem]:
    """Of the latest version of each document."""
    newest = select(versions.c.document_id, func.max(versions.c.number).label("number")).group_by(
        versions.c.document_id).subquery()
    found = connection.execute(
        select(versions.c.report_id, versions.c.document_id, versions.c.number, versions.c.pending)
        .join(newest, (newest.c.document_id == versions.c.document_id) & (newest.c.number == versions.c.number))
        .order_by(versions.c.region_code, versions.c.agency, versions.c.report_year, versions.c.document_id))
    return [PendingItem(report_id, document, number, p["url"], p["status"], p["doc_format"], tuple(p["raw_sha256"]))
            for report_id, document, number, pending in found for p in pending]


def stats(connection: Connection) -> ArchiveStats:
    def count(table: Any) -> int:
        return connection.execute(select(func.count()).select_from(table)).scalar_one()

    # The same bytes may have been captured often.
    kept = select(captures.c.raw_sha256, func.max(captures.c.size_bytes).label("size")).group_by(
        captures.c.raw_sha256).subquery()
    raw_objects, raw_bytes = connection.execute(select(func.count(), func.sum(kept.c.size)).select_from(kept)).one()
    first, last = connection.execute(
        select(func.min(captures.c.fetched_at), func.max(captures.c.fetched_at))).one()
    documents = connection.execute(select(func.count(distinct(versions.c.document_id)))).scalar_one()
    return ArchiveStats(agencies=count(agencies), reports=count(reports), documents=documents,
                        versions=count(versions), captures=count(captures), crawls=count(crawls),
                        raw_objects=raw_objects, raw_bytes=int(raw_bytes or 0), first_seen=first, last_seen=last)
