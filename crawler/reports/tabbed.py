"""Lines parted by tabs in which merged cells take other room than in the grid → printed rows, counted from the label.

Where each line keeps its own cells only, a row of the table begins one, two or three tabs from the left and no head
stands above its figures. Its figures follow its last label: as many as the form has columns, the blank ones too; where
tabs at a line's end were lost, or stand double, the row's own sum says which are which, or nothing does.
"""

from collections.abc import Sequence

from crawler.reports.forms import Form
from crawler.reports.labels import find_label, label_key
from crawler.reports.printing import PrintedRow, PrintedTables, Slot
from crawler.reports.values import looks_like_value

_MOST_CELLS = 60


def scan_tabbed(text: str, form: Form) -> PrintedTables:
    """Rows of the request table and of the fifteen figures that stand in one line each."""
    found = PrintedTables()
    requests, review = form.tables["requests"], form.tables["review_litigation"]
    columns, leaves = len(requests.columns), sum(len(block.columns) for block in review.blocks)
    inside = False
    for number, line in enumerate(text.splitlines()):
        cells = [cell.strip() for cell in line.split("\t")][:_MOST_CELLS]
        words = [at for at, cell in enumerate(cells) if not looks_like_value(cell)]
        labels = [label.key for at in words if (label := find_label(cells[at], requests.row_labels))]
        ends = any(label_key(cells[at]) in review.anchors for at in words)
        inside = (inside or "new_received" in labels) and not ends
        slots = [Slot(cell, f"line {number + 1} cell {at + 1}") for at, cell in enumerate(cells)]
        after = slots[words[-1] + 1 if words else 0:]
        if not words and not inside and (whole := _whole(after, leaves)):
            found.review_litigation.append(PrintedRow((), (whole,), whole[0].where))
        elif inside and labels and (figures := _figures(after or [Slot("", slots[-1].where)], columns)):
            found.requests.append(PrintedRow(tuple(cells[at] for at in words), (figures,), figures[0].where))
    return found


def _whole(slots: Sequence[Slot], size: int) -> tuple[Slot, ...]:
    """`size` slots, one a tab or one for two; nothing where they cannot be told."""
    if len(slots) == size:
        return tuple(slots)
    for single, empty in ((slots[::2], slots[1::2]), (slots[1::2], slots[::2])):
        if len(single) == size and all(slot.blank for slot in empty):
            return tuple(single)
    filled = tuple(slot for slot in slots if not slot.blank)
    return filled if len(filled) == size else ()


def _figures(slots: Sequence[Slot], size: int) -> tuple[Slot, ...]:
    """The row's figures. Blanks lost at the end, or more of them than columns, are told by the sum of the row alone."""
    if whole := _whole(slots, size):
        return whole
    filled = [at for at, slot in enumerate(slots) if not slot.blank]
    if not filled:
        return (Slot("", slots[0].where),) * size
    if filled[-1] - filled[0] >= size:
        return tuple(slots)
    end = slots[-1].where
    padded = [*slots, *[Slot("", end)] * size]
    places = [padded[start:start + size] for start in range(max(0, filled[-1] - size + 1), filled[0] + 1)]
    fitting = [place for place in places if sum(slot.amount for slot in place[:-1]) == place[-1].amount]
    nothing = not any(slots[at].amount for at in filled)  # a nought in the next column is as good as here
    return tuple(fitting[0]) if len(fitting) == 1 or (fitting and nothing) else ()
