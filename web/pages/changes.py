"""What changed after publication, and what is new: pages and Atom feeds."""

from typing import Annotated, Any

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from storage import Change, ReportRecord
from web import feed
from web.asking import NewsAsked, NewsPageAsked
from web.captions import captions, in_form_order
from web.conditional import latest_of
from web.desk import Desk, DeskDep, link
from web.paging import Page, position

router = APIRouter()

SHOWN_CELLS = 6
_FEED = 30


@router.get("/changes")
def changes(request: Request, desk: DeskDep, asked: Annotated[NewsPageAsked, Query()]) -> Response:
    page = changes_page(desk, asked)
    return desk.page(request, "changes.html", latest=latest_of(change.at for change in page.items),
                     asked=asked, page=page, **_around(request, desk, asked, "changes.title"),
                     cells=[cells_of(desk, change) for change in page.items], query=_query(asked),
                     feed=link("/feeds/changes.atom", _query(asked)))


@router.get("/arrivals")
def arrivals(request: Request, desk: DeskDep, asked: Annotated[NewsPageAsked, Query()]) -> Response:
    page = arrivals_page(desk, asked)
    return desk.page(request, "arrivals.html", latest=latest_of(report.first_seen for report in page.items),
                     asked=asked, page=page, query=_query(asked),
                     **_around(request, desk, asked, "changes.new_title"),
                     feed=link("/feeds/reports.atom", _query(asked)))


@router.get("/feeds/changes.atom")
def changes_feed(request: Request, desk: DeskDep, asked: Annotated[NewsAsked, Query()]) -> Response:
    found = desk.archive.browse.changes(asked.region, asked.agency, _FEED, year=asked.year)
    say = desk.say(request)
    entries = [feed.Entry(
        feed.tag("change", f"{change.document_id}/{change.number}"), _title(change.report),
        f"/reports/{change.report.report_id}/versions", change.at, change.at, change.report.agency or "",
        "；".join(_said(desk, change, say))) for change in found]
    return _feed(request, desk, asked, "changes.title", "changes", entries)


@router.get("/feeds/reports.atom")
def arrivals_feed(request: Request, desk: DeskDep, asked: Annotated[NewsAsked, Query()]) -> Response:
    found = desk.archive.browse.arrivals(asked.region, asked.agency, _FEED, year=asked.year)
    entries = [feed.Entry(
        feed.tag("report", report.report_id), _title(report), f"/reports/{report.report_id}", report.first_seen,
        report.first_seen, report.agency or "", report.url) for report in found]
    return _feed(request, desk, asked, "changes.new_title", "reports", entries)


def changes_page(desk: Desk, asked: NewsPageAsked) -> Page[Change]:
    after: Any = position(asked.after, str, str, int)
    found = desk.archive.browse.changes(asked.region, asked.agency, asked.limit + 1, after, year=asked.year)
    return Page.of(found, asked.limit, lambda change: change.key)


def arrivals_page(desk: Desk, asked: NewsPageAsked) -> Page[ReportRecord]:
    after: Any = position(asked.after, str, str)
    found = desk.archive.browse.arrivals(asked.region, asked.agency, asked.limit + 1, after, year=asked.year)
    return Page.of(found, asked.limit, lambda report: (report.first_seen, report.report_id))


def cells_of(desk: Desk, change: Change) -> list[tuple[Any, str]]:
    """The first changed cells, in the order and the words of the form."""
    some = in_form_order(desk.codebook, change.cells, change.report.form_id)[:SHOWN_CELLS]
    return list(zip(some, captions(desk.codebook, some, change.report.form_id), strict=True))


def _said(desk: Desk, change: Change, say: Any) -> list[str]:
    told = [f"{words} {cell.old} → {cell.new}" for cell, words in cells_of(desk, change)]
    if change.cells_changed > len(told):
        told.append(say("changes.more_cells", n=change.cells_changed - len(told)))
    return told or [say("changes.text_same")]


def _title(report: ReportRecord) -> str:
    return report.title or f"{report.agency or ''} {report.report_year or ''}".strip() or report.report_id


def _where(desk: Desk, asked: NewsAsked) -> str:
    """Whose changes these are, for the headline."""
    if asked.agency is not None:
        return desk.archive.browse.agency(asked.agency).agency
    return desk.places.full_name(asked.region)


def _headed(request: Request, desk: Desk, asked: NewsAsked, title: str) -> str:
    """Of whom, of which year, what."""
    say = desk.say(request)
    year = say("changes.of_year", year=asked.year) if asked.year is not None else ""
    return " ".join(filter(None, (_where(desk, asked), year, say(title))))


def _around(request: Request, desk: Desk, asked: NewsAsked, title: str) -> dict[str, Any]:
    """Where the place lies, what lies in it, and the years there are."""
    there = desk.archive.browse.numbers()
    return {"headed": _headed(request, desk, asked, title), "where": _where(desk, asked),
            "way": desk.places.way(asked.region), "inside": desk.places.inside(asked.region),
            "years": range(there.last_year or 0, (there.first_year or 1) - 1, -1)}


def _query(asked: NewsAsked) -> dict[str, Any]:
    return {"region": asked.region, "agency": asked.agency, "year": asked.year}


def _feed(request: Request, desk: Desk, asked: NewsAsked, title: str, kind: str,
          entries: list[feed.Entry]) -> Response:
    name = feed.tag(kind, "/".join(filter(None, (asked.agency or asked.region or "all", str(asked.year or "")))))
    said = _headed(request, desk, asked, title)
    return feed.answer(request, feed.Feed(name, said, link(f"/{_PAGES[kind]}", _query(asked)),
                                          link(f"/feeds/{kind}.atom", _query(asked)), tuple(entries)))


_PAGES = {"changes": "changes", "reports": "arrivals"}
