"""What pages ask of a generated catalog beyond reports and captures: cells of every report, the versions of some
agencies, changes after publication, entries of every report in the search index.

    python -m bench.browsing DIR [--reports 3000000] [--captures 3000000] [--texts 20000]

makes such an archive in DIR once (some 10 GB and a quarter of an hour); `bench.web` asks for its pages. Run again on
one that is there, it makes the search index anew where another release had made it.
"""

import argparse
import random
import sqlite3
import time
from collections.abc import Iterator
from datetime import date, timedelta
from itertools import islice
from pathlib import Path
from typing import Any

from sqlalchemy import insert, select

from bench.archive import fill, index, insert_rows, opened
from gongkai.settings import Settings
from storage import Archive
from storage.catalog.schema import report_changes, reports, version_cells, versions
from storage.cells import Cells, packed, unpacked
from storage.search.index import entry_of
from storage.search.numbering import next_number
from storage.search.tables import entries

_ROWS = ("granted", "partially_granted", "denied_state_secret", "denied_other_law", "denied_three_security",
         "denied_third_party", "denied_internal_affairs", "denied_process_info", "denied_enforcement_file",
         "denied_admin_query", "unavailable_not_held", "unavailable_needs_creation", "unavailable_unclear",
         "rejected_petition", "rejected_duplicate", "rejected_publication", "rejected_excessive", "rejected_reconfirm",
         "other_overdue_correction", "other_unpaid_fee", "other_misc")
_APPLICANTS = ("natural_person", "org_commercial", "org_research", "org_public_welfare", "org_legal_service",
               "org_other")
_WITH_VERSIONS = 10
"""One agency of so many has the rows of its versions: they are a fifth of a real catalog, and only pages of one report
or agency ask for them."""


def cells(rng: random.Random) -> Cells:
    """A whole table of applications with most cells zero, as most are, and one of reviews."""
    size = rng.choice((3, 3, 12, 60, 400))
    table: dict[str, dict[str, str]] = {}
    for row in _ROWS:
        figures = [rng.randint(0, size) if rng.random() < 0.25 else 0 for _ in _APPLICANTS]
        table[row] = {**dict(zip(_APPLICANTS, map(str, figures), strict=True)), "total": str(sum(figures))}
    for row in ("processed_total", "new_received"):
        sums = [sum(int(table[name][column]) for name in _ROWS) for column in (*_APPLICANTS, "total")]
        table[row] = dict(zip((*_APPLICANTS, "total"), map(str, sums), strict=True))
    for row in ("carried_in", "carried_out"):
        table[row] = dict.fromkeys((*_APPLICANTS, "total"), "0")
    judged = {f"{kind}_{result}": str(rng.randint(0, 3)) for kind in ("review", "litigation_direct",
              "litigation_after_review") for result in ("upheld", "corrected", "other", "pending", "total")}
    return {"requests": table, "review_litigation": {"figures": judged}}


