"""What differs between two states of a report: cells by name, text by line."""

from difflib import unified_diff

from gongkai.report import Report
from storage.cells import cells_of, compared
from storage.records import CellChange, Changes


def changed_cells(old: Report, new: Report) -> tuple[CellChange, ...]:
    """In the order the tables are printed."""
    return compared(cells_of(old), cells_of(new))


def changes(old: Report, old_text: str, new: Report, new_text: str, *, names: tuple[str, str]) -> Changes:
    """`names` of the two states head the differences of the text."""
    diff = unified_diff(old_text.splitlines(), new_text.splitlines(), *names, lineterm="", n=2)
    return Changes(changed_cells(old, new), tuple(diff))
