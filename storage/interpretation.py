"""What one reading makes of a version: the part of a manifest that a later pipeline may make otherwise."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from gongkai.digest import sha256_hex
from gongkai.report import Reading
from storage.duplicates import ContentState, SourceState, normalised
from storage.identity import agency_id, report_id
from storage.layout import DOCUMENT, TEXT
from storage.likeness import words_of
from storage.manifest import Digests, Manifest, Naming, PendingFile, ReportEntry, SourceEntry


@dataclass(frozen=True)
class Interpretation:
    """Fields of `Manifest`, of the same names."""

    sources: tuple[SourceEntry, ...]
    states: tuple[SourceState, ...]
    main: int
    pending: tuple[PendingFile, ...]
    report: ReportEntry
    digests: Digests

    @classmethod
    def of(cls, manifest: Manifest) -> "Interpretation":
        return cls(manifest.sources, manifest.states, manifest.main, manifest.pending, manifest.report,
                   manifest.digests)


def interpretation(reading: Reading, state: ContentState, document: str, standing: Naming | None,
                   derived: Mapping[str, bytes]) -> Interpretation:
    """`derived` are the files beside it; `standing` is what the document's ids were made of before, where that is to
    stay."""
    return Interpretation(
        sources=tuple(SourceEntry(
            role=s.role, url=s.url, raw_sha256=s.raw_sha256, status=s.document.status,
            doc_format=s.document.doc_format, text_chars=len(s.document.text), warnings=s.document.warnings)
            for s in reading.sources),
        states=state.sources, main=reading.main,
        pending=tuple(PendingFile(s.url, s.document.status, s.document.doc_format, s.raw_sha256)
                      for s in reading.sources if s.url in reading.pending),
        report=_report_entry(reading, state, document, standing), digests=_digests(reading, state, derived))


def _digests(reading: Reading, state: ContentState, derived: Mapping[str, bytes]) -> Digests:
    text = normalised(reading.sources[reading.main].document.text)
    return Digests(version=state.version, text=state.text, body=state.body, cells=state.cells,
                   document_json=sha256_hex(derived[DOCUMENT]), text_md=sha256_hex(derived[TEXT]),
                   words=words_of(text, reading.report))


def _report_entry(reading: Reading, state: ContentState, document: str, standing: Naming | None) -> ReportEntry:
    report = reading.report
    now = Naming(report.filed_under, report.region_code) if report.filed_under else None
    naming = standing or now
    agency = agency_id(naming.agency, naming.region_code) if naming else None
    states = [check.state for check in report.checks]
    return ReportEntry(
        report_id=report_id(agency, report.report_year, document), agency_id=agency, kind=report.kind,
        agency=report.agency, filed_under=report.filed_under, own=report.own, report_year=report.report_year,
        report_year_source=report.report_year_source, region_code=report.region_code,
        admin_level=report.admin_level, scope=report.scope, form_id=report.form_id, title=report.title,
        published=_iso(report.published), signature_date=_iso(report.signature_date),
        checks={"pass": states.count("pass"), "fail": states.count("fail"),
                "not_assessable": states.count("not_assessable")}, filled_cells=state.filled_cells,
        named=standing if standing != now else None)


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None
