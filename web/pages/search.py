"""Search and browse."""

from typing import Annotated

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from web.desk import DeskDep
from web.filters import Listing
from web.paging import Page, position

router = APIRouter()


@router.get("/reports")
def reports(request: Request, desk: DeskDep, asked: Annotated[Listing, Query()]) -> Response:
    after = position(asked.after, str)
    found = desk.archive.reports(asked.agency, asked.year, asked.region, asked.q, limit=asked.limit + 1,
                                 after=str(after[0]) if after else None)
    page = Page.of(found, asked.limit, lambda record: (record.report_id,))
    return desk.page(request, "search.html", asked=asked, page=page)
