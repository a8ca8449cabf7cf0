"""Two texts side by side, what is the same left out, what differs within a line marked."""

from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Literal

MOST_LINES = 3000
MOST_SHOWN = 400
_LONGEST_MARKED = 1200
_AROUND = 2
_ALIKE = 0.4
"""Of two lines that share less, single characters that stand in both would be all that is not marked."""

Piece = tuple[str, bool]
"""Text, and whether it is on this side alone."""


@dataclass(frozen=True)
class Row:
    """`number` is the line's on each side, from one; a gap says how many equal lines are left out."""

    kind: Literal["same", "changed", "added", "removed", "gap"]
    left: tuple[Piece, ...] = ()
    right: tuple[Piece, ...] = ()
    skipped: int = 0


@dataclass(frozen=True)
class SideBySide:
    rows: tuple[Row, ...]
    cut: bool


def side_by_side(old: str, new: str) -> SideBySide:
    before, after = _lines(old), _lines(new)
    cut = max(len(before), len(after)) > MOST_LINES
    rows = list(_rows(before[:MOST_LINES], after[:MOST_LINES]))
    return SideBySide(tuple(rows[:MOST_SHOWN]), cut or len(rows) > MOST_SHOWN)


def changed_lines(old: str, new: str) -> list[str]:
    """Only what differs, each line with its sign in front, at most as many as are shown."""
    found = []
    for row in side_by_side(old, new).rows:
        if row.kind not in ("same", "gap"):
            found += [f"{sign}{''.join(text for text, _ in side)}" for sign, side in (("-", row.left), ("+", row.right))
                      if side]
    return found


def _lines(text: str) -> list[str]:
    return [line for raw in text.splitlines() if (line := " ".join(raw.split()))]


def _rows(before: list[str], after: list[str]) -> Iterator[Row]:
    matcher = SequenceMatcher(None, before, after, autojunk=len(before) + len(after) > 2000)
    operations = matcher.get_opcodes()
    for position, (kind, a, b, c, d) in enumerate(operations):
        if kind == "equal":
            yield from _equal(before[a:b], first=position == 0, last=position == len(operations) - 1)
        else:
            yield from _different(before[a:b], after[c:d])


def _equal(lines: list[str], *, first: bool, last: bool) -> Iterator[Row]:
    head, tail = (0 if first else _AROUND), (0 if last else _AROUND)
    if len(lines) <= head + tail + 1:
        yield from map(_same, lines)
        return
    yield from map(_same, lines[:head])
    yield Row("gap", skipped=len(lines) - head - tail)
    yield from map(_same, lines[len(lines) - tail:] if tail else [])


def _same(line: str) -> Row:
    return Row("same", ((line, False),), ((line, False),))


def _different(removed: list[str], added: list[str]) -> Iterator[Row]:
    """Lines that stand at the same place are compared with each other."""
    for number in range(max(len(removed), len(added))):
        if number >= len(added):
            yield Row("removed", ((removed[number], True),))
        elif number >= len(removed):
            yield Row("added", right=((added[number], True),))
        else:
            yield Row("changed", *_marked(removed[number], added[number]))


def _marked(old: str, new: str) -> tuple[tuple[Piece, ...], tuple[Piece, ...]]:
    if max(len(old), len(new)) > _LONGEST_MARKED:
        return ((old, True),), ((new, True),)
    matcher = SequenceMatcher(None, old, new, autojunk=False)
    if matcher.ratio() < _ALIKE:
        return ((old, True),), ((new, True),)
    left: list[Piece] = []
    right: list[Piece] = []
    for kind, a, b, c, d in matcher.get_opcodes():
        if old[a:b]:
            left.append((old[a:b], kind != "equal"))
        if new[c:d]:
            right.append((new[c:d], kind != "equal"))
    return tuple(left), tuple(right)
