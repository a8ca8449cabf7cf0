"""The one table maker: printed cells with spans in, a clean `Table` out, whatever the format.

Spans are clamped and cells capped (``colspan=100000000`` costs nothing), positions nobody starts a cell at are
dropped, and a table cut by a page break is put together again.
"""

import re
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from gongkai.document import Cell, Table

MAX_COLS = 500
MAX_ROWS = 5_000
MAX_POSITIONS = 200_000


class Span(NamedTuple):
    """A cell as its row lists it. `skip` positions are left empty before it (Word's gridBefore)."""

    text: str
    rowspan: int = 1
    colspan: int = 1
    skip: int = 0


@dataclass(frozen=True)
class Grid:
    """A made table and whether cells were left out because it was too large."""

    table: Table
    cut: bool = False


def expand(rows: Sequence[Sequence[Span]], page: int | None = None) -> Grid:
    """Place each row's cells left to right into the first free positions, as a browser does."""
    cut = len(rows) > MAX_ROWS
    rows = rows[:MAX_ROWS]
    taken: dict[int, int] = {}  # column → first row that is free again
    cells: list[Cell] = []
    used = 0
    for r, row in enumerate(rows):
        col = 0
        for span in row:
            col += min(span.skip, MAX_COLS)
            while taken.get(col, 0) > r:
                col += 1
            if col >= MAX_COLS or used >= MAX_POSITIONS:
                cut = True
                break
            if span.rowspan == span.colspan == 1:  # nearly all are
                height = width = 1
                taken[col] = r + 1
            else:
                height = max(1, min(span.rowspan, len(rows) - r))
                width = max(1, min(span.colspan, MAX_COLS - col))
                width = next((i for i in range(1, width) if taken.get(col + i, 0) > r), width)
                for c in range(col, col + width):
                    taken[c] = r + height
            cells.append(Cell(span.text, r, col, height, width))
            used += height * width
            col += width
    return Grid(compact(cells, page), cut)


def compact(cells: Sequence[Cell], page: int | None = None) -> Table:
    """A table without the rows and columns no cell starts at: empty ``<tr>``s and the slivers of uneven spans."""
    rows = {row: i for i, row in enumerate(sorted({cell.row for cell in cells}))}
    cols = {col: i for i, col in enumerate(sorted({cell.col for cell in cells}))}

    def length(places: dict[int, int], start: int, span: int) -> int:
        if span == 1:
            return 1
        return sum(1 for place in places if start <= place < start + span)

    # Mostly each row and column has a cell that starts there, and what spans none stays as it was made.
    whole = len(rows) == max(rows, default=-1) + 1 and len(cols) == max(cols, default=-1) + 1
    made = [cell if whole and cell.rowspan == cell.colspan == 1 else
            Cell(cell.text, rows[cell.row], cols[cell.col], length(rows, cell.row, cell.rowspan),
                 length(cols, cell.col, cell.colspan)) for cell in cells]
    made.sort(key=lambda cell: (cell.row, cell.col))
    return Table(tuple(made), len(rows), len(cols), page)


@dataclass(frozen=True)
class Box:
    """A ruled cell on a page, in points; `full` says its last line of text runs to the right rule (it may go on)."""

    text: str
    x0: float
    top: float
    x1: float
    bottom: float
    full: bool = False


_TOLERANCE_PT = 4.0
_NUMBER = re.compile(r"[-+－＋]?[\d,，.]+\s*(?:万?元|[件条项次])?")
_NEW_ROW = re.compile(
    r"[（(]?[一二三四五六七八九十\d]{1,3}[)）]?[、.．，]|[（(][一二三四五六七八九十\d]{1,2}[)）]|第.{1,5}条|其中[:：]"
)


def rule(boxes: Sequence[Box], page: int | None = None) -> Table:
    """A table from cell boxes: rows and columns are the distinct rules their edges lie on."""
    xs = _edges([v for box in boxes for v in (box.x0, box.x1)])
    ys = _edges([v for box in boxes for v in (box.top, box.bottom)])
    cells = []
    for box in boxes:
        left, right, top, bottom = _at(xs, box.x0), _at(xs, box.x1), _at(ys, box.top), _at(ys, box.bottom)
        if right > left and bottom > top:
            cells.append(Cell(box.text, top, left, bottom - top, right - left))
    return compact(cells, page)


def follows(upper: Sequence[Box], lower: Sequence[Box]) -> bool:
    """Whether the boxes at the head of a page go on with the table at the foot of the page before: same outer rules,
    and the narrower set of column rules part of the other (a merged label may hide some)."""
    above, below = _edges([v for b in upper for v in (b.x0, b.x1)]), _edges([v for b in lower for v in (b.x0, b.x1)])
    if abs(above[0] - below[0]) > 2 * _TOLERANCE_PT or abs(above[-1] - below[-1]) > 2 * _TOLERANCE_PT:
        return False
    few, many = sorted((above, below), key=len)
    return all(any(abs(x - y) <= _TOLERANCE_PT for y in many) for x in few)


