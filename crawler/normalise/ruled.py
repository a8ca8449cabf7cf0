"""Tables from rules: straight strokes and text with places in, cell boxes with their text out.

The one grid maker for everything printed on pages (PDF, OFD, scans). Lengths are points, y grows downwards; who
measures in pixels or millimetres converts first. `crawler.normalise.printed` joins the tables of a document's pages and
makes grids of them; `crawler.normalise.grid` drops sliver columns and clamps spans on the way.
"""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

from crawler.normalise.columns import one_after_the_other
from crawler.normalise.grid import Box
from crawler.normalise.printed import GAP, Line
from crawler.normalise.reading import clean

RULE_PT = 3.0
"""The thickest a filled bar may be that still is a rule, and the longest gap a rule may have."""
MAX_RULES = 1_500
_MAX_POSITIONS = 60_000
_COVERED = 0.6
_SAME_EDGE_PT = 4.0


class Text(NamedTuple):
    """A run of text that stands in one cell: a character, a word or a line. Its height is the size of its font."""

    text: str
    x0: float
    top: float
    x1: float
    bottom: float

    @property
    def size(self) -> float:
        return self.bottom - self.top


class Stroke(NamedTuple):
    """A straight line, level or upright; anything slanted is ignored."""

    x0: float
    top: float
    x1: float
    bottom: float


@dataclass(frozen=True)
class Ruling:
    """`tables` are the ruled tables of a page from the top down, each the boxes of its cells with text; `loose` is the
    text outside them; `warnings` say what could not be told."""

    tables: tuple[tuple[Box, ...], ...]
    loose: tuple[Text, ...]
    warnings: tuple[str, ...] = ()


def strokes_of(x0: float, top: float, x1: float, bottom: float) -> tuple[Stroke, ...]:
    """The strokes of a rectangle: itself when it is as thin as a rule, else its four sides."""
    if min(x1 - x0, bottom - top) <= RULE_PT:
        return (Stroke(x0, top, x1, bottom),)
    return (Stroke(x0, top, x1, top), Stroke(x0, bottom, x1, bottom), Stroke(x0, top, x0, bottom),
            Stroke(x1, top, x1, bottom))


def read_ruled(strokes: Iterable[Stroke], texts: Sequence[Text]) -> Ruling:
    """The ruled tables of one page. Frames (one column), underlines and tables inside a cell are no tables; a table
    open at its sides is closed by its longest rules."""
    level, upright, warnings = _rules(strokes)
    grids = [grid for part in _connected(level, upright) if (grid := _grid(*part, warnings)) is not None]
    grids = [grid for grid in grids if not any(grid.inside(other) for other in grids if other is not grid)]
    grids.sort(key=lambda grid: grid.ys[0])
    warnings += ["a table has cells that are no rectangles: a rule is missing or broken" for g in grids if g.is_broken]
    loose = [text for text in texts if not any(grid.take(text) for grid in grids)]
    tables = [grid.boxes() for grid in grids]
    return Ruling(tuple(table for table in tables if any(box.text for box in table)), tuple(loose), tuple(warnings))


def lines(texts: Iterable[Text]) -> list[Line]:
    """Runs put together into lines, top down, left to right; of two columns of text one after the other."""
    rows: list[list[Text]] = []
    for text in sorted(texts, key=lambda item: ((item.top + item.bottom) / 2, item.x0)):
        if rows and _level_with(rows[-1][0], text):
            rows[-1].append(text)
        else:
            rows.append([text])
    return [line for row in one_after_the_other(rows) if (line := _line(row)).text]


def _level_with(one: Text, other: Text) -> bool:
    apart = abs(one.top + one.bottom - other.top - other.bottom) / 2
    return apart < 0.5 * max(min(one.size, other.size), 1.0)


def _line(row: list[Text]) -> Line:
    row.sort(key=lambda text: text.x0)
    pieces: list[str] = []
    last: Text | None = None
    for text in row:
        if last is not None:
            if text.text == last.text and abs(text.x0 - last.x0) < 0.3 * (text.x1 - text.x0):
                continue  # bold, by printing twice
            if text.x0 - last.x1 > max(1.5, 0.3 * text.size):
                pieces.append(" ")
        pieces.append(text.text)
        last = text
    words = GAP.sub("", clean("".join(pieces)))
    seen = [text for text in row if text.text.strip()] or row  # blanks drawn behind a line do not make it a full one
    return Line(words, min(t.x0 for t in seen), max(t.x1 for t in seen), min(t.top for t in seen),
                max(t.bottom for t in seen))


@dataclass(frozen=True)
class _Rule:
    """A rule with its pieces joined: where it lies, and from where to where it runs."""

    at: float
    start: float
    end: float


