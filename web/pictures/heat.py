"""Coverage by place and year as a heat map: the darker, the more of the expected reports are there; the share stands in
figures on every field."""

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from web.pictures.canvas import Say, boxes, cut, linked, picture, told, width_of

STEPS = (0.0, 0.2, 0.4, 0.6, 0.8, 0.95)
"""A field takes the shade of the last step it reaches; the palest is for nothing at all."""
_HIGH, _GAP, _HEAD = 22, 2, 26
_DARK_FROM = 3
"""Shades from this one on carry light figures."""


@dataclass(frozen=True)
class HeatRow:
    """A place with the share of each year, None where nobody is expected; `head` sets it apart as the whole."""

    name: str
    href: str | None
    shares: Sequence[float | None]
    head: bool = False


@dataclass(frozen=True)
class HeatMap:
    """In three pieces that stand beside and below each other: where the fields are wider than the window, they move and
    the names stay."""

    names: Markup
    fields: Markup
    key: Markup


def heat_map(rows: Sequence[HeatRow], years: Sequence[int], say: Say, title: str) -> HeatMap:
    label = min(150.0, max([50.0, *(width_of(row.name) * 1.1 for row in rows)]) + 14)
    wide = 46.0 if len(years) <= 14 else 40.0
    tops = _tops(rows)
    high = (tops[-1] if tops else _HEAD) + _HIGH + 2
    says = say("picture.heat_says", rows=len(rows), first=years[0] if years else "", last=years[-1] if years else "")
    names = [linked(row.href, f'<text class="name{" whole" if row.head else ""}" x="{label - 8:.0f}" '
                              f'y="{top + 15:.0f}">{told(cut(row.name, (label - 12) / 1.1))}</text>')
             for row, top in zip(rows, tops, strict=True)]
    return HeatMap(picture("heat names", label, high, say("coverage.place"), title, names),
                   picture("heat fields", max(1, len(years)) * (wide + _GAP), high, title, says,
                           _fields(rows, tops, years, wide)),
                   _key(say))


def _fields(rows: Sequence[HeatRow], tops: Sequence[float], years: Sequence[int], wide: float) -> list[str]:
    fields: dict[int, list[tuple[float, float]]] = {}
    lines = []
    for row, top in zip(rows, tops, strict=True):
        spans = []
        for at, share in enumerate(row.shares):
            left, shade = at * (wide + _GAP), shade_of(share)
            fields.setdefault(shade, []).append((left, top))
            spans.append(_span(left + wide / 2, share, shade))
        lines.append(f'<text class="on" y="{top + 15:.0f}">{"".join(spans)}</text>')
    return [_years(years, wide), *(boxes(places, wide, _HIGH, f"h{shade}") for shade, places in
                                   sorted(fields.items())), *lines]


def shade_of(share: float | None) -> int:
    """0 for nothing, 1 to 6 by the steps; -1 where nobody is expected is drawn as 9, an empty frame."""
    if share is None:
        return 9
    return 0 if share <= 0 else max(at for at, least in enumerate(STEPS, 1) if share >= least)


def percent(share: float) -> str:
    """Never 100 where something is missing, never 0 where something is there."""
    return str(min(99, max(1, round(share * 100)))) if 0 < share < 1 else str(round(share * 100))


def _span(middle: float, share: float | None, shade: int) -> str:
    light = ' class="light"' if _DARK_FROM < shade < 9 else ""
    return f'<tspan{light} x="{middle:.0f}">{percent(share) if share is not None else "·"}</tspan>'


def _tops(rows: Sequence[HeatRow]) -> list[float]:
    found, top = [], float(_HEAD)
    for row in rows:
        found.append(top)
        top += _HIGH + _GAP + (8 if row.head else 0)
    return found


def _years(years: Sequence[int], wide: float) -> str:
    spans = "".join(f'<tspan x="{at * (wide + _GAP) + wide / 2:.0f}">{year}</tspan>' for at, year in enumerate(years))
    return f'<text class="years" y="{_HEAD - 9}">{spans}</text>'


def _key(say: Say) -> Markup:
    words = ["0", *(f"{round(low * 100) if low else 1}–" for low in STEPS)]
    pieces = []
    for shade, word in enumerate(words):
        light = " light" if shade > _DARK_FROM else ""
        pieces.append(boxes([(shade * 42 + 1, 1)], 40, 16, f"h{shade}") + f'<text class="on{light}" '
                      f'x="{shade * 42 + 21}" y="13">{word}</text>')
    unit, left = say("picture.heat_unit"), len(words) * 42 + 7
    pieces.append(f'<text class="key" x="{left}" y="13">{told(unit)}</text>')
    return picture("heat key", left + width_of(unit) * 1.1, 18, say("picture.heat_key"), unit, pieces)