def stitch(upper: Sequence[Box], lower: Sequence[Box]) -> list[Box]:
    """One set of boxes for a table and its continuation. A head row printed again is dropped, the tail of a row the
    break cut goes back into its row, and a label that spans the break is one cell again."""
    floor = max(box.bottom for box in upper)
    shift = floor - min(box.top for box in lower)
    moved = [replace(box, top=box.top + shift, bottom=box.bottom + shift) for box in lower]
    moved = _without_repeated_head(upper, moved, floor)
    above, below = _touching(upper, floor), _touching(moved, floor, head=True)
    if _is_tail(above, below):
        return _merge_row([*upper], above, moved, below)
    return _merge_tall([*upper], above, moved, below)


def _without_repeated_head(upper: Sequence[Box], lower: list[Box], floor: float) -> list[Box]:
    """A head is the rows at the top that are printed again as they were, up to the first that is not; it has no figures
    (noughts further down stand where noughts stood by chance), and something stands below it."""
    head = min(box.top for box in upper)

    def is_again(box: Box) -> bool:
        return not _NUMBER.fullmatch(box.text) and any(
            box.text == first.text and _near(box.x0, first.x0) and _near(box.x1, first.x1)
            and _near(box.top - floor, first.top - head) for first in upper)

    own = min((box.top for box in lower if not is_again(box)), default=None)
    again = [box for box in lower if own is None or box.top < own - _TOLERANCE_PT]
    if own is None or not any(box.text for box in again):
        return lower
    depth = max(box.bottom for box in again)
    if depth > own + _TOLERANCE_PT:
        return lower
    return [replace(box, top=box.top - (depth - floor), bottom=box.bottom - (depth - floor))
            for box in lower if box not in again]


def _touching(boxes: Sequence[Box], line: float, head: bool = False) -> list[Box]:
    return [box for box in boxes if abs((box.top if head else box.bottom) - line) <= _TOLERANCE_PT]


def _over(box: Box, above: Sequence[Box]) -> Box | None:
    return next((up for up in above if _near(up.x0, box.x0) and _near(up.x1, box.x1)), None)


def _near(one: float, other: float) -> bool:
    return abs(one - other) <= _TOLERANCE_PT


def _is_tail(above: Sequence[Box], below: Sequence[Box]) -> bool:
    """Whether the first row below is the rest of the last row above: no cell of it begins a row, some label above
    ran to its right rule, and no column has a figure on both sides. Labels of several rows say nothing about it."""
    row = min((box.bottom for box in below), default=0.0) + _TOLERANCE_PT
    filled = [box for box in below if box.text and box.bottom <= row]
    pairs = [(box, _over(box, above)) for box in filled]
    if not pairs or any(up is None or _NEW_ROW.match(box.text) for box, up in pairs):
        return False
    if not any(up and up.full and up.text and not _NUMBER.fullmatch(box.text) for box, up in pairs):
        return False
    return not any(up and up.text and (_NUMBER.fullmatch(box.text) or _NUMBER.fullmatch(up.text)) for box, up in pairs)


def _merge_row(upper: list[Box], above: Sequence[Box], lower: list[Box], below: Sequence[Box]) -> list[Box]:
    """Give the tail's text to the row above; a label that goes on below the tail grows over it."""
    depth = min(box.bottom for box in below)
    for up in above:
        upper[upper.index(up)] = replace(up, bottom=depth)
    grown = [replace(up, bottom=depth) for up in above]
    joined = []
    for box in below:
        over = _over(box, grown)
        if over is not None and (box.bottom <= depth + _TOLERANCE_PT or _one_label(over, box)):
            upper[upper.index(over)] = replace(over, text=over.text + box.text, bottom=box.bottom)
            joined.append(box)
    return upper + [box for box in lower if box not in joined]


def _merge_tall(upper: list[Box], above: Sequence[Box], lower: list[Box], below: Sequence[Box]) -> list[Box]:
    """Join the halves of labels that span rows on both sides of the break."""
    row_above, row_below = max(box.top for box in above), min(box.bottom for box in below)
    joined = []
    for box in below:
        up = _over(box, above)
        if up is None or not (box.bottom > row_below + _TOLERANCE_PT or up.top < row_above - _TOLERANCE_PT):
            continue
        if _one_label(up, box):
            upper[upper.index(up)] = replace(up, text=up.text + box.text, bottom=box.bottom)
            joined.append(box)
    return upper + [box for box in lower if box not in joined]


def _one_label(up: Box, box: Box) -> bool:
    """Whether two halves of a tall cell are one: the text stands in one of them, or goes on without a new number."""
    if _NUMBER.fullmatch(box.text) or _NUMBER.fullmatch(up.text):
        return False
    return not up.text or not box.text or not _NEW_ROW.match(box.text)


def _edges(values: list[float]) -> list[float]:
    edges: list[float] = []
    for value in sorted(values):
        if not edges or value - edges[-1] > _TOLERANCE_PT:
            edges.append(value)
    return edges


def _at(edges: list[float], value: float) -> int:
    """The place of the nearest edge."""
    after = bisect_left(edges, value)
    if after == len(edges) or (after and value - edges[after - 1] <= edges[after] - value):
        return after - 1
    return after
