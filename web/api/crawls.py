"""Crawls and orders for them; sites that are followed."""

from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field
from starlette.requests import Request
from starlette.responses import Response

from web.api import shapes
from web.api.spoken import CrawlListSpoken, Lang, SiteListSpoken, language_of, spoken
from web.conditional import latest_of
from web.desk import Desk, DeskDep
from web.filters import CrawlId, OrderId
from web.ordering import cancel, order
from web.pages import crawls as pages
from web.permission import ordered_by
from web.words import Language

router = APIRouter(tags=["crawls"])


class Wish(BaseModel):
    """A site to be crawled as soon as its host is free."""

    url: str = Field(max_length=500)
    agency: str = Field("", max_length=200)
    region_code: str = Field("", max_length=6)
    recheck: bool = Field(False, description="ask for every kept report again")
    model_config = ConfigDict(extra="forbid", json_schema_extra={"example": {
        "url": "http://swj.example.gov.cn/", "agency": "青岚市水务局", "region_code": "", "recheck": False}})


_REFUSED: dict[int | str, dict[str, object]] = {
    401: {"model": shapes.Problem, "description": "a token is needed"},
    403: {"model": shapes.Problem, "description": "sent from a page of another site"}}


@router.get("/crawls", response_model=shapes.Crawls, summary="Crawls, newest first")
def crawls(request: Request, desk: DeskDep, asked: Annotated[CrawlListSpoken, Query()]) -> Response:
    page = pages.page_of(desk, asked)
    told = {"items": [entry.as_json() for entry in page.items], "next": page.after}
    return _told(request, desk, told, asked.lang, latest=latest_of(map(pages.moved, page.items)))


@router.get("/crawls/{crawl_id}", response_model=shapes.CrawlWithLog,
            summary="One crawl with its log, running or ended")
def crawl(request: Request, desk: DeskDep, crawl_id: CrawlId, lang: Lang = None) -> Response:
    log = desk.archive.browse.crawl(crawl_id)
    told = {**log.entry.as_json(), "steps": log.steps, "fetch_log": log.fetches,
            "reports": [record.as_json() for record in log.reports]}
    return _told(request, desk, told, lang, latest=pages.moved(log.entry))


@router.get("/orders/{order_id}", response_model=shapes.Order, summary="How an order stands")
def seen(request: Request, desk: DeskDep, order_id: OrderId, lang: Lang = None) -> Response:
    found = desk.archive.timetable.see(order_id)
    return _told(request, desk, found.as_json(), lang, latest=pages.stood(found))


@router.post("/orders", response_model=shapes.Order, status_code=202, responses=_REFUSED,
             summary="Order a crawl (needs a token)")
def order_one(request: Request, desk: DeskDep, wish: Wish) -> Response:
    by = ordered_by(request, desk)
    made = order(desk, wish.url, agency=wish.agency, region_code=wish.region_code, recheck=wish.recheck, by=by)
    return desk.json(request, made.as_json(), status=202)


@router.post("/orders/{order_id}/cancel", response_model=shapes.Order, responses=_REFUSED,
             summary="Cancel an order, or end its crawl after the page under way (needs a token)")
def cancel_one(request: Request, desk: DeskDep, order_id: OrderId) -> Response:
    return desk.json(request, cancel(desk, order_id, by=ordered_by(request, desk)).as_json())


@router.get("/sites", response_model=shapes.Sites, summary="Sites that are followed, their last crawl and the next")
def sites(request: Request, desk: DeskDep, asked: Annotated[SiteListSpoken, Query()]) -> Response:
    page = pages.sites_page(desk, asked)
    told = {"items": [run.as_json() for run in page.items], "next": page.after}
    return _told(request, desk, told, asked.lang, latest=latest_of(run.last_run_at for run in page.items))


def _told(request: Request, desk: Desk, value: Any, lang: Language | None, *, latest: str | None) -> Response:
    language = language_of(request, lang)
    return desk.json(request, spoken(value, language), latest=latest, language=language)
