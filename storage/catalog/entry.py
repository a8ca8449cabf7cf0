"""Rows going in: the same few functions serve keeping, adopting after a crash, and rebuilding."""

import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from sqlalchemy import Connection, case, delete, func, select

from gongkai.agency_type import agency_type
from gongkai.chinese import fold
from storage.absence import Absence, absences
from storage.catalog.counts import count
from storage.catalog.dialect import insert_missing, put_row
from storage.catalog.rows import VersionRow, capture_row
from storage.catalog.runs import Tally, enter_run
from storage.catalog.schema import agencies, captures, crawls, failed_looks, reports, search_queue, versions
from storage.deadlines import days_late
from storage.grouping import Group, Seen, group
from storage.manifest import Manifest

_AT_ONCE = 500

# What the search index makes its entry of.
_SEARCHED = [reports.c[name] for name in (
    "document_id", "number", "text_sha256", "title", "agency", "agency_id", "names", "report_year", "region_code",
    "form_id", "checks_fail", "published", "first_seen")]


def enter_version(connection: Connection, row: VersionRow, manifest: Manifest) -> None:
    """The version with the captures that made it. `regroup` its report afterwards."""
    put_row(connection, versions, asdict(row))
    enter_captures(connection, [capture_row(c, manifest.report.kind, row.document_id, row.number)
                                for c in manifest.captures])


def enter_captures(connection: Connection, rows: Iterable[Mapping[str, Any]]) -> None:
    insert_missing(connection, captures, rows)


def enter_crawl(connection: Connection, row: Mapping[str, Any], tally: Tally | None = None) -> None:
    """When it has ended it enters its site's history, and what its log adds up to (`tally`) the counts, once."""
    ended = select(crawls.c.sealed).where(crawls.c.crawl_id == row["crawl_id"])
    before = bool(connection.execute(ended).scalar())
    put_row(connection, crawls, row)
    if row["sealed"] and not before:
        enter_run(connection, row, tally or {})


def enter_failed_looks(connection: Connection, crawl_id: str, rows: Sequence[Mapping[str, Any]]) -> None:
    """Of addresses that carry a report; of others nobody asks whether they are gone."""
    for start in range(0, len(rows), _AT_ONCE):
        some = rows[start:start + _AT_ONCE]
        asked = select(versions.c.document_id).where(versions.c.document_id.in_({r["document_id"] for r in some}))
        known = set(connection.execute(asked).scalars())
        insert_missing(connection, failed_looks,
                       [{**row, "crawl_id": crawl_id} for row in some if row["document_id"] in known])


def page_absences(connection: Connection, documents: Iterable[str]) -> dict[str, tuple[Absence, ...]]:
    """Of each of these documents when its page was gone."""
    named = sorted(set(documents))
    failed: dict[str, list[str]] = {}
    for document, at in connection.execute(select(failed_looks.c.document_id, failed_looks.c.at).where(
            failed_looks.c.document_id.in_(named))):
        failed.setdefault(document, []).append(at)
    seen: dict[str, list[str]] = {}
    if failed:
        for document, at in connection.execute(select(captures.c.document_id, captures.c.fetched_at).where(
                captures.c.document_id.in_(sorted(failed)), captures.c.role == "page")):
            seen.setdefault(document, []).append(at)
    return {document: absences(failed.get(document, ()), seen.get(document, ())) for document in named}


def versions_of_report(connection: Connection, report_id: str) -> list[VersionRow]:
    found = connection.execute(select(versions).where(versions.c.report_id == report_id))
    return [VersionRow.from_row(row) for row in found]


def standing(connection: Connection, report_id: str) -> tuple[str | None, set[str]]:
    """The canonical document of a report as it stands, None when there is none, and all documents that carry it."""
    canonical = connection.execute(select(reports.c.document_id).where(reports.c.report_id == report_id)).scalar()
    carriers = select(versions.c.document_id).where(versions.c.report_id == report_id).distinct()
    return canonical, set(connection.execute(carriers).scalars())


def versions_of_document(connection: Connection, document_id: str) -> list[VersionRow]:
    found = connection.execute(select(versions).where(versions.c.document_id == document_id)
                               .order_by(versions.c.number))
    return [VersionRow.from_row(row) for row in found]


def highest_number(connection: Connection, document_id: str) -> int:
    """The highest version of a document that a version or a capture tells of: it was given out, whatever became of
    its files. Zero for none."""
    found = [connection.execute(select(func.max(table.c.number)).where(table.c.document_id == document_id)).scalar()
             for table in (versions, captures)]
    return max(number or 0 for number in found)


def grouped(connection: Connection, report_id: str) -> Group | None:
    rows = versions_of_report(connection, report_id)
    return group(rows, _seen(connection, {row.document_id for row in rows})) if rows else None


