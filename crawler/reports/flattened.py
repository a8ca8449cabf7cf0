"""Tables that became lines of text → printed rows. Tab grids go to the grid reader; the rest is a stream of pieces.

Seen in the field: one cell a line with a closing bar; one indented cell a line; cells parted by empty lines; rows of
bars; Markdown tables broken over rows; a label with its figures parted by spaces; labels apart from their figures.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from crawler.reports.forms import Form
from crawler.reports.grids import scan_grids
from crawler.reports.labels import find_label, label_key
from crawler.reports.printing import PrintedRow, PrintedTables, Slot
from crawler.reports.values import UNITS, head_unit, looks_like_value
from gongkai.document import Cell, Table

_PROSE = 80  # no label or head of the forms is longer
_GRID_WIDTH = 60
_GRID_ROWS = 400
_RUN = 600  # pieces one row can take: a whole table of figures apart from its labels, gaps included
PAGE_NUMBER = re.compile(r"^[\s　]*(?:[—–\-－]+\s*\d{1,3}\s*[—–\-－]+|第\s*\d{1,3}\s*页.{0,12})[\s　]*$")
_RULE = re.compile(r"^[\s|:\-]+$")
_AMOUNT_UNIT = re.compile(r"(?<=\d)[ \t\u3000]+(?=(?:" + "|".join(sorted(UNITS, key=len, reverse=True)) + r")(?:\s|$))")


@dataclass(frozen=True)
class Piece:
    """What stands between two separators. `row` numbers the printed line; a gap is an empty line."""

    kind: Literal["text", "value", "gap"]
    text: str
    row: int


def scan_text(text: str, form: Form) -> PrintedTables:
    """Every row of the form's tables that lines of text still show."""
    lines = text.splitlines()
    grids = list(_tab_grids(lines))
    origin = {number: rows for number, (_, rows) in enumerate(grids)}
    found = scan_grids([table for table, _ in grids], form,
                       lambda number, cell: f"line {origin[number][cell.row] + 1} cell {cell.col + 1}")
    stream = _Stream(form, list(_of_lines(lines)))
    other = PrintedTables(stream.proactive(), stream.requests(), stream.review())
    return PrintedTables(*(grid if len(grid) >= len(rest) else rest for grid, rest in (
        (found.proactive, other.proactive), (found.requests, other.requests),
        (found.review_litigation, other.review_litigation))))


def _tab_grids(lines: Sequence[str]) -> Iterator[tuple[Table, list[int]]]:
    """Lines with tabs in them, and single short lines between such (a head over the whole width, a row left blank)."""
    run: list[tuple[int, list[str]]] = []
    between: list[tuple[int, list[str]]] = []
    for number, line in enumerate([*lines, *[""] * 4]):  # far enough behind the last line to end its run
        if "\t" in line.strip(" \t") or line.count("\t") >= 2:
            run += [*(between if run else ()), (number, line.split("\t")[:_GRID_WIDTH])]
            between = []
            if len(run) < _GRID_ROWS:
                continue
        elif run and len(line) <= _PROSE and len(between) <= 1 and number - run[-1][0] <= 3:
            between += [(number, [line.strip()])] if line.strip() else []
            continue
        if run:
            yield _grid([cells for _, cells in run]), [number for number, _ in run]
            run, between = [], []


def _grid(rows: Sequence[Sequence[str]]) -> Table:
    width = max(len(row) for row in rows)
    cells = tuple(Cell(row[col].strip() if col < len(row) else "", number, col)
                  for number, row in enumerate(rows) for col in range(width))
    return Table(cells, len(rows), width)


def pieces_of(text: str) -> Iterator[Piece]:
    """What stands between the separators of flattened text, in reading order."""
    return _of_lines(text.splitlines())


