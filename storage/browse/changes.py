"""What happened in the archive, the newest first: reports that came, and what was changed after publication."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Select, literal_column, select, tuple_

from gongkai.site import region_prefix
from storage.browse.figures import cells_of_versions
from storage.catalog.engine import Catalog
from storage.catalog.queries import record
from storage.catalog.regions import region_range
from storage.catalog.schema import province_of_change, province_of_report, report_changes, reports, versions
from storage.cells import compared
from storage.objects import ObjectStore
from storage.records import CellChange, ReportRecord

_MOST = 40
"""Changed cells that are named; a whole table anew is not read by anybody in a list."""
ChangeKey = tuple[str, str, int]
"""When it was seen, document, version."""
ArrivalKey = tuple[str, str]
"""First seen, report id."""


@dataclass(frozen=True)
class Change:
    """A state of `report` that came after its first. `number` counts within its document, as `before_number` does;
    `same_address` tells a page that was edited from a correction put up beside it. `cells` are the first that differ,
    `cells_changed` how many; `chars` by how much the text grew."""

    report: ReportRecord
    at: str
    document_id: str
    number: int
    same_address: bool
    cells: tuple[CellChange, ...]
    cells_changed: int
    text_changed: bool
    chars: int

    @property
    def key(self) -> ChangeKey:
        return self.at, self.document_id, self.number

    def as_json(self) -> dict[str, Any]:
        told = {name: value for name, value in vars(self).items() if name not in ("report", "cells")}
        return {**told, "cells": [vars(cell) for cell in self.cells], "report": self.report.as_json()}


def changes(catalog: Catalog, objects: ObjectStore, region: str | None, agency: str | None, limit: int,
            after: ChangeKey | None) -> list[Change]:
    rows = catalog.read(lambda connection: list(connection.execute(_asked(region, agency, limit, after))))
    named = {(row.report_id, row.document_id, row.number, row.before_document, row.before_number): row for row in rows}
    records = catalog.read(lambda connection: _records(connection, {row.report_id for row in rows}))
    wanted = [*((row.document_id, row.number) for row in rows), *((row.before_document, row.before_number)
                                                                  for row in rows)]
    readings = catalog.read(lambda connection: _readings(connection, wanted))
    cells = cells_of_versions(catalog, objects, [(*name, readings.get(name, "")) for name in dict.fromkeys(wanted)])
    found = []
    for row in named.values():
        if row.report_id in records:
            differ = compared(cells[row.before_document, row.before_number], cells[row.document_id, row.number])
            found.append(Change(records[row.report_id], row.at, row.document_id, row.number,
                                row.before_document == row.document_id, differ[:_MOST], len(differ),
                                row.text_changed, row.chars))
    return found


def arrivals(catalog: Catalog, region: str | None, agency: str | None, limit: int, after: ArrivalKey | None,
             ) -> list[ReportRecord]:
    """Reports in the order the archive first saw them, the newest first."""
    newest = (reports.c.first_seen.desc(), reports.c.report_id.desc())
    asked = select(reports).order_by(*newest).limit(limit)
    if agency is not None:
        asked = asked.where(reports.c.agency_id == agency)
    if region is not None:
        prefix = region_prefix(region)
        if len(prefix) == 2:
            asked = asked.where(province_of_report == prefix)
        else:  # few enough to be sorted; the index of arrivals would be walked from the newest on
            asked = asked.where(region_range(reports.c.region_code, region)).order_by(None).order_by(
                reports.c.first_seen.op("||")(literal_column("''")).desc(), reports.c.report_id.desc())
    if after is not None:
        asked = asked.where(tuple_(reports.c.first_seen, reports.c.report_id) < tuple_(*after))
    return [record(row) for row in catalog.read(lambda connection: list(connection.execute(asked)))]


def _asked(region: str | None, agency: str | None, limit: int, after: ChangeKey | None) -> Select[Any]:
    order = (report_changes.c.at, report_changes.c.document_id, report_changes.c.number)
    asked = select(report_changes).order_by(*(column.desc() for column in order)).limit(limit)
    if agency is not None:
        asked = asked.where(report_changes.c.agency_id == agency)
    if region is not None:
        prefix = region_prefix(region)
        asked = asked.where(province_of_change == prefix if len(prefix) == 2 else
                            region_range(report_changes.c.region_code, region))
    return asked if after is None else asked.where(tuple_(*order) < tuple_(*after))


def _records(connection: Connection, ids: set[str]) -> dict[str, ReportRecord]:
    asked = select(reports).where(reports.c.report_id.in_(sorted(ids)))
    return {row.report_id: record(row) for row in connection.execute(asked)}


def _readings(connection: Connection, wanted: Sequence[tuple[str, int]]) -> dict[tuple[str, int], str]:
    asked = select(versions.c.document_id, versions.c.number, versions.c.reading).where(
        versions.c.document_id.in_(sorted({document for document, _ in wanted})))
    return {(row.document_id, row.number): row.reading for row in connection.execute(asked)}
