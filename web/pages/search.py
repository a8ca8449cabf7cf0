"""Search and browse."""

from typing import Annotated

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from web.desk import DeskDep
from web.filters import Listing
from web.listing import order_of, page_of, query_of, seen_of
from web.narrowing import Narrower
from web.taking import csv_file, jsonl_file

router = APIRouter()

_FOUND = 20
"""Hits a page, where nothing else is asked for: each brings a piece of its text, which is read for it."""

AskedFor = Annotated[Listing, Query()]


@router.get("/reports")
def reports(request: Request, desk: DeskDep, asked: AskedFor) -> Response:
    size = asked.limit if "limit" in asked.model_fields_set else None
    if asked.q and size is None:
        asked = asked.model_copy(update={"limit": _FOUND})
    counts = desk.archive.browse.facets(query_of(asked))
    page = page_of(desk, asked, snippets=True, counts=counts)
    by_id = next((hit.record.agency for hit in page.items if hit.record.agency_id == asked.agency), None)
    narrower = Narrower(asked, counts, desk.places, desk.language(request), by_id)
    sorts = ("newest", "relevance") if asked.q else ("year", "newest", "place")
    return desk.page(request, "search.html", latest=seen_of(page), asked=asked, page=page, counts=counts, sorts=sorts,
                     size=size, order=order_of(asked), narrowing=narrower.narrowing())


@router.get("/reports.csv")
def as_csv(desk: DeskDep, asked: AskedFor) -> Response:
    return csv_file(desk, asked)


@router.get("/reports.jsonl")
def as_jsonl(desk: DeskDep, asked: AskedFor) -> Response:
    return jsonl_file(desk, asked)
