"""Text set in two columns: rows of runs that white parts down the page are read one side after the other."""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Protocol, TypeVar

_FEWEST_ROWS = 4
_FEWEST_CHARS = 8  # a row's side, on the average: figures beside labels and pairs of fields are shorter
_WHITE = 1.5  # of the font's size, least


class Run(Protocol):
    """A piece of printed text with its left and right end."""

    @property
    def text(self) -> str: ...
    @property
    def x0(self) -> float: ...
    @property
    def x1(self) -> float: ...
    @property
    def size(self) -> float: ...


R = TypeVar("R", bound=Run)


def one_after_the_other(rows: Sequence[list[R]]) -> list[list[R]]:
    """The rows, with those of two columns parted: all of the left one first, then all of the right one."""
    out: list[list[R]] = []
    start = 0
    while start < len(rows):
        end, at = _columns(rows, start)
        if end - start >= _FEWEST_ROWS and _are_prose(rows[start:end], at):
            for left in (True, False):
                sides = ([run for run in row if (run.x1 <= at) == left] for row in rows[start:end])
                out += [side for side in sides if side]
            start = end
        else:
            out.append(rows[start])
            start += 1
    return out


def _columns(rows: Sequence[Sequence[Run]], start: int) -> tuple[int, float]:
    """How far down from `start` one upright strip of white parts every row, and where it is. A few rows at the end that
    stand on one side alone are what comes below, a longer run of them is the longer column."""
    for gap in _gaps(rows[start]):
        low, high = gap
        end = both = start + 1
        while end < len(rows) and (common := _common(low, high, rows[end])) is not None:
            low, high = common
            end += 1
            if len({run.x1 <= low for run in rows[end - 1] if run.text.strip()}) > 1:
                both = end
        if end - both < _FEWEST_ROWS:
            end = both
        if both - start >= _FEWEST_ROWS:
            return end, (low + high) / 2
    return start + 1, 0.0


def _gaps(row: Sequence[Run]) -> Iterator[tuple[float, float]]:
    ordered = sorted((run for run in row if run.text.strip()), key=lambda run: run.x0)
    for one, other in pairwise(ordered):
        if other.x0 - one.x1 > _WHITE * max(one.size, other.size):
            yield one.x1, other.x0


def _common(low: float, high: float, row: Sequence[Run]) -> tuple[float, float] | None:
    """What the row leaves of the white: one that ends before it or begins behind it leaves all."""
    least = max((run.size for run in row), default=0.0)
    for run in row:
        if run.text.strip() and run.x0 < high and run.x1 > low:
            if run.x1 - low < high - run.x0:
                low = run.x1
            else:
                high = run.x0
    return (low, high) if high - low >= least and high > low else None


def _are_prose(rows: Sequence[Sequence[Run]], at: float) -> bool:
    for left in (True, False):
        sides = ["".join(run.text for run in row if (run.x1 <= at) == left).strip() for row in rows]
        filled = [side for side in sides if side]
        if len(filled) < _FEWEST_ROWS - 1 or sum(map(len, filled)) < _FEWEST_CHARS * len(filled):
            return False
    return True
