"""A document as it was printed: blocks in order, tables with their spans, figures that do not add up marked."""

import re
from bisect import bisect
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate

from gongkai.chinese import squeeze
from gongkai.document import Block, Cell, Document, Table
from gongkai.report import Report

MOST_BYTES = 76_000
MOST_ROWS = 300
MOST_COLUMNS = 40
"""A page stays readable, and under its hundred kilobytes, whatever was archived; the text as a file is whole."""

_PLACE = re.compile(r"^(?:ocr )?table (\d+) row (\d+) col (\d+)$")  # of another file's tables nothing is marked
_FIGURE = re.compile(r"^[\s+\-−—–/\d.,，%]*$")

Marks = Mapping[tuple[int, int, int], tuple[int, ...]]
"""Table, row and column, from zero, and the numbers of the findings that touch the cell."""


@dataclass(frozen=True)
class DrawnCell:
    """`head` is col or row where the cell names others, and empty for a figure or a text."""

    text: str
    rowspan: int = 1
    colspan: int = 1
    head: str = ""
    figure: bool = False
    findings: tuple[int, ...] = ()


@dataclass(frozen=True)
class DrawnBlock:
    """`anchor` names the section a heading opens."""

    kind: str
    text: str = ""
    anchor: str = ""
    rows: tuple[tuple[DrawnCell, ...], ...] = ()


@dataclass(frozen=True)
class Drawn:
    """`cut` says that there is more than is shown."""

    blocks: tuple[DrawnBlock, ...]
    cut: bool


def drawn(document: Document, report: Report, marks: Marks) -> Drawn:
    anchors = {squeeze(section.heading): section.key for section in report.sections if section.heading}
    blocks: list[DrawnBlock] = []
    left, number = MOST_BYTES, 0
    for block in document.blocks:
        if left <= 0:
            break
        if block.table is not None:
            rows = _rows(block.table, number, marks)
            sizes = list(accumulate(map(_size, rows)))
            blocks.append(DrawnBlock("table", rows=rows[:bisect(sizes, left)]))
            left -= sizes[-1] if sizes else 0
            number += 1
        elif block.text.strip():
            blocks.append(_words(block, left // 3, anchors.pop(squeeze(block.text), "")))
            left -= 3 * len(block.text)
    return Drawn(tuple(blocks), left <= 0)


def _size(row: Sequence[DrawnCell]) -> int:
    """About what it comes to as markup: three bytes a character, and tags."""
    return 10 + sum(3 * len(cell.text) + 30 for cell in row)


def place_of(where: str) -> tuple[int, int, int] | None:
    """Table, row and column, from zero, of a cell's `where`."""
    found = _PLACE.search(where)
    if found is None:
        return None
    table, row, column = (int(number) - 1 for number in found.groups())
    return table, row, column


def _words(block: Block, left: int, anchor: str) -> DrawnBlock:
    kind = "heading" if block.kind == "heading" or anchor else "paragraph"
    return DrawnBlock(kind, block.text[:left], anchor)


def _rows(table: Table, number: int, marks: Marks) -> tuple[tuple[DrawnCell, ...], ...]:
    heads = _head_rows(table)
    rows = min(table.rows, MOST_ROWS)
    lines: list[list[DrawnCell]] = [[] for _ in range(rows)]
    grid = table.grid() if table.rows * table.cols <= MOST_ROWS * MOST_COLUMNS * 4 else []
    for row in range(min(rows, len(grid))):
        for column in range(min(table.cols, MOST_COLUMNS)):
            cell = grid[row][column]
            if cell is None:
                lines[row].append(DrawnCell(""))
            elif (cell.row, cell.col) == (row, column):
                lines[row].append(_cell(cell, rows, cell.row in heads, marks.get((number, row, column), ())))
    return tuple(map(tuple, lines))


def _cell(cell: Cell, rows: int, above: bool, findings: tuple[int, ...]) -> DrawnCell:
    text = " ".join(cell.text.split())
    figure = bool(_FIGURE.match(text))
    head = "col" if above else "" if figure else "row"
    return DrawnCell(text, min(cell.rowspan, rows - cell.row), min(cell.colspan, MOST_COLUMNS - cell.col),
                     head if text and len(text) < 80 else "", figure and bool(text), findings)


def _head_rows(table: Table) -> frozenset[int]:
    """Rows that name columns: all before the first figure, and those without any further down, where some forms name
    their columns again."""
    with_figures = {cell.row for cell in table.cells if cell.col > 0 and cell.text.strip() and _FIGURE.match(cell.text)}
    if not with_figures:
        return frozenset({0})
    return frozenset(set(range(min(table.rows, MOST_ROWS))) - with_figures)


def marks_of(places: Iterable[tuple[int, Sequence[str]]]) -> dict[tuple[int, int, int], tuple[int, ...]]:
    """From the places each finding names."""
    marks: dict[tuple[int, int, int], tuple[int, ...]] = {}
    for number, wheres in places:
        for place in filter(None, map(place_of, wheres)):
            marks[place] = (*marks.get(place, ()), number)
    return marks
