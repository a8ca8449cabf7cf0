"""Rows going in: the same few functions serve keeping, adopting after a crash, and rebuilding."""

import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, bindparam, case, delete, func, select

from gongkai.agency_type import agency_type
from gongkai.chinese import fold
from storage.absence import Absence, absences
from storage.catalog.counts import COUNTED, count, count_agency
from storage.catalog.dialect import insert_missing, put_row
from storage.catalog.rows import VersionRow, capture_row
from storage.catalog.runs import Tally, enter_run
from storage.catalog.schema import (
    agencies,
    captures,
    crawls,
    failed_looks,
    report_changes,
    reports,
    search_queue,
    version_cells,
    versions,
)
from storage.deadlines import days_late
from storage.grouping import Group, Seen, compared_with, group
from storage.manifest import Manifest

_AT_ONCE = 500

# What the search index makes its entry of.
_SEARCHED = [reports.c[name] for name in (
    "document_id", "number", "text_sha256", "title", "agency", "agency_id", "names", "report_year", "region_code",
    "admin_level", "form_id", "checks_fail", "versions", "published", "first_seen")]

# Built once: what entering a version asks takes longer to put into words than to answer.
_OF_REPORT = select(versions).where(versions.c.report_id == bindparam("report"))
_OF_DOCUMENT = select(versions).where(versions.c.document_id == bindparam("document")).order_by(versions.c.number)
_HIGHEST_CAPTURED = select(func.max(captures.c.number)).where(captures.c.document_id == bindparam("document"))
_STANDING = select(*{column.name: column for column in (*_SEARCHED, *COUNTED)}.values()).where(
    reports.c.report_id == bindparam("report"))
_SEEN = select(
    captures.c.document_id, captures.c.number, func.min(captures.c.fetched_at), func.max(captures.c.fetched_at),
    func.sum(case((captures.c.role == "page", 1), else_=0))).where(
    captures.c.document_id.in_(bindparam("documents", expanding=True))).group_by(
    captures.c.document_id, captures.c.number)
_AGENCY = select(agencies).where(agencies.c.agency_id == bindparam("agency"))
_CHANGES = select(report_changes).where(report_changes.c.report_id == bindparam("report"))


@dataclass(frozen=True)
class Regrouped:
    """`before` is the document that was canonical up to now, None for a report that is new; `group` is None where no
    version is left."""

    before: str | None
    group: Group | None


def enter_version(connection: Connection, row: VersionRow, manifest: Manifest, cells: bytes | None) -> None:
    """The version with its cells (`storage.cells`; None where they cannot be read) and the captures that made it.
    `regroup` its report afterwards."""
    put_row(connection, versions, vars(row))
    if cells is not None:
        put_row(connection, version_cells, {"document_id": row.document_id, "number": row.number,
                                            "reading": row.reading, "packed": cells})
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
    return [VersionRow.from_row(row) for row in connection.execute(_OF_REPORT, {"report": report_id})]


def versions_of_document(connection: Connection, document_id: str) -> list[VersionRow]:
    return [VersionRow.from_row(row) for row in connection.execute(_OF_DOCUMENT, {"document": document_id})]


def highest_captured(connection: Connection, document_id: str) -> int:
    """The highest version of a document that a capture tells of: it was given out, whatever became of its files. Zero
    for none."""
    return connection.execute(_HIGHEST_CAPTURED, {"document": document_id}).scalar() or 0


def grouped(connection: Connection, report_id: str) -> Group | None:
    rows = versions_of_report(connection, report_id)
    return group(rows, _seen(connection, {row.document_id for row in rows})) if rows else None


def regroup(connection: Connection, report_id: str, *, counted: bool = True) -> Regrouped:
    """Writes the report's row anew from its versions and captures. Without `counted` the caller counts everything anew
    afterwards and queues it for search."""
    found = grouped(connection, report_id)
    row_before = connection.execute(_STANDING, {"report": report_id}).first()
    before = dict(row_before._mapping) if row_before is not None else None
    if found is None:
        connection.execute(delete(reports).where(reports.c.report_id == report_id))
        count(connection, before, None)
        _enter_changes(connection, report_id, [])
        _forget_agency(connection, before["agency_id"] if before else "")
        queue(connection, report_id)
        return Regrouped(before["document_id"] if before else None, None)
    row = report_row(report_id, found)
    put_row(connection, reports, row)
    _enter_changes(connection, report_id, change_rows(report_id, found))
    if counted:
        count(connection, before, row)
    if counted and (before is None or any(row[column.name] != before[column.name] for column in _SEARCHED)):
        queue(connection, report_id)
    _enter_agency(connection, found.canonical, counted=counted)
    if before is not None and before["agency_id"] != found.canonical.agency_id:
        _forget_agency(connection, before["agency_id"])
    return Regrouped(before["document_id"] if before else None, found)


def _enter_agency(connection: Connection, main: VersionRow, *, counted: bool) -> None:
    if main.agency_id:
        row = {"agency_id": main.agency_id, "agency": main.agency, "region_code": main.region_code,
               "admin_level": main.admin_level, "agency_type": agency_type(main.agency)}
        known = connection.execute(_AGENCY, {"agency": main.agency_id}).first()
        if known is None or known._mapping != row:
            put_row(connection, agencies, row)
            if counted:
                count_agency(connection, "all", known._mapping if known is not None else None, row)


def _forget_agency(connection: Connection, agency: str) -> None:
    """Once nothing is filed under it any more."""
    left = select(reports.c.report_id).where(reports.c.agency_id == agency).limit(1)
    if agency and connection.execute(left).first() is None:
        known = connection.execute(_AGENCY, {"agency": agency}).first()
        if known is not None:
            connection.execute(delete(agencies).where(agencies.c.agency_id == agency))
            count_agency(connection, "all", known._mapping, None)


def _enter_changes(connection: Connection, report_id: str, rows: list[dict[str, Any]]) -> None:
    """A version belongs to one report at a time, and may have come from another."""
    found = connection.execute(_CHANGES, {"report": report_id})
    known = {(row.document_id, row.number): dict(row._mapping) for row in found}
    for row in rows:
        name = (row["document_id"], row["number"])
        if known.pop(name, None) != row:
            put_row(connection, report_changes, row)
    for document, number in known:
        connection.execute(delete(report_changes).where(
            report_changes.c.document_id == document, report_changes.c.number == number))


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


def change_rows(report_id: str, found: Group) -> list[dict[str, Any]]:
    """What was published after the first state and says something else than the state before it."""
    made = []
    for position, member in enumerate(found.members):
        other = compared_with(position, found.members)
        if other is None or member.role not in ("canonical", "revision"):
            continue
        row, before = member.row, found.members[other].row
        cells, words = row.cells_sha256 != before.cells_sha256, row.text_sha256 != before.text_sha256
        if cells or words:
            made.append({
                "document_id": row.document_id, "number": row.number, "report_id": report_id,
                "agency_id": found.canonical.agency_id, "region_code": found.canonical.region_code,
                "report_year": found.canonical.report_year, "at": member.seen.first,
                "before_document": before.document_id, "before_number": before.number, "cells_changed": cells,
                "text_changed": words, "chars": row.text_chars - before.text_chars})
    return made


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
    found = connection.execute(_SEEN, {"documents": sorted(documents)})
    return {(document, number): Seen(first, last, int(times)) for document, number, first, last, times in found}
