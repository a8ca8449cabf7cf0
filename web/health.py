"""For machines that look after the server or pass by: is the process alive, can it answer, what may be indexed."""

import logging

from fastapi import APIRouter
from starlette.responses import PlainTextResponse, Response

from gongkai.errors import GongkaiError
from web.desk import DeskDep

logger = logging.getLogger(__name__)

router = APIRouter()


@router.get("/healthz")
def alive() -> Response:
    return PlainTextResponse("ok\n", headers={"Cache-Control": "no-store"})


@router.get("/robots.txt")
def robots() -> Response:
    """Reports and agencies may be indexed; every combination of conditions need not be walked."""
    return PlainTextResponse("User-agent: *\nDisallow: /reports?\nDisallow: /reports.\nDisallow: /api/\n"
                             "Disallow: /originals/\nDisallow: /crawls\n")


@router.get("/readyz")
def ready(desk: DeskDep) -> Response:
    """Whether the catalog answers."""
    try:
        next(iter(desk.archive.reports(limit=1)), None)
    except GongkaiError as problem:
        logger.error("not ready: %s", problem)
        return PlainTextResponse("the catalog does not answer\n", 503, headers={"Cache-Control": "no-store"})
    return PlainTextResponse("ready\n", headers={"Cache-Control": "no-store"})
