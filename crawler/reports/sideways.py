"""Statutory tables printed on their side: heads down the left edge, or the fifteen figures as three lines of five."""

from collections.abc import Sequence

from crawler.reports.forms import Form
from crawler.reports.grids import Where, review_key, scan_grids, table_place
from crawler.reports.printing import PrintedRow, PrintedTables, Slot
from crawler.reports.values import looks_like_value
from gongkai.document import Cell, Table

_FEWEST = 4  # rows and columns a table must have to be worth turning
_MOST = 60  # and may have: no statutory table is longer either way


def scan_sideways(tables: Sequence[Table], form: Form) -> PrintedTables:
    """What the tables hold when rows are taken for columns. Places are named as they are printed."""
    small = [(number, table) for number, table in enumerate(tables) if max(table.rows, table.cols) <= _MOST]
    wide = [(number, table) for number, table in small if min(table.rows, table.cols) >= _FEWEST]
    found = scan_grids([turned(table) for _, table in wide], form, lambda number, cell: table_place(
        wide[number][0], Cell(cell.text, cell.col, cell.row)))
    whole = [row for number, table in small if (row := _by_heads(number, table, form, table_place))]
    found.review_litigation = whole or found.review_litigation
    return found


def turned(table: Table) -> Table:
    cells = sorted((Cell(c.text, c.col, c.row, c.colspan, c.rowspan) for c in table.cells),
                   key=lambda cell: (cell.row, cell.col))
    return Table(tuple(cells), table.cols, table.rows, table.page)


def _by_heads(number: int, table: Table, form: Form, where: Where) -> PrintedRow | None:
    """The fifteen figures, each told by all the words left of it and above it; None unless all are there once."""
    blocks = form.tables["review_litigation"].blocks
    grid = table.grid()
    found: dict[str, Slot] = {}
    for cell in table.cells:
        if not looks_like_value(cell.text):
            continue
        left = _words(grid[cell.row][:cell.col])
        key = review_key(blocks, [*left, *_words([line[cell.col] for line in grid[:cell.row]])])
        if key is not None and (left or not cell.text.strip()):
            if key in found:
                return None
            found[key] = Slot(cell.text, where(number, cell))
    keys = [f"{block.key}_{column.key}" for block in blocks for column in block.columns]
    if any(key not in found for key in keys) or all(slot.blank for slot in found.values()):
        return None
    return PrintedRow((), (tuple(found[key] for key in keys),), found[keys[0]].where, tuple(keys))


def _words(cells: Sequence[Cell | None]) -> list[str]:
    """Head texts, outermost first, each once."""
    kept = {id(cell): cell.text for cell in cells if cell is not None and not looks_like_value(cell.text)}
    return list(kept.values())
