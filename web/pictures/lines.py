"""Figures over the years as lines, each with its own mark and its name at its end; where the form of a report changed,
a dashed rule says so, and the line is broken."""

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from web.pictures.canvas import Say, box, number, picture, short, stroke, text, ticks, width_of

_WIDE, _HIGH = 660.0, 250.0
_LEFT, _TOP, _BOTTOM = 52.0, 30.0, 34.0
_LABEL_HIGH = 15.0
_BOLD = 1.18


@dataclass(frozen=True)
class Line:
    """`values` by year; None is a gap."""

    name: str
    values: dict[int, int | None]


@dataclass(frozen=True)
class Break:
    """From this year on another form is in use."""

    year: int
    name: str


@dataclass(frozen=True)
class _Plane:
    years: Sequence[int]
    most: int
    right: float

    def x(self, year: float) -> float:
        first, last = self.years[0], self.years[-1]
        return (_LEFT + 12 + (year - first) / max(1, last - first) * (self.right - _LEFT - 24))

    def y(self, value: float) -> float:
        return _HIGH - _BOTTOM - value / self.most * (_HIGH - _TOP - _BOTTOM)


def line_chart(lines: Sequence[Line], breaks: Sequence[Break], say: Say, title: str) -> Markup | None:
    """None where there is no figure to show."""
    shown = [line for line in lines if any(value is not None for value in line.values.values())]
    if not shown:
        return None
    years = sorted({year for line in shown for year in line.values})
    values = [value for line in shown for value in line.values.values() if value is not None]
    scale = ticks(max(values))
    right = _WIDE - max(width_of(line.name) for line in shown) * _BOLD - 24
    plane = _Plane(range(years[0], years[-1] + 1), scale[-1], right)
    body = [*_frame(plane, scale), *_breaks(plane, breaks, years)]
    ends = _ends(plane, shown)
    for at, line in enumerate(shown):
        body += _drawn(plane, line, at, [one.year for one in breaks])
        body.append(text(right + 16, ends[at] + 4, line.name, f"end c{at}"))
    told = "；".join(f"{line.name} " + ", ".join(
        f"{year}: {value}" for year, value in sorted(line.values.items()) if value is not None) for line in shown)
    return picture("lines", _WIDE, _HIGH, title, told, body)


def mark(x: float, y: float, at: int) -> str:
    """A shape for each line: circle, square, triangle, diamond, bar."""
    kind = f' class="mark c{at}"'
    if at % 5 == 0:
        return f'<circle{kind} cx="{short(x)}" cy="{short(y)}" r="4"/>'
    if at % 5 == 1:
        return box(x - 3.6, y - 3.6, 7.2, 7.2, f"mark c{at}")
    shapes = {2: ((0, -4.6), (4.4, 3.6), (-4.4, 3.6)), 3: ((0, -5), (5, 0), (0, 5), (-5, 0)),
              4: ((-5, -2), (5, -2), (5, 2), (-5, 2))}
    path = "L".join(f"{short(x + dx)} {short(y + dy)}" for dx, dy in shapes[at % 5])
    return f'<path{kind} d="M{path}z"/>'


def _frame(plane: _Plane, scale: Sequence[int]) -> list[str]:
    body = [stroke([(_LEFT, plane.y(value)), (plane.right, plane.y(value))], "axis" if not value else "grid-line")
            for value in scale]
    body += [text(_LEFT - 8, plane.y(value) + 4, number(value), "tick-y") for value in scale]
    every = 1 if len(plane.years) <= 12 else 2
    body += [text(plane.x(year), _HIGH - _BOTTOM + 18, str(year), "tick-x")
             for year in plane.years if (plane.years[-1] - year) % every == 0]
    return body


def _breaks(plane: _Plane, breaks: Sequence[Break], years: Sequence[int]) -> list[str]:
    """Names that would run into each other stand on two lines."""
    body, taken, low = [], 0.0, False
    for one in breaks:
        if years[0] < one.year <= years[-1]:
            x = plane.x(one.year - 0.5)
            low = x < taken and not low
            body += [stroke([(x, _TOP - 22), (x, _HIGH - _BOTTOM)], "break"),
                     text(x + 4, _TOP - (8 if low else 20), one.name, "break-name")]
            taken = x + width_of(one.name) + 8
    return body


def _drawn(plane: _Plane, line: Line, at: int, breaks: Sequence[int]) -> list[str]:
    runs: list[list[tuple[float, float]]] = [[]]
    before: int | None = None
    for year in plane.years:
        value = line.values.get(year)
        if value is None or (before is not None and any(before < one <= year for one in breaks)):
            runs.append([])
        if value is not None:
            runs[-1].append((plane.x(year), plane.y(value)))
            before = year
    return [*(stroke(run, f"line c{at}") for run in runs if len(run) > 1),
            *(mark(x, y, at) for run in runs for x, y in run)]


def _ends(plane: _Plane, shown: Sequence[Line]) -> list[float]:
    """Heights of the names at the lines' ends, pushed apart where lines meet."""
    wanted = []
    for at, line in enumerate(shown):
        last = max(year for year, value in line.values.items() if value is not None)
        wanted.append((plane.y(line.values[last] or 0), at))
    placed: dict[int, float] = {}
    floor = _HIGH - _BOTTOM + 4
    for height, at in sorted(wanted, reverse=True):
        floor = min(height, floor)
        placed[at] = floor
        floor -= _LABEL_HIGH
    return [placed[at] for at in range(len(shown))]