def _rules(strokes: Iterable[Stroke]) -> tuple[list[_Rule], list[_Rule], list[str]]:
    level, upright = [], []
    for stroke in strokes:
        x0, x1 = sorted((stroke.x0, stroke.x1))
        top, bottom = sorted((stroke.top, stroke.bottom))
        if bottom - top <= RULE_PT < x1 - x0:
            level.append(_Rule((top + bottom) / 2, x0, x1))
        elif x1 - x0 <= RULE_PT < bottom - top:
            upright.append(_Rule((x0 + x1) / 2, top, bottom))
    warnings: list[str] = []
    across, down = _joined(level), _joined(upright)
    if len(across) > MAX_RULES or len(down) > MAX_RULES:
        warnings.append(f"more than {MAX_RULES} rules on a page: its tables were not read")
        return [], [], warnings
    return across, down, warnings


def _joined(rules: list[_Rule]) -> list[_Rule]:
    """Rules in the same place whose pieces touch are one."""
    joined: list[_Rule] = []
    lane: list[_Rule] = []

    def close() -> None:
        lane.sort(key=lambda rule: rule.start)
        at = sum(rule.at for rule in lane) / len(lane)
        start, end = lane[0].start, lane[0].end
        for rule in lane[1:]:
            if rule.start <= end + RULE_PT:
                end = max(end, rule.end)
            else:
                joined.append(_Rule(at, start, end))
                start, end = rule.start, rule.end
        joined.append(_Rule(at, start, end))
        lane.clear()

    for rule in sorted(rules, key=lambda rule: rule.at):
        if lane and rule.at - lane[0].at > RULE_PT / 2:
            close()
        lane.append(rule)
    if lane:
        close()
    return joined


def _connected(level: list[_Rule], upright: list[_Rule]) -> Iterator[tuple[list[_Rule], list[_Rule]]]:
    """Rules that touch belong together."""
    parents = list(range(len(level) + len(upright)))

    def root(i: int) -> int:
        while parents[i] != i:
            parents[i] = i = parents[parents[i]]
        return i

    for i, across in enumerate(level):
        for j, down in enumerate(upright, len(level)):
            if (across.start - RULE_PT <= down.at <= across.end + RULE_PT
                    and down.start - RULE_PT <= across.at <= down.end + RULE_PT):
                parents[root(i)] = root(j)
    groups: dict[int, tuple[list[_Rule], list[_Rule]]] = {}
    for i, rule in enumerate((*level, *upright)):
        groups.setdefault(root(i), ([], []))[i >= len(level)].append(rule)
    yield from groups.values()


def _grid(level: list[_Rule], upright: list[_Rule], warnings: list[str]) -> "_Grid | None":
    if len(level) < 2 or not upright:
        return None
    xs = _edges([rule.at for rule in upright], min(r.start for r in level), max(r.end for r in level))
    ys = _edges([rule.at for rule in level], min(r.start for r in upright), max(r.end for r in upright))
    if len(xs) * len(ys) > _MAX_POSITIONS:
        warnings.append(f"a table of {len(xs) - 1} × {len(ys) - 1} positions was not read")
        return None
    grid = _Grid(xs, ys, level, upright)
    return grid if len({region.left for region in grid.regions}) > 1 else None


def _edges(places: Iterable[float], first: float, last: float) -> list[float]:
    """Distinct places of rules; `first` and `last`, where the rules across end, close a side that has no rule."""
    edges: list[float] = []
    for place in sorted(places):
        if not edges or place - edges[-1] > _SAME_EDGE_PT:
            edges.append(place)
    # A side left open is much further out than a rule that runs a little past its table.
    if edges[0] - first > 2 * _SAME_EDGE_PT:
        edges.insert(0, first)
    if last - edges[-1] > 2 * _SAME_EDGE_PT:
        edges.append(last)
    return edges


@dataclass(frozen=True)
class _Region:
    """A cell: from row `top` to before row `bottom`, from column `left` to before column `right`."""

    top: int
    bottom: int
    left: int
    right: int


