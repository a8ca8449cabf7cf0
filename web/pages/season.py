"""A season: who published by the two deadlines, who was late, who is missing, day by day."""

from typing import Annotated, Any

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from gongkai.clock import utc_now
from storage import CoverageQuery, ExpectedAgency, ReportRecord
from web.asking import SeasonAsked, SeasonListAsked
from web.conditional import latest_of
from web.desk import Desk, DeskDep
from web.paging import Page, position
from web.pictures import season_curve, tile_map

router = APIRouter()

_SHOWN = 12
_YEARS_BACK = 8


@router.get("/season")
def season(request: Request, desk: DeskDep, asked: Annotated[SeasonAsked, Query()]) -> Response:
    browse, say = desk.archive.browse, desk.say(request)
    year = asked.year or browse.newest_season
    found = browse.season(year, asked.region)
    curve = season_curve(found, say, say("season.curve_title", year=year), utc_now().date())
    return desk.page(
        request, "season.html", asked=asked, year=year, season=found, curve=curve, today=utc_now().date(),
        years=range(browse.newest_season, browse.newest_season - _YEARS_BACK, -1),
        tiles=None if asked.region else _tiles(request, desk, year), way=desk.places.way(asked.region),
        inside=desk.places.inside(asked.region), late=browse.late_reports(year, asked.region, _SHOWN),
        missing=browse.missing_agencies(year, asked.region, _SHOWN))


@router.get("/season/late")
def late(request: Request, desk: DeskDep, asked: Annotated[SeasonListAsked, Query()]) -> Response:
    page = late_page(desk, asked)
    return desk.page(request, "season_late.html", latest=latest_of(report.last_seen for report, _ in page.items),
                     asked=asked, year=year_of(desk, asked), page=page, way=desk.places.way(asked.region))


@router.get("/season/missing")
def missing(request: Request, desk: DeskDep, asked: Annotated[SeasonListAsked, Query()]) -> Response:
    return desk.page(request, "season_missing.html", asked=asked, year=year_of(desk, asked),
                     page=missing_page(desk, asked), way=desk.places.way(asked.region))


def year_of(desk: Desk, asked: SeasonAsked) -> int:
    return asked.year or desk.archive.browse.newest_season


def late_page(desk: Desk, asked: SeasonListAsked) -> Page[tuple[ReportRecord, int]]:
    after: Any = position(asked.after, str, str, str)
    found = desk.archive.browse.late_reports(year_of(desk, asked), asked.region, asked.limit + 1, after)
    return Page.of(found, asked.limit, lambda one: (one[0].region_code or "", one[0].agency or "", one[0].report_id))


def missing_page(desk: Desk, asked: SeasonListAsked) -> Page[ExpectedAgency]:
    after: Any = position(asked.after, str, str, str)
    found = desk.archive.browse.missing_agencies(year_of(desk, asked), asked.region, asked.limit + 1, after)
    return Page.of(found, asked.limit, lambda one: one.key)


def _tiles(request: Request, desk: Desk, year: int) -> Any:
    say = desk.say(request)
    found = desk.archive.browse.coverage_map(None, CoverageQuery(year=year))
    shares = {part.place: part.years[0].share for part in found.parts if part.place and part.years[0].share is not None}
    if not shares:
        return None
    return tile_map(shares, desk.places.short, lambda code: f"/season?year={year}&region={code}", say,
                    say("picture.tiles_title", year=year))
