"""Tables as grids → printed rows, row by row: a table cut in five, or glued to its neighbour, reads the same."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from crawler.reports.forms import Block, Form
from crawler.reports.labels import find_label, label_key
from crawler.reports.printing import PrintedRow, PrintedTables, Slot
from crawler.reports.values import head_unit, looks_like_value
from gongkai.document import Cell, Table

Where = Callable[[int, Cell], str]
_PROACTIVE_WIDTH = 8  # twice what any block has
_REQUEST_HEADS = 5  # of the seven heads these tell: 其他 and 总计 stand elsewhere too


def table_place(number: int, cell: Cell) -> str:
    return f"table {number + 1} row {cell.row + 1} col {cell.col + 1}"


def scan_grids(tables: Sequence[Table], form: Form, where: Where = table_place) -> PrintedTables:
    """Every row of every grid that belongs to one of the form's tables."""
    scan = _Scan(form, where)
    for number, table in enumerate(tables):
        scan.table(number, table)
    return scan.found


@dataclass
class _Heads:
    """What the head rows above say: column by column for the one-line tables, path by path for the fifteen figures."""

    columns: list[tuple[str | None, Cell]] = field(default_factory=list)
    last_row: int = -9

    def add(self, row: int, found: list[tuple[str | None, Cell]]) -> None:
        if row > self.last_row + 1:
            self.columns = []
        known = {id(cell) for _, cell in self.columns}
        self.columns += [(key, cell) for key, cell in found if id(cell) not in known]
        self.columns.sort(key=lambda head: head[1].col)
        self.last_row = row

    @property
    def order(self) -> tuple[str | None, ...]:
        return tuple(key for key, _ in self.columns)


