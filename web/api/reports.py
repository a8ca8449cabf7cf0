"""Reports as JSON."""

from typing import Annotated

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from web.desk import DeskDep
from web.filters import Listing
from web.listing import page_of

router = APIRouter(tags=["reports"])


@router.get("/reports")
def reports(request: Request, desk: DeskDep, asked: Annotated[Listing, Query()]) -> Response:
    page = page_of(desk, asked, snippets=False)
    return desk.json(request, {"items": [hit.record.as_json() for hit in page.items], "next": page.after})
