"""The front page: what is in the archive, a search box, coverage at a glance."""

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from web.desk import DeskDep

router = APIRouter()


@router.get("/")
def front(request: Request, desk: DeskDep) -> Response:
    return desk.page(request, "front.html", stats=desk.archive.stats())
