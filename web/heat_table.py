"""Coverage of a region as its pages show it: the picture, and the same as a table."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from storage import CoverageMap, CoverageQuery, PlaceCoverage, PlaceYear
from web.desk import Desk, link
from web.pictures import HeatMap, HeatRow, Say, heat_map


@dataclass(frozen=True)
class TableRow:
    name: str
    href: str | None
    agencies: int
    years: Sequence[PlaceYear]


@dataclass(frozen=True)
class HeatTable:
    picture: HeatMap
    years: Sequence[int]
    rows: Sequence[TableRow]


def heat_table(desk: Desk, found: CoverageMap, query: CoverageQuery, say: Say, title: str) -> HeatTable | None:
    """None where nobody is expected and nothing is there."""
    parts = [part for part in found.parts if part.agencies or any(year.there for year in part.years)]
    if not parts:
        return None
    region = found.whole.place
    whole = TableRow(desk.places.name(region) or say("coverage.country"), None, found.whole.agencies,
                     found.whole.years)
    rows = [whole, *(TableRow(name_of(desk, part, region, say), _link(part, region, query), part.agencies, part.years)
                     for part in parts)]
    years = [year.report_year for year in found.whole.years]
    drawn = [HeatRow(row.name, row.href, [year.share for year in row.years], at == 0) for at, row in enumerate(rows)]
    return HeatTable(heat_map(drawn, years, say, title), years, rows)


def name_of(desk: Desk, part: PlaceCoverage, region: str, say: Say) -> str:
    if not part.place:
        return say("coverage.unknown_place")
    if part.place.ljust(6, "0") == region.ljust(6, "0"):
        return say("coverage.own_level", name=desk.places.short(part.place))
    return desk.places.short(part.place) if len(part.place) == 2 else desk.places.name(part.place)


def _link(part: PlaceCoverage, region: str, query: CoverageQuery) -> str | None:
    """Down to the next level, at last to the agencies themselves."""
    if not part.place:
        return None
    asked: dict[str, Any] = {"region": part.place, "since": query.since if query.since != CoverageQuery.since else None,
                             "until": query.until}
    own = part.place.ljust(6, "0") == region.ljust(6, "0")
    return link("/coverage/agencies" if len(part.place) == 6 or own else "/coverage", asked)