class _Scan:
    def __init__(self, form: Form, where: Where) -> None:
        self.form, self.where, self.found = form, where, PrintedTables()
        self.proactive, self.requests = form.tables["proactive"], form.tables["requests"]
        self.review = form.tables["review_litigation"]
        self.proactive_heads, self.request_heads = _Heads(), _Heads()
        self.review_paths: dict[int, list[str]] | None = None
        self.review_rows: list[int] = []
        self.in_requests = False

    def table(self, number: int, table: Table) -> None:
        for heads in (self.proactive_heads, self.request_heads):
            heads.last_row = -9
        self.review_rows = []
        grid = table.grid()
        for row, covered in enumerate(grid):
            cells = list({id(cell): cell for cell in covered if cell is not None}.values())
            if any(looks_like_value(cell.text) and cell.text.strip() for cell in cells):  # no head has a figure
                self._figures(number, row, cells)
            elif self._review_head(cells):
                self.review_rows.append(row)
                self.review_paths = _paths(grid, self.review_rows)
                self.in_requests = False
            elif self._request_head(row, cells):
                self.in_requests, self.review_paths = True, None
            elif self._proactive_head(row, cells):
                self.in_requests = False
            else:
                self._figures(number, row, cells)

    def _figures(self, number: int, row: int, cells: Sequence[Cell]) -> None:
        if not (self._review_row(number, row, cells) or self._request_row(number, row, cells)):
            self._proactive_row(number, row, cells)

    def _request_head(self, row: int, cells: Sequence[Cell]) -> bool:
        columns = self.requests.columns
        named = [(find_label(cell.text, self.requests.column_labels), cell) for cell in cells]
        keys = {label.key for label, _ in named if label} & {c.key for c in columns[:_REQUEST_HEADS]}
        if not keys:
            return False
        totals = {label.key for label, _ in named if label}
        found: list[tuple[str | None, Cell]] = []
        for label, cell in named:
            key = label_key(cell.text)
            if label:
                found.append((label.key, cell))
            elif key in self.requests.extra:
                found.append(("total" if key == "合计" and "total" not in totals and cell is cells[-1] else None, cell))
        self.request_heads.add(row, found)
        return True

    def _proactive_head(self, row: int, cells: Sequence[Cell]) -> bool:
        labels = self.proactive.column_labels
        named = [(find_label(cell.text, labels), cell) for cell in cells if cell.text.strip()]
        corner = [cell for cell in cells if label_key(cell.text) in self.proactive.anchors]
        if not corner and not any(label for label, _ in named):
            return False
        start = corner[0].col if corner else -1
        self.proactive_heads.last_row = -9
        self.proactive_heads.add(row, [(label.key if label else None, cell) for label, cell in named
                                       if cell.col > start and (label or corner)])
        return True

    def _review_head(self, cells: Sequence[Cell]) -> bool:
        texts = [cell for cell in cells if cell.text.strip()]
        if not texts:
            return False
        heads = [column.label for column in self.review.blocks[0].columns[:4]]
        parts = [block.label for block in self.review.blocks]
        leaves = sum(find_label(cell.text, heads) is not None for cell in texts)
        blocks = sum(find_label(cell.text, parts) is not None or label_key(cell.text) in self.review.anchors
                     for cell in texts)
        return leaves >= 3 or blocks >= 2 or (blocks == 1 and len(texts) <= 2 and len(cells) <= 3)

    def _review_row(self, number: int, row: int, cells: Sequence[Cell]) -> bool:
        if self.review_paths is None:
            return False
        texts = [cell for cell in cells if cell.text.strip()]
        lead = next((index for index, cell in enumerate(cells) if looks_like_value(cell.text)), None)
        if lead is None or lead > 1 or not all(looks_like_value(cell.text) for cell in cells[lead:]):
            if texts and any(find_label(cell.text, self.proactive.row_labels + self.requests.row_labels)
                             for cell in texts):
                self.review_paths = None
            return False
        values = list(cells[lead:])
        if len(values) < len(self.review.blocks[0].columns):
            return False
        self.review_rows = []
        slots = self._slots(number, values)
        order = tuple(review_key(self.review.blocks, self.review_paths.get(cell.col, [])) for cell in values)
        self.found.review_litigation.append(PrintedRow((), (slots,), slots[0].where, order))
        return True

    def _request_row(self, number: int, row: int, cells: Sequence[Cell]) -> bool:
        heads = self.request_heads
        natural = next((cell.col for key, cell in heads.columns if key == "natural_person"), None)
        labels = self.requests.row_labels
        named = [cell for cell in cells if not looks_like_value(cell.text) and find_label(cell.text, labels)]
        if natural is None and not named:
            return False
        size = len(self.requests.columns)
        edge = max((cell.col for cell in named), default=-1)
        right = [cell for cell in cells if (cell.col > edge if named else cell.col >= (natural or 0))]
        while natural is not None and len(right) > max(size, len(heads.columns)) and right[0].col < natural \
                and not right[0].text.strip():
            right.pop(0)
        edges = [cell.col + cell.colspan for key, cell in heads.columns if key == "total"]
        right = [cell for cell in right if not edges or cell.col < edges[0] or cell.text.strip()]
        figures = [cell for cell in right if looks_like_value(cell.text)]
        if len(right) < size - 1 or len(figures) < size - 1 or (not named and not any(c.text.strip() for c in figures)):
            return False
        if not named and not (self.in_requests and len(figures) == len(right)):
            return False
        left = [cell for cell in cells if cell.col < right[0].col]
        slots = self._slots(number, right)
        under = _under(heads.columns, right, slots)
        words = tuple(cell.text for cell in left if cell.text.strip())
        self.found.requests.append(PrintedRow(words, (slots,), slots[0].where, heads.order, under,
                                              aligned=natural is not None))
        return True

    def _proactive_row(self, number: int, row: int, cells: Sequence[Cell]) -> bool:
        labels = self.proactive.row_labels
        named = [index for index, cell in enumerate(cells) if find_label(cell.text, labels)]
        if not named or named[-1] + 1 >= len(cells):
            return False
        heads = self.proactive_heads.columns
        edge = max((head.col + head.colspan for _, head in heads), default=0)
        right = [cell for cell in cells[named[-1] + 1:] if not edge or cell.col < edge or cell.text.strip()]
        if not right or len(right) > _PROACTIVE_WIDTH:
            return False
        slots = self._slots(number, right)
        under = _under(heads, right, slots)
        units = {key: unit for key, head in heads if key and (unit := head_unit(head.text))}
        self.found.proactive.append(PrintedRow((cells[named[-1]].text,), (slots,), slots[0].where,
                                               self.proactive_heads.order, under, units, aligned=True))
        return True

    def _slots(self, number: int, cells: Sequence[Cell]) -> tuple[Slot, ...]:
        return tuple(Slot(cell.text, self.where(number, cell)) for cell in cells)


def _under(heads: Sequence[tuple[str | None, Cell]], cells: Sequence[Cell], slots: Sequence[Slot]) -> dict[str, Slot]:
    """The slots by the head they stand under; `slots` are those of the cells."""
    return {key: slot for key, head in heads if key for cell, slot in zip(cells, slots, strict=True)
            if cell.col <= head.col < cell.col + cell.colspan}


def _paths(grid: Sequence[Sequence[Cell | None]], rows: Sequence[int]) -> dict[int, list[str]]:
    """The head texts standing above each column, outermost first."""
    paths: dict[int, list[str]] = {}
    for row in rows:
        for col, cell in enumerate(grid[row]):
            if cell is not None and cell.text.strip():
                paths.setdefault(col, []).append(cell.text)
    return paths


def review_key(blocks: Sequence[Block], path: Sequence[str]) -> str | None:
    if not path:
        return None
    leaves = [column.label for column in blocks[0].columns]
    leaf = next((label for text in reversed(path) if (label := find_label(text, leaves))), None)
    named = [label.key for text in path if (label := find_label(text, [b.label for b in blocks]))]
    if leaf is None:
        return None
    litigation = any(label_key(text) == "行政诉讼" for text in path)
    block = named[-1] if named and not (litigation and named[-1] == "review") else None if litigation else "review"
    return f"{block}_{leaf.key}" if block else None
