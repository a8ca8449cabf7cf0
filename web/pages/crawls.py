"""Crawls: ordering one, watching it, its log and why; those that were; the sites that are followed."""

from typing import Annotated

from fastapi import APIRouter, Form, Query
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from gongkai.errors import ConfigurationError
from storage import CrawlEntry, Order, SiteRun
from web.conditional import latest_of
from web.desk import Desk, DeskDep
from web.filters import CrawlId, CrawlList, OrderId, SiteList
from web.ordering import cancel, order
from web.paging import Page, position
from web.permission import ordered_by
from web.refused import refused
from web.words import say

router = APIRouter()

Words = Annotated[str, Form(max_length=200)]
Filled = Annotated[str, Query(max_length=500)]
_RUNNING = 50
_LATEST = 10
_COMING = 5


@router.get("/crawls")
def crawls(request: Request, desk: DeskDep, asked: Annotated[CrawlList, Query()], url: Filled = "",
           agency: Filled = "", region_code: Filled = "") -> Response:
    """The form may come filled in, from the page of an agency."""
    return _crawls(request, desk, asked, filled={"url": url, "agency": agency, "region_code": region_code})


def page_of(desk: Desk, asked: CrawlList) -> Page[CrawlEntry]:
    after = position(asked.after, str)
    found = desk.archive.browse.crawls(site=asked.site, limit=asked.limit + 1, after=str(after[0]) if after else None)
    return Page.of(found, asked.limit, lambda crawl: (crawl.crawl_id,))


def _crawls(request: Request, desk: Desk, asked: CrawlList, *, wrong: str = "", filled: dict[str, str] | None = None,
            status: int = 200) -> Response:
    timetable, page = desk.archive.timetable, page_of(desk, asked)
    return desk.page(
        request, "crawls.html", status=status, latest=latest_of(map(moved, page.items)), asked=asked, page=page,
        orders=timetable.orders(("waiting", "running"), limit=_RUNNING), ended=timetable.orders(
            ("done", "failed", "refused", "cancelled"), limit=_LATEST), running=timetable.running()[:_RUNNING],
        troubled=desk.archive.browse.sites(trouble=True, limit=_LATEST), wrong=wrong, filled=filled or {},
        takes_orders=desk.check_site is not None,
        coming=desk.archive.browse.sites(by_due=True, limit=_COMING))


@router.post("/crawls")
def order_one(request: Request, desk: DeskDep, url: Annotated[str, Form(max_length=500)] = "", agency: Words = "",
              region_code: Words = "", token: Words = "", recheck: Annotated[bool, Form()] = False) -> Response:
    """What is wrong with it is said above the form, with what was typed kept; the token alone is not."""
    filled = {"url": url, "agency": agency, "region_code": region_code}
    try:
        by = ordered_by(request, desk, token)
    except HTTPException as refusal:
        if refusal.status_code != 401:
            raise
        wrong = say(desk.language(request), "crawls.no_token")
        return _crawls(request, desk, CrawlList.model_validate({}), wrong=wrong, filled=filled, status=401)
    try:
        made = order(desk, url, agency=agency, region_code=region_code, recheck=recheck, by=by)
    except ConfigurationError as problem:
        wrong = refused(str(problem), desk.language(request))
        return _crawls(request, desk, CrawlList.model_validate({}), wrong=wrong, filled=filled, status=400)
    return RedirectResponse(f"/crawls/orders/{made.order_id}", 303)


def moved(crawl: CrawlEntry) -> str:
    """When it last did something that is written down."""
    return crawl.finished_at or crawl.started_at


def stood(order: Order) -> str:
    return order.finished_at or order.started_at or order.ordered_at


@router.get("/crawls/orders/{order_id}")
def watched(request: Request, desk: DeskDep, order_id: OrderId) -> Response:
    seen = desk.archive.timetable.see(order_id)
    log = desk.archive.browse.crawl(seen.crawl_id) if seen.crawl_id else None
    return desk.page(request, "order.html", latest=stood(seen), order=seen, log=log)


@router.post("/crawls/orders/{order_id}/cancel")
def cancel_one(request: Request, desk: DeskDep, order_id: OrderId, token: Words = "") -> Response:
    cancel(desk, order_id, by=ordered_by(request, desk, token))
    return RedirectResponse(f"/crawls/orders/{order_id}", 303)


@router.get("/crawls/{crawl_id}")
def crawl(request: Request, desk: DeskDep, crawl_id: CrawlId,
          show: Annotated[str, Query(pattern="^(steps|fetches)$")] = "steps",
          page: Annotated[int, Query(ge=1, le=100_000)] = 1) -> Response:
    """A log has a line a request and is read whole: its pages are counted."""
    log = desk.archive.browse.crawl(crawl_id)
    lines = log.steps if show == "steps" else log.fetches
    first = (page - 1) * 100
    return desk.page(request, "crawl.html", latest=moved(log.entry), log=log, entry=log.entry, show=show,
                     lines=lines[first:first + 100], page=page, more=len(lines) > first + 100)


def sites_page(desk: Desk, asked: SiteList) -> Page[SiteRun]:
    after = position(asked.after, str)
    found = desk.archive.browse.sites(region=asked.region, trouble=asked.trouble, limit=asked.limit + 1,
                                      after=str(after[0]) if after else None, by_due=asked.sort == "due")
    return Page.of(found, asked.limit, lambda run: (run.site_id,))


@router.get("/sites")
def sites(request: Request, desk: DeskDep, asked: Annotated[SiteList, Query()]) -> Response:
    page = sites_page(desk, asked)
    return desk.page(request, "sites.html", latest=latest_of(run.last_run_at for run in page.items), asked=asked,
                     page=page, way=desk.places.way(asked.region), inside=desk.places.inside(asked.region))