class _Grid:
    """Positions between neighbouring rules; those without a rule between them are one cell."""

    def __init__(self, xs: list[float], ys: list[float], level: list[_Rule], upright: list[_Rule]) -> None:
        self.xs, self.ys = xs, ys
        self._rows, self._cols = len(ys) - 1, len(xs) - 1
        self._below = _walls(level, ys, xs)    # (y edge, column) with a rule
        self._beside = _walls(upright, xs, ys)  # (x edge, row) with a rule
        self.is_broken = False
        self.regions = [region for region in self._merged() if self._open_sides(region) < 2]
        self._at = {(r, c): i for i, region in enumerate(self.regions)
                    for r in range(region.top, region.bottom) for c in range(region.left, region.right)}
        self._texts: list[list[Text]] = [[] for _ in self.regions]

    def inside(self, other: "_Grid") -> bool:
        return (other.xs[0] <= self.xs[0] and self.xs[-1] <= other.xs[-1]
                and other.ys[0] <= self.ys[0] and self.ys[-1] <= other.ys[-1])

    def take(self, text: Text) -> bool:
        """Put the text into the cell its middle stands in; False when that is none of this table's."""
        x, y = (text.x0 + text.x1) / 2, (text.top + text.bottom) / 2
        place = self._at.get((bisect_right(self.ys, y) - 1, bisect_right(self.xs, x) - 1))
        if place is not None:
            self._texts[place].append(text)
        return place is not None

    def boxes(self) -> tuple[Box, ...]:
        return tuple(_box(texts, self.xs[r.left], self.ys[r.top], self.xs[r.right], self.ys[r.bottom])
                     for r, texts in zip(self.regions, self._texts, strict=True))

    def _merged(self) -> Iterator[_Region]:
        """Cells as rectangles. Positions without a rule between them that make no rectangle (a rule is missing or
        broken) are parted again into the widest runs of each row."""
        seen: set[tuple[int, int]] = set()
        for r in range(self._rows):
            for c in range(self._cols):
                if (r, c) in seen:
                    continue
                group = self._reach(r, c)
                seen |= group
                rows, cols = [p[0] for p in group], [p[1] for p in group]
                whole = _Region(min(rows), max(rows) + 1, min(cols), max(cols) + 1)
                if len(group) == (whole.bottom - whole.top) * (whole.right - whole.left):
                    yield whole
                else:
                    self.is_broken |= self._open_sides(whole) < 2
                    yield from _runs(group)

    def _reach(self, r: int, c: int) -> set[tuple[int, int]]:
        group, todo = {(r, c)}, [(r, c)]
        while todo:
            r, c = todo.pop()
            for place, wall in (((r, c + 1), (c + 1, r) in self._beside), ((r, c - 1), (c, r) in self._beside),
                                ((r + 1, c), (r + 1, c) in self._below), ((r - 1, c), (r, c) in self._below)):
                inside = 0 <= place[0] < self._rows and 0 <= place[1] < self._cols
                if inside and not wall and place not in group:
                    group.add(place)
                    todo.append(place)
        return group

    def _open_sides(self, region: _Region) -> int:
        """Sides at the outer edge that no rule closes. Two of them: not a cell, but the space beside a table that is
        no rectangle."""
        columns, rows = range(region.left, region.right), range(region.top, region.bottom)
        return sum((
            region.top == 0 and not any((0, c) in self._below for c in columns),
            region.bottom == self._rows and not any((self._rows, c) in self._below for c in columns),
            region.left == 0 and not any((0, r) in self._beside for r in rows),
            region.right == self._cols and not any((self._cols, r) in self._beside for r in rows),
        ))


def _walls(rules: list[_Rule], places: list[float], across: list[float]) -> set[tuple[int, int]]:
    """(edge, gap) pairs: which stretches between two crossing edges a rule runs along."""
    spans: dict[int, list[_Rule]] = {}
    for rule in rules:
        edge = min(range(len(places)), key=lambda i: abs(places[i] - rule.at))
        spans.setdefault(edge, []).append(rule)
    walls = set()
    for edge, lying in spans.items():
        for gap, (start, end) in enumerate(pairwise(across)):
            covered = sum(max(0.0, min(rule.end, end) - max(rule.start, start)) for rule in lying)
            if covered >= _COVERED * (end - start):
                walls.add((edge, gap))
    return walls


def _runs(group: set[tuple[int, int]]) -> Iterator[_Region]:
    open_runs: dict[tuple[int, int], int] = {}  # columns from, to → the row the run began in
    last = max(r for r, _ in group) + 1
    for r in range(min(r for r, _ in group), last + 1):
        columns = sorted(c for row, c in group if row == r)
        runs: list[list[int]] = []
        for c in columns:
            if runs and runs[-1][1] == c:
                runs[-1][1] = c + 1
            else:
                runs.append([c, c + 1])
        here = {(start, end) for start, end in runs}
        for run in [run for run in open_runs if run not in here]:
            yield _Region(open_runs.pop(run), r, *run)
        for run in here:
            open_runs.setdefault(run, r)


def _box(texts: list[Text], x0: float, top: float, x1: float, bottom: float) -> Box:
    rows = lines(texts)
    # Room for two characters at most: a closing bracket may not begin a line and takes one more with it.
    full = bool(rows) and rows[-1].x1 > x1 - 2.3 * rows[-1].size
    return Box("\n".join(row.text for row in rows), x0, top, x1, bottom, full=full)
