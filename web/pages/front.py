"""The front page: what is in the archive, a search box, coverage at a glance."""

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from storage import CoverageQuery, SearchQuery
from web.desk import DeskDep
from web.heat_table import heat_table
from web.pages.coverage import EARLIEST

router = APIRouter()
_NEWEST = 6


@router.get("/")
def front(request: Request, desk: DeskDep) -> Response:
    browse = desk.archive.browse
    newest = browse.listing(SearchQuery(""), "newest", _NEWEST)
    changed = browse.listing(SearchQuery("", changed=True), "newest", _NEWEST)
    numbers, say = browse.numbers(), desk.say(request)
    query = CoverageQuery(since=max(EARLIEST, numbers.first_year or EARLIEST))
    heat = heat_table(desk, browse.coverage_map(None, query), query, say, say("picture.heat_title"))
    return desk.page(request, "front.html", latest=numbers.last_crawl, numbers=numbers, newest=newest,
                     changed=changed, heat=heat)
