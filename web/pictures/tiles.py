"""Provinces as a map of tiles, shaded as the heat map is, with name and share on each."""

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

from markupsafe import Markup

from gongkai.vocabularies import vocabulary
from web.pictures.canvas import Say, box, cut, linked, picture, text
from web.pictures.heat import percent, shade_of

_SIZE, _GAP = 58, 4
_DARK_FROM = 3


def tile_map(shares: Mapping[str, float | None], name: Callable[[str], str], href: Callable[[str], str], say: Say,
             title: str) -> Markup:
    """`shares` by the two digits of a province; one that is not there has no figures."""
    plan = _plan()
    body = []

    def called(code: str) -> str:
        return str(plan["names"].get(code) or name(code))

    for code, (column, row) in plan["tiles"].items():
        left, top = column * (_SIZE + _GAP), row * (_SIZE + _GAP)
        share = shares.get(code)
        shade = shade_of(share)
        light = " light" if _DARK_FROM < shade < 9 else ""
        inner = (box(left + 1, top + 1, _SIZE, _SIZE, f"h{shade}", 5)
                 + text(left + 1 + _SIZE / 2, top + 26, cut(called(code), _SIZE - 4), f"tile{light}")
                 + text(left + 1 + _SIZE / 2, top + 45, percent(share) + "%" if share is not None else "·",
                        f"on{light}"))
        body.append(linked(href(code) if code in shares else None, inner))
    told = "；".join(f"{name(code)} {percent(share)}%" for code, share in sorted(shares.items())
                    if share is not None and code in plan["tiles"])
    return picture("tiles", plan["width"] * (_SIZE + _GAP), plan["height"] * (_SIZE + _GAP), title, told, body)


@cache
def _plan() -> dict[str, Any]:
    found: dict[str, Any] = vocabulary("web.pictures", "tiles.yaml")
    return found
