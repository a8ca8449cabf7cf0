"""What a manifest or a capture is as a row of the catalog, and back."""

from dataclasses import dataclass, fields
from operator import itemgetter
from typing import Any

from sqlalchemy import Row

from gongkai.address import canonical, host_of
from storage.duplicates import SourceState
from storage.identity import address_name
from storage.manifest import CaptureEntry, Manifest


@dataclass(frozen=True)
class VersionRow:
    """A version as the catalog knows it. Empty strings and zero stand for what is unknown."""

    document_id: str
    number: int
    report_id: str
    agency_id: str
    agency: str
    agency_printed: str
    report_year: int
    region_code: str
    admin_level: str | None
    scope: str
    title: str | None
    form_id: str | None
    published: str | None
    url: str
    page_urls: list[str]
    files: list[str]
    pending: list[dict[str, Any]]
    own: bool
    own_host: bool
    doc_format: str
    version_sha256: str
    text_sha256: str
    body_sha256: str
    cells_sha256: str | None
    words: str | None
    text_chars: int
    filled_cells: int
    checks_pass: int
    checks_fail: int
    checks_not_assessable: int
    states: list[dict[str, Any]]
    manifest_sha256: str
    reading: str
    pipeline_version: int

    @classmethod
    def from_row(cls, row: Row[Any]) -> "VersionRow":
        return cls(*_FIELDS(row._mapping))

    def source_states(self) -> tuple[SourceState, ...]:
        return tuple(SourceState(**{**state, "raw_sha256": tuple(state["raw_sha256"])}) for state in self.states)


_FIELDS = itemgetter(*(field.name for field in fields(VersionRow)))


def version_row(manifest: Manifest, reading: str = "") -> VersionRow:
    """`reading` names the later reading whose interpretation is in the manifest."""
    report, digests = manifest.report, manifest.digests
    main = manifest.sources[manifest.main]
    return VersionRow(
        document_id=manifest.document_id, number=manifest.number, report_id=report.report_id,
        agency_id=report.agency_id or "", agency=_sound(report.filed_under or report.agency) or "",
        agency_printed=_sound(report.agency) or "", report_year=report.report_year or 0,
        region_code=report.region_code or "", admin_level=report.admin_level, scope=report.scope,
        title=_sound(report.title), form_id=report.form_id, published=report.published, url=manifest.url,
        page_urls=[canonical(c.final_url) or c.final_url for c in manifest.captures if c.role != "attachment"],
        files=_files(manifest), pending=[{"url": p.url, "status": p.status, "doc_format": p.doc_format,
                                          "raw_sha256": list(p.raw_sha256)} for p in manifest.pending],
        own=report.own, own_host=host_of(manifest.url) == host_of(manifest.site.url), doc_format=main.doc_format,
        version_sha256=digests.version, text_sha256=digests.text, body_sha256=digests.body,
        cells_sha256=digests.cells, words=digests.words, text_chars=main.text_chars, filled_cells=report.filled_cells,
        checks_pass=report.checks["pass"], checks_fail=report.checks["fail"],
        checks_not_assessable=report.checks["not_assessable"],
        states=[{"role": s.role, "identity": s.identity, "raw_sha256": list(s.raw_sha256), "digest": s.digest}
                for s in manifest.states],
        manifest_sha256=manifest.manifest_sha256, reading=reading, pipeline_version=manifest.pipeline_version)


def capture_row(entry: CaptureEntry, kind: str, document_id: str | None, number: int | None) -> dict[str, Any]:
    return {
        "capture_id": entry.capture_id, "crawl_id": entry.crawl_id, "document_id": document_id, "number": number,
        "kind": kind, "role": entry.role, "url": entry.url, "url_name": address_name(entry.url),
        "final_url": entry.final_url, "fetched_at": entry.fetched_at, "status": entry.status,
        "raw_sha256": entry.raw_sha256, "size_bytes": entry.size_bytes,
        "content_type": _sound(entry.header("content-type")) or "", "etag": _sound(entry.header("etag")),
        "last_modified": _sound(entry.header("last-modified"))}


def _files(manifest: Manifest) -> list[str]:
    """Attachments as linked, fetched or not, each once."""
    linked = [c.url for c in manifest.captures if c.role == "attachment"] + [u.url for u in manifest.unfetched]
    return list(dict.fromkeys(canonical(url) or url for url in linked))


def _sound(text: str | None) -> str | None:
    """Headers and titles are whatever the server sent; a database takes only whole characters, and PostgreSQL no
    NUL."""
    return text.encode("utf-8", "replace").decode().replace("\0", "\ufffd") if text else None
