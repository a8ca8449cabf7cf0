"""Shapes of the answers about agencies, coverage, seasons and changes."""

from datetime import date
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from web.api.shapes import CellChange, Report

State = Literal["present", "late", "changed", "missing", "blocked", "stale"]
_NEXT = "give it as `after` for the next page; null on the last one"


class ListedAgency(BaseModel):
    agency_id: str
    agency: str
    region_code: str
    admin_level: str | None
    reports: int
    first_year: int | None
    last_year: int | None
    model_config = ConfigDict(json_schema_extra={"example": {
        "agency_id": "0f1e2d3c4b5a6978", "agency": "青岚市水务局", "region_code": "350200",
        "admin_level": "prefecture", "reports": 12, "first_year": 2012, "last_year": 2024}})


class Agencies(BaseModel):
    items: list[ListedAgency]
    next: str | None = Field(description=_NEXT)


class AgencyYear(BaseModel):
    """`state` is present, late (after `due`), changed (in time, and changed since), missing, or why it is missing:
    blocked (the site refused or did not answer) or stale (the site shows earlier years only)."""

    agency_id: str
    agency: str
    region_code: str | None
    agency_type: str
    report_year: int
    state: State
    due: date
    report_id: str | None
    published: str | None
    days_late: int | None = Field(description="below zero: before it was due")
    versions: int


class PrintedName(BaseModel):
    name: str
    years: list[int]


class Source(BaseModel):
    url: str
    followed: bool
    last_run_at: str | None
    outcome: str
    why: str
    requests: int
    reports: int
    failures: int = Field(description="crawls in a row that failed, or gave nothing where there was something")
    next_due: str | None
    crawl_id: str
    incidents: list[dict[str, Any]]


class Agency(BaseModel):
    agency_id: str
    agency: str
    region_code: str
    admin_level: str | None
    agency_type: str
    cells: list[AgencyYear] = Field(description="its years")
    names: list[PrintedName] = Field(description="as its reports print them")
    sources: list[Source] = Field(description="sites its reports come from")
    hosts: dict[str, int] = Field(description="where its reports stand, with how many")
    merged: list[str] = Field(description="ids that were merged into this one")
    last_seen: str | None = Field(description="when a report of it was fetched last")


class YearFigures(BaseModel):
    """`figures` by name; null where the report has no such figure or none that can be read."""

    report_year: int
    report_id: str
    form_id: str | None
    figures: dict[str, int | None]
    model_config = ConfigDict(json_schema_extra={"example": {
        "report_year": 2023, "report_id": "256b2f47e4a844a7f657", "form_id": "cn-gov-2021",
        "figures": {"received": 14, "granted": 9, "denied": 3}}})


class PlaceYear(BaseModel):
    report_year: int
    expected: int
    present: int
    late: int
    changed: int
    missing: int


class PlaceCoverage(BaseModel):
    """`place` are the first digits of a division code, empty for the country or where it is unknown."""

    place: str
    name: str
    agencies: int
    years: list[PlaceYear]


class Coverage(BaseModel):
    whole: PlaceCoverage
    parts: list[PlaceCoverage]


class AgencyYears(BaseModel):
    agency_id: str
    agency: str
    region_code: str
    cells: list[AgencyYear]


class AgencyMatrix(BaseModel):
    items: list[AgencyYears]
    next: str | None = Field(description=_NEXT)


class Deadline(BaseModel):
    day: date
    agencies: int
    on_time: int
    late: int
    undated: int
    missing: int


class Published(BaseModel):
    day: date
    total: int


class Season(BaseModel):
    """`published` is cumulative; `before` came before 1 January, `later` more than a year after it."""

    report_year: int
    region: str
    agencies: int
    published: list[Published]
    before: int
    later: int
    undated: int
    deadlines: list[Deadline]


class LateReport(Report):
    days_late: int


class LateReports(BaseModel):
    items: list[LateReport]
    next: str | None = Field(description=_NEXT)


class ExpectedAgency(BaseModel):
    agency_id: str
    agency: str
    region_code: str


class MissingAgencies(BaseModel):
    items: list[ExpectedAgency]
    next: str | None = Field(description=_NEXT)


class Change(BaseModel):
    """A state of a report that came after its first. `same_address`: the page was edited; else a correction was put up
    beside it. `cells` are the first that differ, `cells_changed` how many do."""

    report: Report
    at: str
    document_id: str
    number: int
    same_address: bool
    cells: list[CellChange]
    cells_changed: int
    text_changed: bool
    chars: int


class Changes(BaseModel):
    items: list[Change]
    next: str | None = Field(description=_NEXT)


class Arrivals(BaseModel):
    items: list[Report]
    next: str | None = Field(description=_NEXT)