def _of_lines(lines: Sequence[str]) -> Iterator[Piece]:
    for number, line in enumerate(lines):
        if PAGE_NUMBER.match(line):
            continue
        if "|" in line:
            if line.strip("| \t") and _RULE.match(line) and "-" in line:
                continue
            yield from (_piece(cell, number) for cell in _barred(line))
        elif line.strip():
            yield from _spaced(line.strip(), number)
        elif "\t" in line:
            yield Piece("value", "", number)
        else:
            yield Piece("gap", "", number)


def _barred(line: str) -> list[str]:
    """The cells of a line with bars. A line of nothing but bars is that many empty cells."""
    cells = line.strip().split("|")
    if not line.strip("| \t\u3000"):
        return [""] * (len(cells) - 1)
    return cells[1 if not cells[0].strip() else 0:len(cells) - 1 if not cells[-1].strip() else len(cells)]


def _spaced(line: str, number: int) -> Iterator[Piece]:
    words = _AMOUNT_UNIT.sub("", line).split()
    if len(line) > 2 * _PROSE or (looks_like_value(line) and not all(map(looks_like_value, words))):
        yield _piece(line, number)
        return
    start = len(words)
    while start and looks_like_value(words[start - 1]):
        start -= 1
    if start:
        yield Piece("text", " ".join(words[:start]), number)
    yield from (Piece("value", word, number) for word in words[start:])


def _piece(text: str, number: int) -> Piece:
    return Piece("value" if looks_like_value(text) else "text", text.strip(), number)