def regroup(connection: Connection, report_id: str) -> Group | None:
    """Writes the report's row anew from its versions and captures."""
    found = grouped(connection, report_id)
    asked = select(*_SEARCHED, reports.c.coverage).where(reports.c.report_id == report_id)
    row_before = connection.execute(asked).first()
    before = dict(row_before._mapping) if row_before is not None else None
    if found is None:
        connection.execute(delete(reports).where(reports.c.report_id == report_id))
        count(connection, before, None)
        _forget_agency(connection, before["agency_id"] if before else "")
        queue(connection, report_id)
        return None
    row = report_row(report_id, found)
    put_row(connection, reports, row)
    count(connection, before, row)
    if before is None or any(row[column.name] != before[column.name] for column in _SEARCHED):
        queue(connection, report_id)
    main = found.canonical
    if main.agency_id:
        put_row(connection, agencies, {"agency_id": main.agency_id, "agency": main.agency,
                                       "region_code": main.region_code, "admin_level": main.admin_level})
    if before is not None and before["agency_id"] != main.agency_id:
        _forget_agency(connection, before["agency_id"])
    return found


def _forget_agency(connection: Connection, agency: str) -> None:
    """Once nothing is filed under it any more."""
    left = select(reports.c.report_id).where(reports.c.agency_id == agency).limit(1)
    if agency and connection.execute(left).first() is None:
        connection.execute(delete(agencies).where(agencies.c.agency_id == agency))


def queue(connection: Connection, report_id: str) -> None:
    put_row(connection, search_queue, {"report_id": report_id, "ticket": secrets.token_hex(8)})


def regroup_captured(connection: Connection, rows: Iterable[Mapping[str, Any]]) -> None:
    """After captures were entered on their own: the reports they belong to were seen again."""
    named = {(row["document_id"], row["number"]) for row in rows if row["document_id"] is not None}
    for document, number in sorted(named):
        report = connection.execute(select(versions.c.report_id).where(
            versions.c.document_id == document, versions.c.number == number)).scalar()
        if report is not None:
            regroup(connection, report)


def report_row(report_id: str, found: Group) -> dict[str, Any]:
    main, members = found.canonical, found.members
    ordered = [main, *(m.row for m in members if m.row.document_id != main.document_id)]
    pending = {p["url"]: p for row in _latest_rows(ordered) for p in row.pending}
    names = dict.fromkeys(fold(name) for row in ordered for name in (row.agency, row.agency_printed) if name)
    return {
        "report_id": report_id, "agency_id": main.agency_id, "agency": main.agency, "names": "\n".join(sorted(names)),
        "region_code": main.region_code, "admin_level": main.admin_level, "report_year": main.report_year,
        "scope": main.scope, "title": main.title, "form_id": main.form_id, "published": main.published,
        "document_id": main.document_id, "number": main.number, "url": main.url,
        "urls": list(dict.fromkeys(url for row in _latest_rows(ordered) for url in row.page_urls)),
        "files": list(dict.fromkeys(url for row in _latest_rows(ordered) for url in row.files)),
        "pending": list(pending), "has_pending": bool(pending), "versions": found.states,
        "first_seen": min(m.seen.first for m in members), "last_seen": max(m.seen.last for m in members),
        "text_sha256": main.text_sha256, "checks_pass": main.checks_pass, "checks_fail": main.checks_fail,
        "checks_not_assessable": main.checks_not_assessable, "reading": main.reading, **_coverage(main, found)}


def _coverage(main: VersionRow, found: Group) -> dict[str, Any]:
    """A page posted anew in another year is no late report: of several dates the first counts."""
    kind = agency_type(main.agency)
    published = min(filter(None, (member.row.published for member in found.members)), default=None)
    late = days_late(published, main.report_year, kind, main.scope)
    state = "late" if late is not None and late > 0 else "changed" if found.states > 1 else "present"
    return {"agency_type": kind, "days_late": late, "coverage": state}


def _latest_rows(rows: list[VersionRow]) -> list[VersionRow]:
    """The newest version of each document, documents in the given order."""
    newest: dict[str, VersionRow] = {}
    for row in rows:
        kept = newest.get(row.document_id)
        if kept is None or row.number > kept.number:
            newest[row.document_id] = row
    return list(newest.values())


def _seen(connection: Connection, documents: set[str]) -> dict[tuple[str, int], Seen]:
    pages = func.sum(case((captures.c.role == "page", 1), else_=0))
    found = connection.execute(
        select(captures.c.document_id, captures.c.number, func.min(captures.c.fetched_at),
               func.max(captures.c.fetched_at), pages)
        .where(captures.c.document_id.in_(sorted(documents))).group_by(captures.c.document_id, captures.c.number))
    return {(document, number): Seen(first, last, int(times)) for document, number, first, last, times in found}
