"""Reports, their versions and what each changed."""

from dataclasses import asdict
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query
from pydantic import TypeAdapter
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from gongkai.chinese import printable
from gongkai.report import Report
from storage import StoredVersion
from storage.changes import changed_cells
from storage.manifest import CaptureEntry, Manifest
from storage.search.grams import plain
from web import originals
from web.api import shapes
from web.api.spoken import Lang, language_of, spoken
from web.captions import captions
from web.citation import gb7714
from web.comparing import compared
from web.conditional import conditional
from web.desk import DeskDep
from web.filters import Filters, Listing
from web.findings import findings
from web.listing import page_of, query_of, seen_of
from web.side_by_side import changed_lines

router = APIRouter(tags=["reports"])

_REPORT, _MANIFEST = TypeAdapter(Report), TypeAdapter(Manifest)
_CAPTURES = TypeAdapter(list[CaptureEntry])
ReportId = Annotated[str, Path(min_length=4, max_length=64, pattern="^[0-9a-f]+$", examples=["256b2f47e4a844a7f657"],
                               description="a report's id or its beginning")]
Number = Annotated[int, Path(ge=1, le=100_000, examples=[1], description="number of the version")]
Older = Annotated[int | None, Query(ge=1, le=100_000, examples=[1], description="number of the older version")]
Newer = Annotated[int | None, Query(ge=1, le=100_000, examples=[2], description="number of the newer version")]


@router.get("/reports", response_model=shapes.Reports, summary="Search and browse, a page at a time")
def reports(request: Request, desk: DeskDep, asked: Annotated[Listing, Query()]) -> Response:
    page = page_of(desk, asked, snippets=asked.q is not None)
    items = [{**hit.record.as_json(), "snippets": [printable(one.as_text()) for one in hit.snippets]}
             for hit in page.items]
    return desk.json(request, {"items": items, "next": page.after}, latest=seen_of(page))


@router.get("/reports/counts", response_model=shapes.Counts, summary="How many reports of each kind")
def counts(request: Request, desk: DeskDep, asked: Annotated[Filters, Query()]) -> Response:
    return desk.json(request, asdict(desk.archive.browse.facets(query_of(asked))))


@router.get("/reports/{report_id}", response_model=shapes.ReportWithHistory, summary="One report with its history")
def report(request: Request, desk: DeskDep, report_id: ReportId) -> Response:
    detail = desk.archive.report(report_id)
    told = {**detail.record.as_json(), "history": [entry.as_json() for entry in detail.history],
            "latest": detail.latest.number, "citation": gb7714(detail.record, detail.latest.last_seen)}
    return desk.json(request, told, modified=detail.record.last_seen)


@router.get("/reports/{report_id}/versions/{number}", response_model=shapes.WholeVersion,
            summary="One version in full: cells, checks, text, proof of origin")
def version(request: Request, desk: DeskDep, report_id: ReportId, number: Number, lang: Lang = None) -> Response:
    stored, language = desk.archive.version(report_id, number), language_of(request, lang)
    told = {**_whole(stored), "findings": [
        vars(one) for one in findings(stored.reading.report, desk.codebook, language)]}
    return desk.json(request, told, modified=stored.entry.last_seen, language=language)


@router.get("/reports/{report_id}/versions/{number}/text", response_class=Response,
            responses={200: {"content": {"text/plain": {"schema": {"type": "string"}}}}},
            summary="The reading text of one version (Markdown)")
def text(request: Request, desk: DeskDep, report_id: ReportId, number: Number) -> Response:
    stored = desk.archive.version(report_id, number)
    response = PlainTextResponse(stored.text.encode(errors="backslashreplace"))
    return conditional(request, response, stored.entry.last_seen)


@router.get("/reports/{report_id}/versions/{number}/captures", response_model=list[shapes.Capture],
            summary="Every fetch that gave this version, with what the server said")
def captures(request: Request, desk: DeskDep, report_id: ReportId, number: Number, lang: Lang = None) -> Response:
    stored, language = desk.archive.version(report_id, number), language_of(request, lang)
    told = _CAPTURES.dump_python(desk.archive.captures(stored), mode="json")
    return desk.json(request, spoken(told, language), modified=stored.entry.last_seen, language=language)


@router.get("/reports/{report_id}/changes", response_model=shapes.Changes,
            summary="What lies between two versions; by default the newest and the one before")
def changes(request: Request, desk: DeskDep, report_id: ReportId, a: Older = None,
            b: Newer = None) -> Response:
    old, new = compared(desk, desk.archive.report(report_id), a, b)
    found = changed_cells(old.reading.report, new.reading.report)
    said = captions(desk.codebook, found, new.entry.form_id)
    cells = [{**asdict(cell), "caption": words} for cell, words in zip(found, said, strict=True)]
    told = {"report_id": new.manifest.report.report_id, "a": old.entry.number, "b": new.entry.number, "cells": cells,
            "text_diff": changed_lines(plain(old.text), plain(new.text))}
    return desk.json(request, told, modified=max(old.entry.last_seen, new.entry.last_seen))


def _whole(stored: StoredVersion) -> dict[str, Any]:
    report_id, number = stored.manifest.report.report_id, stored.entry.number
    files = [{**asdict(file), "download": originals.path_of(report_id, number, file)} for file in stored.files]
    return {"version": stored.entry.as_json(), "report": _REPORT.dump_python(stored.reading.report, mode="json"),
            "manifest": _MANIFEST.dump_python(stored.manifest, mode="json"), "files": files, "text": stored.text}
