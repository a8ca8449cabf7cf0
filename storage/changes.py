"""What differs between two states of a report: cells by name, text by line."""

from difflib import unified_diff

from gongkai.report import CellTable, CellValue, Report
from storage.duplicates import printed_value
from storage.records import CellChange, Changes

_SHORT = {"requests": "REQ", "proactive": "PRO", "review_litigation": "RL"}
_NO_TABLE: CellTable = {}


def changed_cells(old: Report, new: Report) -> tuple[CellChange, ...]:
    """In the order the tables are printed. A blank that became a zero is a change: somebody filled it in."""
    found = []
    for table in dict.fromkeys([*new.tables, *old.tables]):
        before, after = old.tables.get(table, _NO_TABLE), new.tables.get(table, _NO_TABLE)
        for row in dict.fromkeys([*after, *before]):
            columns = dict.fromkeys([*after.get(row, {}), *before.get(row, {})])
            for column in columns:
                was, now = _shown(before.get(row, {}).get(column)), _shown(after.get(row, {}).get(column))
                if was != now:
                    found.append(CellChange(_SHORT.get(table, table), row, column, was, now))
    return tuple(found)


def changes(old: Report, old_text: str, new: Report, new_text: str) -> Changes:
    diff = unified_diff(old_text.splitlines(), new_text.splitlines(), "before", "after", lineterm="", n=2)
    return Changes(changed_cells(old, new), tuple(diff))


def _shown(cell: CellValue | None) -> str:
    """A figure in one spelling; what is no figure as it was printed."""
    if cell is None:
        return "absent"
    if cell.value is None and cell.raw.strip():
        return f"“{' '.join(cell.raw.split())}”"
    return printed_value(cell)
