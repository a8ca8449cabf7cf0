"""Pieces every picture is made of. Text goes in escaped, numbers as short as they can be."""

from collections.abc import Iterable, Sequence
from html import escape
from math import floor, log10
from typing import Protocol
from zlib import crc32

from markupsafe import Markup

from gongkai.chinese import printable

WIDE = 11.0
"""The width of a Chinese character at the size captions are set in; Latin ones take a little more than half."""


class Say(Protocol):
    """The words of the page's language by their key, as templates call it."""

    def __call__(self, key: str, **values: object) -> str: ...


def picture(kind: str, width: float, height: float, title: str, says: str, body: Iterable[str]) -> Markup:
    """The whole SVG: an image with a title and a description for who does not see it; a group where there are links in
    it, since what is inside an image cannot be reached."""
    name, drawn = f"p{crc32(f'{kind} {title}'.encode()):x}", "".join(body)
    role = "group" if "<a " in drawn else "img"
    return Markup(
        f'<svg class="picture {kind}" viewBox="0 0 {short(width)} {short(height)}" width="{short(width)}" '
        f'height="{short(height)}" role="{role}" aria-labelledby="{name} {name}d">'
        f'<title id="{name}">{told(title)}</title><desc id="{name}d">{told(says)}</desc>{drawn}</svg>')


def told(text: str) -> str:
    return escape(printable(text), quote=True)


def short(number: float) -> str:
    return f"{number:.1f}".removesuffix(".0")


def text(x: float, y: float, words: str, kind: str = "") -> str:
    return f'<text{_kind(kind)} x="{short(x)}" y="{short(y)}">{told(words)}</text>'


def box(x: float, y: float, width: float, height: float, kind: str = "", rounded: float = 0) -> str:
    corner = f' rx="{short(rounded)}"' if rounded else ""
    return (f'<rect{_kind(kind)} x="{short(x)}" y="{short(y)}" width="{short(width)}" height="{short(height)}"'
            f'{corner}/>')


def boxes(places: Iterable[tuple[float, float]], width: float, height: float, kind: str) -> str:
    """Many of one size as one path: a twentieth of the bytes."""
    path = "".join(f"M{short(x)} {short(y)}h{short(width)}v{short(height)}h{short(-width)}z" for x, y in places)
    return f'<path{_kind(kind)} d="{path}"/>' if path else ""


def stroke(points: Sequence[tuple[float, float]], kind: str) -> str:
    """A line through at least two points."""
    return f'<path{_kind(kind)} d="M{"L".join(f"{short(x)} {short(y)}" for x, y in points)}"/>'


def linked(href: str | None, inner: str, says: str = "") -> str:
    title = f"<title>{told(says)}</title>" if says else ""
    if href is None:
        return f"<g>{title}{inner}</g>" if title else inner
    return f'<a href="{told(href)}">{title}{inner}</a>'


def width_of(words: str) -> float:
    return sum(WIDE if ord(letter) > 0x2E7F else WIDE * 0.56 for letter in words)


def cut(words: str, width: float) -> str:
    """As much as there is room for."""
    if width_of(words) <= width:
        return words
    while words and width_of(words) + WIDE > width:
        words = words[:-1]
    return f"{words}…"


def ticks(most: float, wanted: int = 4) -> list[int]:
    """Round whole numbers from 0 to at least `most`."""
    rough = max(most, 1) / wanted
    power = 10 ** floor(log10(rough))
    step = max(1, int(next(unit * power for unit in (1, 2, 5, 10) if unit * power >= rough)))
    found = [0]
    while found[-1] < most:
        found.append(found[-1] + step)
    return found if len(found) > 1 else [0, step]


def number(value: float) -> str:
    return f"{value:,.0f}"


def _kind(kind: str) -> str:
    return f' class="{kind}"' if kind else ""
