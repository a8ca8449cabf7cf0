"""Agencies: a listing, and one with its years, figures, names and sites."""

from typing import Annotated, Any

from fastapi import APIRouter, Path, Query
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from storage import ListedAgency
from storage.browse import Agency
from web.asking import AgenciesAsked
from web.charts import charts
from web.conditional import latest_of
from web.desk import Desk, DeskDep
from web.pages.changes import cells_of
from web.paging import Page, position
from web.pictures import year_strip

router = APIRouter()

AgencyId = Annotated[str, Path(pattern="^[0-9a-f]{16}$", examples=["0f1e2d3c4b5a6978"], description="an agency's id")]
_CHANGES = 5


@router.get("/agencies")
def agencies(request: Request, desk: DeskDep, asked: Annotated[AgenciesAsked, Query()]) -> Response:
    inside = desk.places.inside(asked.region)
    return desk.page(request, "agencies.html", asked=asked, page=page_of(desk, asked), inside=inside,
                     way=desk.places.way(asked.region))


@router.get("/agencies/{agency_id}")
def agency(request: Request, desk: DeskDep, agency_id: AgencyId) -> Response:
    browse = desk.archive.browse
    found = browse.agency(agency_id)
    if found.agency_id != agency_id:  # merged into another
        return RedirectResponse(f"/agencies/{found.agency_id}", 308)
    say = desk.say(request)
    figures = browse.figures(agency_id)
    changes = browse.changes(None, agency_id, _CHANGES)
    missing = {state: [cell.report_year for cell in found.cells if cell.report_id is None and state in ("", cell.state)]
               for state in ("", "blocked", "stale")}
    return desk.page(
        request, "agency.html", latest=seen_of(found), agency=found, missing=missing[""],
        blocked=missing["blocked"], stale=missing["stale"], takes_orders=desk.check_site is not None,
        charts=charts(figures, say),
        strip=year_strip(found.cells, say, say("picture.strip_title", agency=found.agency)),
        way=desk.places.way(found.region_code), changes=changes, cells=[cells_of(desk, one) for one in changes])


def seen_of(found: Agency) -> str | None:
    """When something of it was last seen or asked for."""
    return latest_of([found.last_seen, *(source.last_run_at for source in found.sources)])


def page_of(desk: Desk, asked: AgenciesAsked) -> Page[ListedAgency]:
    """For the page and its JSON twin."""
    after: Any = position(asked.after, str, str, str)
    found = desk.archive.browse.agencies(asked.region, asked.q, asked.limit + 1, after)
    return Page.of(found, asked.limit, lambda one: one.key)
