"""Text in which tables are paragraphs that end with cell and row marks (Word's own way: DOC and RTF), made into blocks.

A row mark brings the edges of its cells in twips; rows of one table need not share them. Columns are the distinct edges
of all rows.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from crawler.normalise.grid import MAX_COLS, MAX_POSITIONS, MAX_ROWS, compact
from crawler.normalise.reading import MAX_BLOCKS, REAL_COLUMNS, REAL_ROWS, clean, paragraph
from gongkai.document import Block, Cell

_SLIVER_TWIPS = 60
_MAX_LEVEL = 12


@dataclass(frozen=True)
class Edges:
    """Where a cell stands in its row; `joins_left` and `joins_above` say it goes on with the cell there."""

    left: int
    right: int
    joins_left: bool = False
    joins_above: bool = False


_Content = list[Block]


@dataclass
class _Level:
    """A table under way, or the text itself (level 0): what its present cell holds, the cells of its present row, and
    the rows it has."""

    content: _Content = field(default_factory=list)
    cells: list[_Content] = field(default_factory=list)
    rows: list[tuple[list[_Content], list[Edges]]] = field(default_factory=list)


class RowMarks:
    """Takes marks in the order of the text and gives `blocks`. `level` is how deep in tables a mark stands."""

    def __init__(self) -> None:
        self._levels = [_Level()]
        self.warnings: list[str] = []
        self._used = 0

    def paragraph(self, level: int, text: str) -> None:
        level = self._reach(level)
        for raw in text.split("\n"):
            line = clean(raw)
            if not line and level == 0 and len(self._levels) == 1:
                continue
            if line:
                self._add(level, paragraph(line))

    def cell(self, level: int, text: str) -> None:
        level = self._reach(max(level, 1))
        self.paragraph(level, text)
        table = self._levels[level]
        if self._used >= MAX_POSITIONS or len(table.cells) >= MAX_COLS:
            self._warn("text cut: too many cells")
            table.content = []
            return
        self._used += 1
        table.cells.append(table.content)
        table.content = []

    def row(self, level: int, edges: Sequence[Edges]) -> None:
        level = self._reach(max(level, 1))
        table = self._levels[level]
        if table.content:  # text between the last cell mark and the row mark: the cell mark is lost
            self._warn("a cell without its mark: a table may be damaged")
            table.cells.append(table.content)
            table.content = []
        if len(table.cells) != len(edges):
            if table.cells:
                self._warn(f"a row of {len(table.cells)} cells with {len(edges)} edges: a table may be damaged")
            edges = _fitted(edges, len(table.cells))
        if table.cells and len(table.rows) < MAX_ROWS:
            table.rows.append((table.cells, list(edges)))
        table.cells = []

    def end_table(self) -> None:
        """The next row begins another table although no text stands between."""
        self._reach(0)

    def blocks(self) -> list[Block]:
        self._reach(0)
        return self._levels[0].content

    def _reach(self, level: int) -> int:
        level = min(level, _MAX_LEVEL)
        while len(self._levels) <= level:
            self._levels.append(_Level())
        while len(self._levels) > level + 1:
            self._close(self._levels.pop())
        return level

    def _close(self, table: _Level) -> None:
        if table.cells or table.content:
            self._warn("a row without its mark: a table may be damaged")
            table.cells += [table.content] if table.content else []
            table.rows.append((table.cells, _fitted((), len(table.cells))))
        level = len(self._levels) - 1
        if _is_layout(table.rows):
            for block in (block for cells, _ in table.rows for content in cells for block in content):
                self._add(level, block)
        elif any(content for cells, _ in table.rows for content in cells):
            self._add(level, Block("table", table=compact(_placed(table.rows))))

    def _add(self, level: int, block: Block) -> None:
        if len(self._levels[0].content) >= MAX_BLOCKS:
            self._warn("text cut: too many paragraphs")
            return
        self._levels[level].content.append(block)

    def _warn(self, warning: str) -> None:
        if warning not in self.warnings and len(self.warnings) < 20:
            self.warnings.append(warning)


def _is_layout(rows: list[tuple[list[_Content], list[Edges]]]) -> bool:
    """Whether the table only puts the text in place: it has one column, or holds a real table."""
    if all(len(cells) <= 1 for cells, _ in rows):
        return True
    inner = [block.table for cells, _ in rows for content in cells for block in content if block.table is not None]
    return any(table.rows >= REAL_ROWS and table.cols >= REAL_COLUMNS for table in inner)


def _fitted(edges: Sequence[Edges], count: int) -> list[Edges]:
    """As many edges as there are cells: those beyond are of a cell's usual width."""
    fitted = list(edges[:count])
    while len(fitted) < count:
        at = fitted[-1].right if fitted else 0
        fitted.append(Edges(at, at + 1_000))
    return fitted


def _placed(rows: list[tuple[list[_Content], list[Edges]]]) -> list[Cell]:
    places: list[int] = []
    for value in sorted({value for _, edges in rows for edge in edges for value in (edge.left, edge.right)}):
        if not places or value - places[-1] >= _SLIVER_TWIPS:
            places.append(value)
    columns = {value: _nearest(places, value) for _, edges in rows for edge in edges
               for value in (edge.left, edge.right)}
    cells: list[Cell] = []
    above: dict[tuple[int, int], int] = {}  # columns from, to → the cell of the row before that stands there
    for r, (contents, edges) in enumerate(rows):
        here: dict[tuple[int, int], int] = {}
        for left, right, text, joins in _merged(contents, edges, columns):
            upper = above.get((left, right))
            if joins and upper is not None:
                old = cells[upper]
                cells[upper] = Cell("\n".join(filter(None, (old.text, text))), old.row, left, r - old.row + 1,
                                    right - left)
                here[left, right] = upper
            else:
                here[left, right] = len(cells)
                cells.append(Cell(text, r, left, 1, right - left))
        above = here
    return cells


def _merged(contents: list[_Content], edges: list[Edges],
            columns: dict[int, int]) -> list[tuple[int, int, str, bool]]:
    """Cells of a row as (from column, to column, text, joins above); slivers go with their neighbour."""
    row: list[tuple[int, int, str, bool]] = []
    for content, edge in zip(contents, edges, strict=True):
        left, right, text = columns[edge.left], columns[edge.right], _text(content)
        if row and (edge.joins_left or right <= left):
            first, last, words, joins = row[-1]
            row[-1] = (first, max(last, right), "\n".join(filter(None, (words, text))), joins)
        elif right > left:
            row.append((max(left, row[-1][1] if row else 0), right, text, edge.joins_above))
        elif text:
            row.append((left, left + 1, text, edge.joins_above))
    return [cell for cell in row if cell[1] > cell[0]]


def _text(content: _Content) -> str:
    return "\n".join(block.table.text() if block.table is not None else block.text for block in content)


def _nearest(places: list[int], value: int) -> int:
    low, high = 0, len(places)
    while low < high:
        middle = (low + high) // 2
        if places[middle] <= value:
            low = middle + 1
        else:
            high = middle
    return max(low - 1, 0)
