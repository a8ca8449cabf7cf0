"""The cells of a report, each in one spelling: what two states are compared by, and what the catalog keeps of a version
so that neither a series of years nor a list of changes has to open an object."""

import json
import zlib
from collections.abc import Mapping
from typing import Any

from gongkai.report import CellValue, Report
from storage.duplicates import printed_value
from storage.records import CellChange

Cells = Mapping[str, Mapping[str, Mapping[str, str]]]
"""Table, row, column; ``blank`` for a cell with nothing in it, “…” around what is no figure."""

_SHORT = {"requests": "REQ", "proactive": "PRO", "review_litigation": "RL"}
_LEVEL = 9  # of compression: twice as slow as 6 and a tenth smaller, on what is written once and kept for ever


def cells_of(report: Report) -> Cells:
    return {table: {row: {column: _shown(cell) for column, cell in cells.items()} for row, cells in rows.items()}
            for table, rows in report.tables.items()}


def compared(old: Cells, new: Cells) -> tuple[CellChange, ...]:
    """In the order the tables are printed. A blank that became a zero is a change: somebody filled it in."""
    found = []
    for table in dict.fromkeys([*new, *old]):
        before, after = old.get(table, {}), new.get(table, {})
        if before == after:
            continue
        for row in dict.fromkeys([*after, *before]):
            was_row, now_row = before.get(row, {}), after.get(row, {})
            if was_row == now_row:
                continue
            for column in dict.fromkeys([*now_row, *was_row]):
                was, now = was_row.get(column, "absent"), now_row.get(column, "absent")
                if was != now:
                    found.append(CellChange(_SHORT.get(table, table), row, column, was, now))
    return tuple(found)


def packed(cells: Cells) -> bytes:
    """Columns named once a table, in an order of their own: some 400 bytes for the 200 cells of a report."""
    tables: dict[str, Any] = {}
    for table, rows in sorted(cells.items()):
        columns = sorted({column for row in rows.values() for column in row})
        tables[table] = [columns, {name: [row.get(column) for column in columns] for name, row in sorted(rows.items())}]
    return zlib.compress(json.dumps(tables, ensure_ascii=False, separators=(",", ":")).encode(), _LEVEL)


def unpacked(data: bytes) -> Cells:
    return {table: {name: _row(columns, values) for name, values in rows.items()}
            for table, (columns, rows) in json.loads(zlib.decompress(data)).items()}


def _row(columns: list[str], values: list[Any]) -> dict[str, str]:
    found = dict(zip(columns, values, strict=True))
    return {name: value for name, value in found.items() if value is not None} if None in values else found


def _shown(cell: CellValue) -> str:
    """A figure in one spelling; what is no figure as it was printed."""
    if cell.value is None and cell.raw.strip():
        return f"“{' '.join(cell.raw.split())}”"
    return printed_value(cell)
