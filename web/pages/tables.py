"""Listings to take away whole as CSV: agencies, one's figures, a season's late and missing, changes, arrivals, crawls,
sites."""

from collections.abc import Iterator
from dataclasses import asdict
from typing import Annotated, Any

from fastapi import APIRouter, Query
from starlette.responses import Response

from storage import Change
from web.asking import AgenciesAsked, NewsPageAsked, SeasonAsked, SeasonListAsked
from web.desk import DeskDep
from web.filters import CrawlList, SiteList
from web.pages import agency, changes, crawls, season
from web.taking import COLUMNS, rows_file, whole

router = APIRouter()

_AGENCY = ("agency_id", "agency", "region_code", "admin_level", "reports", "first_year", "last_year")
_CHANGE = ("report_id", "agency", "region_code", "report_year", "title", "url", "at", "document_id", "number",
           "same_address", "text_changed", "chars", "cells_changed", "table", "row", "column", "old", "new")
_SITE = ("site_id", "site", "agency", "region_code", "schedule", "last_run_at", "last_outcome", "last_why", "failures",
         "next_due", "why")
_CRAWL = ("crawl_id", "site", "agency", "region_code", "started_at", "finished_at", "state", "fetches", "outcome",
          "new", "changed")


@router.get("/agencies.csv")
def agencies(desk: DeskDep, asked: Annotated[AgenciesAsked, Query()]) -> Response:
    found = whole(lambda one: agency.page_of(desk, one), asked)
    return rows_file((asdict(one) for one in found), _AGENCY, "agencies")


@router.get("/agencies/{agency_id}/figures.csv")
def figures(desk: DeskDep, agency_id: agency.AgencyId) -> Response:
    """A row a year; what the report has no figure for stays empty."""
    browse = desk.archive.browse
    found = browse.figures(browse.agency(agency_id).agency_id)
    names = list(found[0].figures) if found else []
    return rows_file(({**vars(year), **year.figures} for year in found),
                     ("report_year", "report_id", "form_id", *names), "figures")


@router.get("/season.csv")
def days(desk: DeskDep, asked: Annotated[SeasonAsked, Query()]) -> Response:
    """A row a day; what came before New Year stands in the first total."""
    found = desk.archive.browse.season(season.year_of(desk, asked), asked.region)
    totals = [found.before, *(total for _, total in found.published)]
    return rows_file(({"day": day.isoformat(), "published": total - was, "total": total}
                      for was, (day, total) in zip(totals, found.published, strict=False)),
                     ("day", "published", "total"), "season")


@router.get("/season/late.csv")
def late(desk: DeskDep, asked: Annotated[SeasonListAsked, Query()]) -> Response:
    found = whole(lambda one: season.late_page(desk, one), asked)
    return rows_file(({**report.as_json(), "days_late": days} for report, days in found),
                     [*dict.fromkeys([*COLUMNS, "days_late"])], "late")


@router.get("/season/missing.csv")
def missing(desk: DeskDep, asked: Annotated[SeasonListAsked, Query()]) -> Response:
    year, found = season.year_of(desk, asked), whole(lambda one: season.missing_page(desk, one), asked)
    return rows_file(({**asdict(one), "report_year": year} for one in found),
                     ("agency_id", "agency", "region_code", "report_year"), "missing")


@router.get("/changes.csv")
def changed(desk: DeskDep, asked: Annotated[NewsPageAsked, Query()]) -> Response:
    """A row a changed cell; a change that touched the text alone has one row without a cell."""
    found = whole(lambda one: changes.changes_page(desk, one), asked)
    return rows_file((row for change in found for row in _rows(change)), _CHANGE, "changes")


@router.get("/arrivals.csv")
def arrivals(desk: DeskDep, asked: Annotated[NewsPageAsked, Query()]) -> Response:
    found = whole(lambda one: changes.arrivals_page(desk, one), asked)
    return rows_file((report.as_json() for report in found), COLUMNS, "arrivals")


@router.get("/crawls.csv")
def history(desk: DeskDep, asked: Annotated[CrawlList, Query()]) -> Response:
    found = whole(lambda one: crawls.page_of(desk, one), asked)
    return rows_file(({**dict.fromkeys(_CRAWL), **one.summary, **one.as_json()} for one in found), _CRAWL, "crawls")


@router.get("/sites.csv")
def sites(desk: DeskDep, asked: Annotated[SiteList, Query()]) -> Response:
    found = whole(lambda one: crawls.sites_page(desk, one), asked)
    return rows_file((run.as_json() for run in found), _SITE, "sites")


def _rows(change: Change) -> Iterator[dict[str, Any]]:
    report = change.report.as_json()
    shared = {name: report[name] for name in _CHANGE if name in report} | {
        name: getattr(change, name) for name in ("at", "document_id", "number", "same_address", "text_changed", "chars",
                                                 "cells_changed")}
    empty = dict.fromkeys(("table", "row", "column", "old", "new"))
    for cell in change.cells or (None,):
        yield {**empty, **shared, **(vars(cell) if cell is not None else {})}
