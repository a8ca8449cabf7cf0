"""The front page: what is in the archive, a search box, coverage at a glance."""

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from storage import CoverageQuery, SearchQuery
from web.desk import DeskDep
from web.heat_table import heat_table
from web.pages.coverage import EARLIEST
from web.pictures.heat import percent

router = APIRouter()
_NEWEST = 6


@router.get("/")
def front(request: Request, desk: DeskDep) -> Response:
    browse = desk.archive.browse
    newest = browse.listing(SearchQuery(""), "newest", _NEWEST)
    changed = browse.listing(SearchQuery("", changed=True), "newest", _NEWEST)
    numbers, say = browse.numbers(), desk.say(request)
    query = CoverageQuery(since=max(EARLIEST, numbers.first_year or EARLIEST))
    found = browse.coverage_map(None, query)
    season = found.whole.years[-1] if found.whole.years else None
    share = percent(season.share) if season is not None and season.share is not None else None
    return desk.page(request, "front.html", latest=numbers.last_crawl, numbers=numbers, newest=newest,
                     changed=changed, season=season if share else None, share=share,
                     heat=heat_table(desk, found, query, say, say("picture.heat_title")))