class _Stream:
    """The pieces of a text cut into the three tables by the first words of each."""

    def __init__(self, form: Form, pieces: list[Piece]) -> None:
        self.form, self.pieces = form, pieces
        self.tables = form.tables
        self.row_labels = self.tables["requests"].row_labels
        self.request_start = self._first(lambda p: self._is_row(p, "new_received"), 0)
        self.review_anchors = self.tables["review_litigation"].anchors

    def proactive(self) -> list[PrintedRow]:
        table = self.tables["proactive"]
        blocks = {key for block in table.blocks for key in block.label.keys}
        start = self._first(lambda p: p.kind == "text" and len(p.text) <= _PROSE and (
            label_key(p.text) in blocks or any(anchor in label_key(p.text) for anchor in table.anchors)), 0)
        if start is None:
            return []
        others = self.tables["requests"].anchors
        stop = self._first(lambda p: self._is_row(p, "new_received") or label_key(p.text) in others
                           or len(p.text) > _PROSE, start)
        labels = table.row_labels
        columns = table.column_labels
        rows: list[PrintedRow] = []
        heads: list[str | None] = []
        units: dict[str, str] = {}
        torn = owned = False
        pieces = self.pieces[start:stop]
        for index, piece in enumerate(pieces):
            if piece.kind != "text":
                torn = torn or (not owned and bool(piece.text))
                continue
            if any(anchor in label_key(piece.text) for anchor in table.anchors):
                heads, units = [], {}
            head = find_label(piece.text, columns)
            if head:
                heads.append(head.key)
                if unit := head_unit(piece.text):
                    units[head.key] = unit
            label = find_label(piece.text, labels)
            owned = label is not None
            if label:
                own = table.block_of(label.key).columns
                rows.append(self._row((piece.text,), pieces[index + 1:index + _RUN], own, tuple(heads), units))
        return [replace(row, torn=torn) for row in rows if row.readings]

    def requests(self) -> list[PrintedRow]:
        table, start = self.tables["requests"], self.request_start
        if start is None:
            return []
        stop = self._first(lambda p: len(p.text) > _PROSE or label_key(p.text) in self.review_anchors
                           or label_key(p.text).startswith(tuple(self.review_anchors)), start)
        pieces = self.pieces[start:stop]
        rows: list[PrintedRow] = []
        words: list[Piece] = []
        index = 0
        while index < len(pieces):
            if pieces[index].kind == "text":
                words.append(pieces[index])
                index += 1
                continue
            row = self._row(tuple(p.text for p in words), pieces[index:index + _RUN], table.columns, (), {})
            first = next((p for p in pieces[index:index + _RUN] if p.kind != "gap"), None)
            if row.readings:
                rows.append(replace(row, near=bool(words) and first is not None and words[-1].row == first.row))
                words = []
            while index < len(pieces) and pieces[index].kind != "text":
                index += 1
        return _one_line_rows(rows, len(table.columns))

    def review(self) -> list[PrintedRow]:
        table = self.tables["review_litigation"]
        leaves = [column.label for column in table.blocks[0].columns[:4]]
        start = self._first(lambda p: p.kind == "text" and (
            label_key(p.text) in self.review_anchors or find_label(p.text, leaves) is not None
            or label_key(p.text) == "".join(self.review_anchors)), self.request_start or 0)
        if start is None:
            return []
        columns = [column for block in table.blocks for column in block.columns]
        for index in range(start, len(self.pieces)):
            if len(self.pieces[index].text) > _PROSE:
                break
            row = self._row((), self.pieces[index + 1:index + 4 * len(columns)], columns, (), {})
            if any(len(slots) >= len(columns) for slots in row.readings) and any(not s.blank for s in row.slots):
                return [row]
        return []

    def _row(self, labels: tuple[str, ...], after: Sequence[Piece], columns: Sequence[object],
             order: tuple[str | None, ...], units: dict[str, str]) -> PrintedRow:
        """The figures up to the next words, in every way the empty lines between them can be meant."""
        run: list[Piece] = []
        for piece in after:
            if piece.kind == "text":
                break
            run.append(piece)
        size = len(columns)
        plain = tuple(_slot(p) for p in run if p.kind == "value")
        before_gap: list[Slot] = []
        for piece in run:
            if piece.kind == "gap" and before_gap:
                break
            if piece.kind == "value":
                before_gap.append(_slot(piece))
        readings = [tuple(before_gap)] if len(before_gap) == size else []
        readings += [plain] if plain else []
        spaced = _gaps_as_cells(run)
        if len(plain) < size <= len(spaced) and all(slot.blank for slot in spaced[size:]):
            readings.insert(0, spaced[:size])
        where = f"line {run[0].row + 1}" if run else ""
        return PrintedRow(labels, tuple(readings), where, order, {}, units)

    def _is_row(self, piece: Piece, key: str) -> bool:
        found = find_label(piece.text, self.row_labels) if piece.kind == "text" and len(piece.text) <= _PROSE else None
        return found is not None and found.key == key

    def _first(self, test: object, start: int) -> int | None:
        return next((i for i in range(start, len(self.pieces)) if test(self.pieces[i])), None)  # type: ignore[operator]


def _slot(piece: Piece) -> Slot:
    return Slot(piece.text, f"line {piece.row + 1}")


def _gaps_as_cells(run: Sequence[Piece]) -> tuple[Slot, ...]:
    """Where every cell is followed by an empty line, an empty cell leaves one more."""
    slots: list[Slot] = []
    gaps = 0
    for piece in run:
        if piece.kind == "gap":
            gaps += 1
            if gaps > 1:
                slots.append(Slot("", f"line {piece.row + 1}"))
        else:
            slots.append(_slot(piece))
            gaps = 0
    return tuple(slots)


def _one_line_rows(rows: list[PrintedRow], size: int) -> list[PrintedRow]:
    """A run of figures as long as several rows is that many rows whose labels stand elsewhere."""
    out: list[PrintedRow] = []
    for row in rows:
        slots = tuple(slot for slot in row.slots)
        if len(slots) > size and len(slots) % size == 0 and not any(slot.blank for slot in slots):
            parts = [slots[i:i + size] for i in range(0, len(slots), size)]
            out += [PrintedRow(row.labels if not i else (), (part,), part[0].where, near=False)
                    for i, part in enumerate(parts)]
        else:
            out.append(row)
    return out