def fill_browsing(archive: Archive, wanted: int) -> None:
    rng = random.Random(4)
    made = [packed(cells(rng)) for _ in range(500)]
    insert_rows(archive, version_cells, (
        {"document_id": f"{number:032x}", "number": 1, "reading": "", "packed": made[number % len(made)]}
        for number in range(wanted)))
    with archive._ready().reading() as connection:
        changed = connection.execute(select(reports).where(reports.c.versions > 1)).all()
    insert_rows(archive, report_changes, map(_change, changed))
    insert_rows(archive, version_cells, (
        {"document_id": row.document_id, "number": 2, "reading": "",
         "packed": _edited(made[int(row.document_id, 16) % len(made)])} for row in changed))
    with archive._ready().reading() as connection:
        some = connection.execute(select(reports).order_by(reports.c.report_id).limit(wanted // _WITH_VERSIONS)).all()
    insert_rows(archive, versions, map(_version, some))
    with archive._ready().writing() as connection:
        connection.exec_driver_sql("ANALYZE")


def _edited(data: bytes) -> bytes:
    """Two figures are others, as after a correction."""
    found = {table: {row: dict(columns) for row, columns in rows.items()} for table, rows in unpacked(data).items()}
    for column in ("natural_person", "total"):
        found["requests"]["granted"][column] = str(int(found["requests"]["granted"][column]) + 1)
    return packed(found)


def _change(row: Any) -> dict[str, Any]:
    at = (date.fromisoformat(row.first_seen[:10]) + timedelta(days=int(row.report_id, 16) % 300)).isoformat()
    return {"document_id": row.document_id, "number": 2, "report_id": row.report_id, "agency_id": row.agency_id,
            "region_code": row.region_code, "report_year": row.report_year, "at": f"{at}T08:00:00Z",
            "before_document": row.document_id, "before_number": 1, "cells_changed": True, "text_changed": True,
            "chars": 12}


def _version(row: Any) -> dict[str, Any]:
    return {"document_id": row.document_id, "number": 1, "report_id": row.report_id, "agency_id": row.agency_id,
            "agency": row.agency, "agency_printed": row.agency, "report_year": row.report_year,
            "region_code": row.region_code, "admin_level": row.admin_level, "scope": row.scope, "title": row.title,
            "form_id": row.form_id, "published": row.published, "url": row.url, "page_urls": row.urls, "files": [],
            "pending": [], "own": True, "own_host": True, "doc_format": "html", "version_sha256": row.text_sha256,
            "text_sha256": row.text_sha256, "body_sha256": row.text_sha256, "cells_sha256": row.text_sha256,
            "words": None, "text_chars": 4000, "filled_cells": 198, "checks_pass": 44, "checks_fail": 0,
            "checks_not_assessable": 0, "states": [], "manifest_sha256": row.text_sha256, "reading": "",
            "pipeline_version": 1}


def _enter_all(archive: Archive) -> None:
    """Every report that has no text in the index is listed and counted there all the same."""
    place, numbers = archive._index.place, dict[int, int]()
    with place.reading() as connection:
        there = set(connection.execute(select(entries.c.report_id)).scalars())
    for rows in _all_reports(archive):
        if new := [row for row in rows if row.report_id not in there]:
            with place.writing() as connection:
                connection.execute(insert(entries), [
                    entry_of(row, next_number(connection, row, numbers)) for row in new])
    with place.writing() as connection:
        connection.exec_driver_sql("ANALYZE")


def _all_reports(archive: Archive) -> Iterator[list[Any]]:
    after = ""
    while True:
        with archive._ready().reading() as connection:
            rows = list(connection.execute(select(reports).where(reports.c.report_id > after).order_by(
                reports.c.report_id).limit(20_000)))
        if not rows:
            return
        yield rows
        after = rows[-1].report_id


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    asked.add_argument("place", type=Path)
    asked.add_argument("--reports", type=int, default=3_000_000)
    asked.add_argument("--captures", type=int, default=3_000_000)
    asked.add_argument("--texts", type=int, default=20_000)
    given = asked.parse_args()
    begun = time.perf_counter()
    with opened(Settings(archive=str(given.place))) as archive, sqlite3.connect(":memory:") as scan:
        if next(archive.reports(limit=1), None) is None:
            fill(archive, given.reports, given.captures)
            print(f"filled: {time.perf_counter() - begun:.0f} s", flush=True)  # noqa: T201
            fill_browsing(archive, given.reports)
        index(archive, given.texts, scan)
        _enter_all(archive)
    for path in sorted(given.place.glob("catalog*.db")):
        print(f"{path.name}: {path.stat().st_size / 2**20:.0f} MiB")  # noqa: T201
    print(f"{time.perf_counter() - begun:.0f} s in all", list(islice(given.place.iterdir(), 5)))  # noqa: T201


if __name__ == "__main__":
    main()
