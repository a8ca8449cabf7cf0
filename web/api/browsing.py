"""Agencies, coverage, seasons, and what changed or came last."""

from dataclasses import asdict
from typing import Annotated, Any

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from storage import Change, PlaceCoverage
from web.api import browsing_shapes as shapes
from web.api.spoken import Lang, language_of, spoken
from web.asking import AgenciesAsked, AgencyYearsAsked, NewsPageAsked, SeasonAsked, SeasonListAsked, Years
from web.captions import captions
from web.conditional import latest_of
from web.desk import Desk, DeskDep
from web.pages import agency as agency_pages
from web.pages import changes as change_pages
from web.pages import coverage as coverage_pages
from web.pages import season as season_pages
from web.pages.agency import AgencyId

router = APIRouter(tags=["browsing"])


@router.get("/agencies", response_model=shapes.Agencies, summary="Agencies with reports, by place and name")
def agencies(request: Request, desk: DeskDep, asked: Annotated[AgenciesAsked, Query()]) -> Response:
    page = agency_pages.page_of(desk, asked)
    return desk.json(request, {"items": [asdict(one) for one in page.items], "next": page.after})


@router.get("/agencies/{agency_id}", response_model=shapes.Agency, summary="One agency: its years, names and sites")
def agency(request: Request, desk: DeskDep, agency_id: AgencyId, lang: Lang = None) -> Response:
    found, language = desk.archive.browse.agency(agency_id), language_of(request, lang)
    told = spoken({**asdict(found), "hosts": dict(found.hosts)}, language)
    return desk.json(request, told, latest=agency_pages.seen_of(found), language=language)


@router.get("/agencies/{agency_id}/figures", response_model=list[shapes.YearFigures],
            summary="An agency's figures over the years")
def figures(request: Request, desk: DeskDep, agency_id: AgencyId) -> Response:
    browse = desk.archive.browse
    found = browse.figures(browse.agency(agency_id).agency_id)
    return desk.json(request, [{**vars(year), "figures": dict(year.figures)} for year in found])


@router.get("/coverage", response_model=shapes.Coverage, summary="A region and the places in it, by year")
def coverage(request: Request, desk: DeskDep, asked: Annotated[Years, Query()]) -> Response:
    found = desk.archive.browse.coverage_map(asked.region, asked.query)
    return desk.json(request, {"whole": _place(desk, found.whole), "parts": [_place(desk, p) for p in found.parts]})


@router.get("/coverage/agencies", response_model=shapes.AgencyMatrix, summary="Agencies of a region, by year")
def matrix(request: Request, desk: DeskDep, asked: Annotated[AgencyYearsAsked, Query()]) -> Response:
    page = coverage_pages.page_of(desk, asked)
    return desk.json(request, {"items": [asdict(row) for row in page.items], "next": page.after})


@router.get("/season", response_model=shapes.Season, summary="How a season went, day by day")
def season(request: Request, desk: DeskDep, asked: Annotated[SeasonAsked, Query()]) -> Response:
    found = desk.archive.browse.season(season_pages.year_of(desk, asked), asked.region)
    told: dict[str, Any] = {**vars(found), "published": [
        {"day": day.isoformat(), "total": total} for day, total in found.published]}
    told["deadlines"] = [{**vars(one), "day": one.day.isoformat(), "missing": one.missing} for one in found.deadlines]
    return desk.json(request, told)


@router.get("/season/late", response_model=shapes.LateReports, summary="Reports that came after they were due")
def late(request: Request, desk: DeskDep, asked: Annotated[SeasonListAsked, Query()]) -> Response:
    page = season_pages.late_page(desk, asked)
    return desk.json(request, {"items": [{**report.as_json(), "days_late": days} for report, days in page.items],
                               "next": page.after}, latest=latest_of(report.last_seen for report, _ in page.items))


@router.get("/season/missing", response_model=shapes.MissingAgencies, summary="Agencies without a report of the year")
def missing(request: Request, desk: DeskDep, asked: Annotated[SeasonListAsked, Query()]) -> Response:
    page = season_pages.missing_page(desk, asked)
    return desk.json(request, {"items": [asdict(one) for one in page.items], "next": page.after})


@router.get("/changes", response_model=shapes.Changes, summary="What was changed after publication, the newest first")
def changes(request: Request, desk: DeskDep, asked: Annotated[NewsPageAsked, Query()]) -> Response:
    page = change_pages.changes_page(desk, asked)
    return desk.json(request, {"items": [_change(desk, one) for one in page.items], "next": page.after},
                     latest=latest_of(one.at for one in page.items))


@router.get("/arrivals", response_model=shapes.Arrivals, summary="Reports as the archive first saw them, newest first")
def arrivals(request: Request, desk: DeskDep, asked: Annotated[NewsPageAsked, Query()]) -> Response:
    page = change_pages.arrivals_page(desk, asked)
    return desk.json(request, {"items": [report.as_json() for report in page.items], "next": page.after},
                     latest=latest_of(report.first_seen for report in page.items))


def _place(desk: Desk, part: PlaceCoverage) -> dict[str, Any]:
    return {"place": part.place, "name": desk.places.full_name(part.place), "agencies": part.agencies,
            "years": [{**asdict(year), "missing": year.missing} for year in part.years]}


def _change(desk: Desk, change: Change) -> dict[str, Any]:
    said = captions(desk.codebook, change.cells, change.report.form_id)
    return {**change.as_json(), "cells": [{**vars(cell), "caption": words}
                                          for cell, words in zip(change.cells, said, strict=True)]}
