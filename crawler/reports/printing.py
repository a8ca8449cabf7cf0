"""Rows of a statutory table as they were printed, before anyone says which row and column of the form they are."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import NamedTuple

from crawler.reports.values import read_value
from gongkai.report import CellTable


class Slot(NamedTuple):
    """The place of one figure: what stands there (nothing, for a blank cell) and where it was found."""

    text: str
    where: str

    @property
    def blank(self) -> bool:
        return not self.text.strip("\u00a0\u200b\ufeff\u3000 \t\r\n")

    @property
    def amount(self) -> int:
        """For sums: the count, 0 for blanks, marks and what is no count."""
        return _amount(self.text)


@lru_cache(maxsize=65536)
def _amount(text: str) -> int:
    value = read_value(text)[0].value
    return value if isinstance(value, int) else 0


@dataclass(frozen=True)
class PrintedRow:
    """`labels` from the outermost group to the row's own words. `readings` are the ways to take the row's slots apart,
    best first (flattened text leaves more than one). `order` is what the head names column by column (None for a
    column the form does not have), `heads` the slots under each head by position, `units` the units heads print.

    `near` is False when the labels stood apart from the figures; `aligned` True when slots keep their grid columns;
    `torn` True when figures of the same table lie about without a row.
    """

    labels: tuple[str, ...]
    readings: tuple[tuple[Slot, ...], ...]
    where: str
    order: tuple[str | None, ...] = ()
    heads: dict[str, Slot] = field(default_factory=dict)
    units: dict[str, str] = field(default_factory=dict)
    near: bool = True
    aligned: bool = False
    torn: bool = False

    @property
    def slots(self) -> tuple[Slot, ...]:
        return self.readings[0] if self.readings else ()

    @property
    def printed(self) -> str:
        return " | ".join(slot.text.strip() for slot in self.slots).strip(" |")


@dataclass
class PrintedTables:
    """The rows of the three tables in reading order, as one way of reading a document found them."""

    proactive: list[PrintedRow] = field(default_factory=list)
    requests: list[PrintedRow] = field(default_factory=list)
    review_litigation: list[PrintedRow] = field(default_factory=list)


@dataclass
class Assembled:
    """One table as read; `inferred` are the rows that were told by their place among the others."""

    cells: CellTable = field(default_factory=dict)
    warnings: list[str] = field(default_factory=list)
    inferred: tuple[str, ...] = ()


def window(slots: Sequence[Slot], size: int, fits: Callable[[Sequence[Slot]], bool],
           last: bool = False) -> tuple[Slot, ...] | None:
    """The `size` neighbouring slots that hold the figures when all others are blank padding; None when none can.

    Where blanks leave several, those whose sums hold go first, then the first (padding ends a row) or the last.
    """
    filled = [index for index, slot in enumerate(slots) if not slot.blank]
    if len(slots) < size or (filled and filled[-1] - filled[0] >= size):
        return None
    low = max(0, filled[-1] - size + 1) if filled else 0
    high = min(filled[0], len(slots) - size) if filled else len(slots) - size
    starts = range(low, high + 1)
    held = [start for start in starts if fits(slots[start:start + size])] or list(starts)
    start = held[-1] if last else held[0]
    return tuple(slots[start:start + size])
