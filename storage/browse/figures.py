"""An agency's figures over the years, from the cells the catalog keeps of each version."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import Connection, select

from gongkai.vocabularies import vocabulary
from storage.catalog.engine import Catalog
from storage.catalog.schema import reports, version_cells
from storage.cells import Cells, unpacked
from storage.derived import packed_cells
from storage.layout import DOCUMENT, version_key
from storage.objects import ObjectStore
from storage.rereading import standing_version

_STATISTICS = ("statistics", "indicators")
"""The tables of report years up to 2018, whose rows share their keys; their figures stand in the column ``count``."""


@dataclass(frozen=True)
class YearFigures:
    """`figures` by the names of figures.yaml; None where the report has no such figure, or none that can be read."""

    report_year: int
    report_id: str
    form_id: str | None
    figures: Mapping[str, int | None]


def series() -> tuple[str, ...]:
    return tuple(_series())


def year_figures(catalog: Catalog, objects: ObjectStore, agency_id: str) -> tuple[YearFigures, ...]:
    """In order of years; of a report the version that is presented."""
    asked = select(reports.c.report_id, reports.c.report_year, reports.c.form_id, reports.c.document_id,
                   reports.c.number, reports.c.reading).where(
        reports.c.agency_id == agency_id, reports.c.report_year > 0).order_by(reports.c.report_year)
    rows = catalog.read(lambda connection: list(connection.execute(asked)))
    cells = cells_of_versions(catalog, objects, [(row.document_id, row.number, row.reading) for row in rows])
    return tuple(YearFigures(row.report_year, row.report_id, row.form_id, _figures(cells[row.document_id, row.number]))
                 for row in rows)


def cells_of_versions(catalog: Catalog, objects: ObjectStore, named: Sequence[tuple[str, int, str]],
                      ) -> dict[tuple[str, int], Cells]:
    """Of each version in the reading named; from its object where the catalog has none or another's."""
    kept = catalog.read(lambda connection: _kept(connection, {document for document, *_ in named}))
    found: dict[tuple[str, int], Cells] = {}
    for document, number, reading in named:
        known_reading, data = kept.get((document, number), (None, None))
        if known_reading != reading or data is None:
            data = packed_cells(objects, _key(objects, document, number, reading))
        found[document, number] = unpacked(data) if data is not None else {}
    return found


def _kept(connection: Connection, documents: set[str]) -> dict[tuple[str, int], tuple[str, bytes]]:
    asked = select(version_cells).where(version_cells.c.document_id.in_(sorted(documents)))
    return {(row.document_id, row.number): (row.reading, row.packed) for row in connection.execute(asked)}


def _key(objects: ObjectStore, document: str, number: int, reading: str) -> str:
    return (standing_version(objects, document, number, reading).document_key if reading
            else version_key(document, number, DOCUMENT))


@cache
def _series() -> dict[str, dict[str, list[str]]]:
    found: dict[str, dict[str, list[str]]] = vocabulary("storage.browse", "figures.yaml")
    return found


def _figures(cells: Cells) -> dict[str, int | None]:
    """Of tables that have figures at all, where a blank counts as zero; a wholly blank one is missing, not zeros."""
    there = {table: rows for table, rows in cells.items() if _has_figures(rows)}
    return {name: _figure(there, parts) for name, parts in _series().items()}


def _figure(cells: Cells, parts: Mapping[str, list[str]]) -> int | None:
    for table in _STATISTICS:
        if table in cells:
            return _sum([cells[table].get(row, {}).get("count") for row in parts.get("stat", ())])
    figure = _added(cells, parts.get("now", ()))
    return figure if figure is not None else _added(cells, parts.get("else", ()))


def _added(cells: Cells, parts: Sequence[str]) -> int | None:
    found: list[str | None] = []
    for part in parts:
        table, row, column = part.split(".")
        if table not in cells:
            return None
        found += [cell for _, cell in _rows(cells[table], row, column)]
    return _sum(found)


def _rows(table: Mapping[str, Mapping[str, str]], row: str, column: str) -> Iterator[tuple[str, str | None]]:
    if row.endswith("*"):
        yield from ((name, cells.get(column)) for name, cells in table.items() if name.startswith(row[:-1]))
    else:
        yield row, table.get(row, {}).get(column)


def _has_figures(rows: Mapping[str, Mapping[str, str]]) -> bool:
    return any(_number(cell) is not None for row in rows.values() for cell in row.values())


def _sum(cells: Sequence[str | None]) -> int | None:
    """None when there is nothing to add, or one of them cannot be read."""
    there = [cell for cell in cells if cell is not None]
    numbers = [0 if cell == "blank" else _number(cell) for cell in there]
    if not numbers or any(number is None for number in numbers):
        return None
    return sum(number or 0 for number in numbers)


def _number(cell: Any) -> int | None:
    return int(cell) if cell.removeprefix("-").isdigit() and cell.isascii() else None
