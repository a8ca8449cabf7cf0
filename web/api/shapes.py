"""The shapes of the JSON answers, for the OpenAPI description. Objects whose schema is published with the archive (a
version's manifest, its report) are described there."""

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

_REPORT: Any = {
    "report_id": "256b2f47e4a844a7f657", "report_year": 2023, "agency": "青岚市水务局", "agency_id": "0f1e2d3c4b5a6978",
    "region_code": "350200", "admin_level": "prefecture", "scope": "own_agency",
    "title": "青岚市水务局2023年政府信息公开工作年度报告", "form_id": "cn-gov-2021", "published": "2024-01-15",
    "url": "http://swj.example.gov.cn/nb/2023.html", "urls": ["http://swj.example.gov.cn/nb/2023.html"], "files": [],
    "versions": 2, "first_seen": "2026-01-31T08:00:00Z", "last_seen": "2026-02-07T08:00:00Z",
    "text_sha256": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    "checks": {"pass": 53, "fail": 0, "not_assessable": 3}, "pending": [],
}


class Problem(BaseModel):
    class Told(BaseModel):
        status: int
        message: str

    error: Told
    model_config = ConfigDict(json_schema_extra={"example": {"error": {
        "status": 404, "message": "no report 'ffff' in this archive"}}})


class Report(BaseModel):
    """The report of one agency for one year, as in `gongkai reports --format jsonl`."""

    report_id: str
    report_year: int | None
    agency: str | None
    agency_id: str | None
    region_code: str | None
    admin_level: str | None
    scope: str
    title: str | None
    form_id: str | None
    published: str | None
    url: str
    urls: list[str]
    files: list[str]
    versions: int = Field(description="distinct states ever published")
    first_seen: str
    last_seen: str
    text_sha256: str
    checks: dict[Literal["pass", "fail", "not_assessable"], int]
    pending: list[str] = Field(description="files kept but not read yet")
    model_config = ConfigDict(json_schema_extra={"example": _REPORT})


class FoundReport(Report):
    snippets: list[str] = Field(description="where the words stand, each hit between 【 and 】; empty without words")
    model_config = ConfigDict(json_schema_extra={"example": {**_REPORT, "snippets": ["…依【申请】公开…"]}})


class Reports(BaseModel):
    items: list[FoundReport]
    next: str | None = Field(description="give it as `after` for the next page; null on the last one")


class Counts(BaseModel):
    """`region` counts what lies directly in the region asked for, under its first digits. With `more` there are more
    hits than were counted, the newest ones."""

    total: int
    more: bool
    region: dict[str, int]
    year: dict[str, int]
    level: dict[str, int]
    type: dict[str, int]
    form: dict[str, int]
    failed: int
    changed: int


class Version(BaseModel):
    """One state in a report's history."""

    model_config = ConfigDict(extra="allow")
    number: int
    document_id: str
    document_number: int
    url: str
    role: Literal["canonical", "copy", "rendition", "revision"]
    step: Literal["first", "reissue", "correction", "move", "copy", "rendition"]
    first_seen: str
    last_seen: str
    captures: int
    doc_format: str
    version_sha256: str
    text_sha256: str
    before: int | None = Field(description="the state it is compared with")
    text_changed: bool | None
    changed_cells: list[str]


class ReportWithHistory(Report):
    history: list[Version]
    latest: int
    citation: str = Field(description="GB/T 7714")


class Capture(BaseModel):
    model_config = ConfigDict(extra="allow")
    capture_id: str
    crawl_id: str
    role: Literal["page", "part", "attachment"]
    url: str
    final_url: str
    fetched_at: str
    status: int
    raw_sha256: str
    size_bytes: int
    reason: str


class File(BaseModel):
    role: Literal["page", "part", "attachment"]
    url: str
    filename: str
    content_type: str
    raw_sha256: str
    size_bytes: int
    download: str


class Finding(BaseModel):
    """A check that failed, in words. `where` is the row or column in the form's own words, `places` the cells as the
    report's tables name theirs, `quote` a sentence of the text."""

    number: int
    rule_id: str
    words: str
    where: str
    quote: str
    places: list[str]


class WholeVersion(BaseModel):
    """`report` is the interpretation (sections, tables by row and column, checks, evidence), `manifest` the proof of
    origin; their schemas are published with the archive's objects."""

    version: Version
    report: dict[str, Any]
    manifest: dict[str, Any]
    files: list[File]
    text: str
    findings: list[Finding] = Field(description="what does not add up, explained")


class CellChange(BaseModel):
    table: str
    row: str
    column: str
    old: str
    new: str
    caption: str = Field(description="the cell in the form's own words")


class Changes(BaseModel):
    report_id: str
    a: int
    b: int
    cells: list[CellChange]
    text_diff: list[str] = Field(description="lines that differ: - only in a, + only in b")


class Archive(BaseModel):
    reports: int
    agencies: int
    versions: int
    first_year: int | None
    last_year: int | None
    last_crawl: str | None


class Place(BaseModel):
    code: str
    name: str
    full_name: str


class PlaceWithin(Place):
    way: list[Place]
    inside: list[Place]


class Crawl(BaseModel):
    """`summary` is what `gongkai crawl --json` prints."""

    crawl_id: str
    site: str
    agency: str | None
    region_code: str | None
    started_at: str
    finished_at: str | None
    state: Literal["running", "ended", "interrupted"]
    fetches: int
    summary: dict[str, Any]


class Crawls(BaseModel):
    items: list[Crawl]
    next: str | None


class CrawlWithLog(Crawl):
    steps: list[dict[str, Any]] = Field(description="why each address was asked for and what it gave")
    fetch_log: list[dict[str, Any]]
    reports: list[Report]


class Order(BaseModel):
    """`progress` is what the crawl told last: requests, found, queue, url, why."""

    model_config = ConfigDict(extra="allow")
    order_id: str
    site: str
    agency: str | None
    state: Literal["waiting", "running", "done", "failed", "refused", "cancelled"]
    ordered_at: str
    started_at: str | None
    finished_at: str | None
    crawl_id: str | None
    reason: str
    progress: dict[str, Any]
    summary: dict[str, Any]


class Site(BaseModel):
    model_config = ConfigDict(extra="allow")
    site_id: str
    site: str
    agency: str | None
    region_code: str | None
    schedule: str | None
    last_run_at: str | None
    last_outcome: str
    failures: int
    next_due: str | None
    why: str


class Sites(BaseModel):
    items: list[Site]
    next: str | None
