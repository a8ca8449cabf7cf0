"""What happened in the archive, the newest first: reports that came, and what was changed after publication."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, func, literal_column, select, tuple_

from gongkai.site import region_prefix
from storage.browse.figures import cells_of_versions
from storage.catalog.engine import Catalog
from storage.catalog.queries import record
from storage.catalog.regions import region_range
from storage.catalog.schema import (
    coverage_counts,
    province_of_change,
    province_of_report,
    report_changes,
    reports,
    versions,
)
from storage.cells import compared
from storage.objects import ObjectStore
from storage.records import CellChange, ReportRecord

_MOST = 40
"""Changed cells that are named; a whole table anew is not read by anybody in a list."""
_FEW = 20_000
"""Reports of a year that are sorted; where there are more, walking through all arrivals meets enough of them soon."""
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


def changes(catalog: Catalog, objects: ObjectStore, region: str | None, agency: str | None, year: int | None,
            limit: int, after: ChangeKey | None) -> list[Change]:
    rows = catalog.read(partial(_changed, region, agency, year, limit, after))
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


def arrivals(catalog: Catalog, region: str | None, agency: str | None, year: int | None, limit: int,
             after: ArrivalKey | None) -> list[ReportRecord]:
    """Reports in the order the archive first saw them, the newest first."""
    return [record(row) for row in catalog.read(partial(_arrived, region, agency, year, limit, after))]


def _arrived(region: str | None, agency: str | None, year: int | None, limit: int, after: ArrivalKey | None,
             connection: Connection) -> list[Row[Any]]:
    prefix, asked = region_prefix(region or ""), select(reports).limit(limit)
    if agency is not None:
        asked = asked.where(reports.c.agency_id == agency)
    if prefix:
        asked = asked.where(province_of_report == prefix if len(prefix) == 2 and year is None
                            else region_range(reports.c.region_code, prefix))
    walked = len(prefix) <= 2 if year is None else not (prefix or agency) and _of_year(year, connection) > _FEW
    if year is not None:  # as it is, an index finds it; by an expression it is looked at in passing
        asked = asked.where((reports.c.report_year + literal_column("0") if walked else reports.c.report_year) == year)
    first_seen = reports.c.first_seen if walked else _sorted(reports.c.first_seen)
    asked = asked.order_by(first_seen.desc(), reports.c.report_id.desc())
    if after is not None:
        asked = asked.where(tuple_(reports.c.first_seen, reports.c.report_id) < tuple_(*after))
    return list(connection.execute(asked))


def _of_year(year: int, connection: Connection) -> int:
    """How many reports there are."""
    counted = coverage_counts.c
    return connection.execute(select(func.coalesce(func.sum(counted.reports), 0)).where(
        counted.whose == "all", counted.level == 2, counted.report_year == year)).scalar_one()


def _sorted(column: Any) -> ColumnElement[str]:
    """Few enough to be sorted: an index in this order would be walked from the newest on, past all others."""
    spelt: ColumnElement[str] = column.op("||")(literal_column("''"))
    return spelt


def _changed(region: str | None, agency: str | None, year: int | None, limit: int, after: ChangeKey | None,
             connection: Connection) -> list[Row[Any]]:
    order = (report_changes.c.at, report_changes.c.document_id, report_changes.c.number)
    asked = select(report_changes).limit(limit)
    if agency is not None:
        asked = asked.where(report_changes.c.agency_id == agency)
    if year is not None:
        asked = asked.where(report_changes.c.report_year == year)
    if region is not None:
        prefix = region_prefix(region)
        asked = asked.where(province_of_change == prefix if len(prefix) == 2 else
                            region_range(report_changes.c.region_code, region))
    seldom = year is not None and region is None and agency is None and _of_year(year, connection) <= _FEW
    at = _sorted(report_changes.c.at) if seldom else report_changes.c.at
    asked = asked.order_by(at.desc(), *(column.desc() for column in order[1:]))
    if after is not None:
        asked = asked.where(tuple_(*order) < tuple_(*after))
    return list(connection.execute(asked))


def _records(connection: Connection, ids: set[str]) -> dict[str, ReportRecord]:
    asked = select(reports).where(reports.c.report_id.in_(sorted(ids)))
    return {row.report_id: record(row) for row in connection.execute(asked)}


def _readings(connection: Connection, wanted: Sequence[tuple[str, int]]) -> dict[tuple[str, int], str]:
    asked = select(versions.c.document_id, versions.c.number, versions.c.reading).where(
        versions.c.document_id.in_(sorted({document for document, _ in wanted})))
    return {(row.document_id, row.number): row.reading for row in connection.execute(asked)}
