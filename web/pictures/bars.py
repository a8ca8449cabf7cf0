"""Stacked bars, one a year: what a sum is made of. Each part has a colour, and a letter that its legend repeats."""

from collections.abc import Sequence
from dataclasses import dataclass
from string import ascii_uppercase

from markupsafe import Markup

from web.pictures.canvas import Say, box, linked, number, picture, short, stroke, text, told, width_of

_WIDE = 660.0
_HIGH, _GAP, _LEFT, _TOP = 22.0, 7.0, 52.0, 6.0
_LETTER_FROM = 15.0
_LEGEND_HIGH = 20.0


@dataclass(frozen=True)
class Part:
    name: str
    value: int


@dataclass(frozen=True)
class Bar:
    """The parts stand in one order in all bars, zeros included."""

    year: int
    parts: Sequence[Part]

    @property
    def total(self) -> int:
        return sum(part.value for part in self.parts)


def stacked_bars(bars: Sequence[Bar], say: Say, title: str, breaks: Sequence[int] = ()) -> Markup | None:
    """None where all is zero. A year in `breaks` is the first of another form: a rule stands above it."""
    most = max((bar.total for bar in bars), default=0)
    if not most:
        return None
    names = [part.name for part in bars[0].parts]
    used = [at for at in range(len(names)) if any(bar.parts[at].value for bar in bars)]
    room = _WIDE - _LEFT - max(width_of(number(bar.total)) for bar in bars) - 14
    body, top = [], _TOP
    for at, bar in enumerate(bars):
        if at and bar.year in breaks:
            body.append(stroke([(0, top + 1), (_WIDE, top + 1)], "break"))
            top += 6
        body += _bar(bar, used, top, room / most)
        top += _HIGH + _GAP
    body += _legend([(letter, at, names[at]) for letter, at in zip(ascii_uppercase, used, strict=False)], top + 8)
    rows = _legend_rows([names[at] for at in used])
    says = "；".join(f"{bar.year}: {_told(bar)}" for bar in bars)
    return picture("bars", _WIDE, top + 8 + rows * _LEGEND_HIGH, title, says, body)


def _told(bar: Bar) -> str:
    return ", ".join(f"{part.name} {part.value}" for part in bar.parts if part.value) or "0"


def _bar(bar: Bar, used: Sequence[int], top: float, scale: float) -> list[str]:
    body = [text(_LEFT - 10, top + 15, str(bar.year), "tick-y")]
    left = _LEFT
    for letter, at in zip(ascii_uppercase, used, strict=False):
        part = bar.parts[at]
        if part.value:
            wide = part.value * scale
            inner = box(left, top, wide, _HIGH, f"part f{at}")
            if wide >= _LETTER_FROM:
                inner += text(left + wide / 2, top + 15, letter, f"letter l{at}")
            body.append(linked(None, inner, f"{bar.year} {part.name} {part.value}"))
            left += wide
    return [*body, text(left + 7, top + 15, number(bar.total), "total")]


def _places(names: Sequence[str]) -> list[tuple[float, int]]:
    """Where each entry of the legend goes: from the left, row by row."""
    found, left, row = [], 0.0, 0
    for name in names:
        wide = width_of(name) + 44
        if left and left + wide > _WIDE:
            left, row = 0.0, row + 1
        found.append((left, row))
        left += wide
    return found


def _legend_rows(names: Sequence[str]) -> int:
    return max((row for _, row in _places(names)), default=0) + 1


def _legend(entries: Sequence[tuple[str, int, str]], top: float) -> list[str]:
    body = []
    for (letter, at, name), (left, row) in zip(entries, _places([name for *_, name in entries]), strict=True):
        y = top + row * _LEGEND_HIGH
        body.append(box(left, y, 18, 15, f"part f{at}", 2) + text(left + 9, y + 11.5, letter, f"letter l{at}")
                    + f'<text class="key" x="{short(left + 24)}" y="{short(y + 12)}">{told(name)}</text>')
    return body
