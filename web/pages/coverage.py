"""Coverage: places by years, down to the county, and there agencies by years."""

from typing import Annotated, Any

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from storage import AgencyYears
from web.asking import AgencyYearsAsked, Years
from web.desk import Desk, DeskDep
from web.heat_table import heat_table
from web.paging import Page, position
from web.taking import rows_file, whole

router = APIRouter()

EARLIEST = 2008


@router.get("/coverage")
def coverage(request: Request, desk: DeskDep, asked: Annotated[Years, Query()]) -> Response:
    if asked.region is not None and len(asked.region.rstrip("0")) > 4:
        return _agencies(request, desk, AgencyYearsAsked(**asked.model_dump()))
    say = desk.say(request)
    found = desk.archive.browse.coverage_map(asked.region, asked.query)
    heat = heat_table(desk, found, asked.query, say, say("picture.heat_title"))
    return desk.page(request, "coverage.html", asked=asked, query=_query(asked), heat=heat, whole=found.whole,
                     way=desk.places.way(asked.region), earliest=EARLIEST)


@router.get("/coverage/agencies")
def agencies(request: Request, desk: DeskDep, asked: Annotated[AgencyYearsAsked, Query()]) -> Response:
    return _agencies(request, desk, asked)


@router.get("/coverage.csv")
def places_csv(desk: DeskDep, asked: Annotated[Years, Query()]) -> Response:
    found = desk.archive.browse.coverage_map(asked.region, asked.query)
    rows = [{"place": part.place.ljust(6, "0") if part.place else "", "name": desk.places.full_name(part.place),
             "report_year": year.report_year, "expected": year.expected, "present": year.present, "late": year.late,
             "changed": year.changed, "missing": year.missing} for part in found.parts for year in part.years]
    return rows_file(rows, ["place", "name", "report_year", "expected", "present", "late", "changed", "missing"],
                     "coverage")


@router.get("/coverage/agencies.csv")
def agencies_csv(desk: DeskDep, asked: Annotated[AgencyYearsAsked, Query()]) -> Response:
    """All of them, however many."""
    columns = ["agency_id", "agency", "region_code", "agency_type", "report_year", "state", "due", "report_id",
               "published", "days_late", "versions"]
    found = whole(lambda one: page_of(desk, one), asked)
    return rows_file((one.as_json() for row in found for one in row.cells), columns, "coverage-agencies")


def page_of(desk: Desk, asked: AgencyYearsAsked) -> Page[AgencyYears]:
    """For the page and its JSON twin."""
    after: Any = position(asked.after, str, str, str)
    found = desk.archive.browse.agency_years(asked.query, asked.limit + 1, after)
    return Page.of(found, asked.limit, lambda row: row.key)


def _agencies(request: Request, desk: Desk, asked: AgencyYearsAsked) -> Response:
    page = page_of(desk, asked)
    return desk.page(request, "coverage_agencies.html", asked=asked, query=_query(asked), page=page,
                     way=desk.places.way(asked.region), earliest=EARLIEST,
                     years=[one.report_year for one in page.items[0].cells] if page.items else [])


def _query(asked: Years) -> dict[str, Any]:
    """What is asked for, by name, for links."""
    given = asked.model_dump(exclude_defaults=True)
    return {name: value for name, value in given.items() if name not in ("after", "limit", "year")}
