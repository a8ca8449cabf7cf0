"""The front page: what is in the archive, a search box, coverage at a glance."""

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from storage import SearchQuery
from web.desk import DeskDep

router = APIRouter()
_NEWEST = 6


@router.get("/")
def front(request: Request, desk: DeskDep) -> Response:
    browse = desk.archive.browse
    newest = browse.listing(SearchQuery(""), "newest", _NEWEST)
    changed = browse.listing(SearchQuery("", changed=True), "newest", _NEWEST)
    return desk.page(request, "front.html", numbers=browse.numbers(), newest=newest, changed=changed, picture=None)
