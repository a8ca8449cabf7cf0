"""One report: what it says, what does not add up, where it came from, its versions and what each changed."""

from typing import Annotated
from urllib.parse import urlsplit

from fastapi import APIRouter, Path, Query
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from gongkai.errors import NotFoundError
from storage import StoredVersion
from storage.changes import changed_cells
from storage.search.grams import plain
from web import originals
from web.captions import captions
from web.citation import gb7714
from web.comparing import compared
from web.conditional import conditional
from web.desk import DeskDep
from web.findings import findings, remarks
from web.printed import drawn, marks_of
from web.side_by_side import side_by_side

router = APIRouter()

ReportId = Annotated[str, Path(min_length=4, max_length=64, pattern="^[0-9a-f]+$")]
VersionNumber = Annotated[int | None, Query(ge=1, le=100_000)]


@router.get("/reports/{report_id}")
def report(request: Request, desk: DeskDep, report_id: ReportId, version: VersionNumber = None) -> Response:
    detail = desk.archive.report(report_id)
    stored = desk.archive.version(detail.record.report_id, version)
    read, language = stored.reading, desk.language(request)
    told = findings(read.report, desk.codebook, language)
    main = read.sources[read.main].document
    before, after = desk.archive.browse.years_around(detail.record)
    shown = drawn(main, read.report, marks_of((one.number, one.places) for one in told))
    return desk.page(
        request, "report.html", modified=detail.record.last_seen, detail=detail, record=detail.record, stored=stored,
        entry=stored.entry, report=read.report, drawn=shown, findings=told, before=before, after=after,
        remarks=remarks((*main.warnings, *read.report.warnings), desk.codebook, language),
        cited=gb7714(detail.record, stored.entry.last_seen), document=main, link_out=_linkable(stored),
        original=lambda file: originals.path_of(detail.record.report_id, stored.entry.number, file))


@router.get("/reports/{report_id}/text")
def text(request: Request, desk: DeskDep, report_id: ReportId, version: VersionNumber = None) -> Response:
    """The reading text, whole."""
    stored = desk.archive.version(report_id, version)
    response = PlainTextResponse(stored.text.encode(errors="backslashreplace"),
                                 headers={"Content-Disposition": 'attachment; filename="report.md"'})
    return conditional(request, response, stored.entry.last_seen)


@router.get("/reports/{report_id}/versions")
def versions(request: Request, desk: DeskDep, report_id: ReportId) -> Response:
    detail = desk.archive.report(report_id)
    return desk.page(request, "versions.html", modified=detail.record.last_seen, detail=detail, record=detail.record)


@router.get("/reports/{report_id}/compare")
def compare(request: Request, desk: DeskDep, report_id: ReportId, a: VersionNumber = None,
            b: VersionNumber = None) -> Response:
    """Two of its states; by default the newest and the one it is compared with."""
    detail = desk.archive.report(report_id)
    old, new = compared(desk, detail, a, b)
    cells = changed_cells(old.reading.report, new.reading.report)
    sides = side_by_side(plain(old.text), plain(new.text))
    return desk.page(
        request, "compare.html", modified=detail.record.last_seen, record=detail.record, old=old.entry,
        new=new.entry, cells=list(zip(cells, captions(desk.codebook, cells, new.entry.form_id), strict=True)),
        sides=sides)


@router.get("/originals/{report_id}/{number}/{sha256}")
def original(request: Request, desk: DeskDep, report_id: ReportId, number: Annotated[int, Path(ge=1, le=100_000)],
             sha256: Annotated[str, Path(pattern="^[0-9a-f]{64}$")]) -> Response:
    """A file of a version: only what belongs to a report is handed out."""
    stored = desk.archive.version(report_id, number)
    file = next((file for file in stored.files if file.raw_sha256 == sha256), None)
    if file is None:
        raise NotFoundError(f"version {number} of report {report_id} has no file with the digest {sha256}")
    return originals.download(request, file, stored.fetch(sha256))


def _linkable(stored: StoredVersion) -> str | None:
    """The page on the agency's site; nothing else than an address of the web becomes a link."""
    url = stored.entry.url
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    return url if parts.scheme in ("http", "https") and parts.hostname else None
