"""One line a report: all that is known of it, its text, cells and provenance. docs/export.md has the fields."""

import json
from dataclasses import asdict
from decimal import Decimal
from typing import Any

from storage.export.codebook import Codebook
from storage.export.selection import Chosen
from storage.export.tables import cells_of
from storage.export.work import Work
from storage.manifest import CaptureEntry
from storage.records import StoredVersion
from storage.schemas.export_line import NAME


def write_jsonl(work: Work) -> list[str]:
    with (work.folder / "reports.jsonl").open("w", encoding="utf-8", errors="backslashreplace", newline="\n") as out:
        for found in work.chosen():
            versions = [version_json(v, work.codebook, work.captures(v)) for v in found.versions]
            out.write(json.dumps(line_of(found, versions), ensure_ascii=False) + "\n")
    return []


def line_of(found: Chosen, versions: list[dict[str, Any]]) -> dict[str, Any]:
    return {"schema": NAME, **found.record.as_json(), "latest_version": found.latest_number, "history": versions}


def version_json(version: StoredVersion, codebook: Codebook, captures: list[CaptureEntry]) -> dict[str, Any]:
    """A version with its text, sections, cells, checks, evidence and provenance."""
    report, tables = version.reading.report, dict[str, Any]()
    for table, row, column, cell, flagged in cells_of(report, codebook):
        tables.setdefault(table, {}).setdefault(row, {})[column] = {
            "value": format(cell.value, "f") if isinstance(cell.value, Decimal) else cell.value, "raw": cell.raw,
            "semantic": cell.semantic, "unit": cell.unit, "flagged": flagged}
    return {
        **asdict(version.entry), "title": report.title, "agency_printed": report.agency, "form_id": report.form_id,
        "text": version.text, "sections": [asdict(section) for section in report.sections], "tables": tables,
        "checks": [asdict(check) for check in report.checks],
        "evidence": [asdict(evidence) for evidence in report.evidence],
        "provenance": provenance_json(version, captures)}


def provenance_json(version: StoredVersion, captures: list[CaptureEntry]) -> dict[str, Any]:
    m = version.manifest
    return {"captures": [asdict(capture) for capture in captures], "main_sha256": version.main.raw_sha256,
            "unfetched": [asdict(one) for one in m.unfetched], "pending": [asdict(one) for one in m.pending],
            "site": asdict(m.site), "digests": asdict(m.digests), "pipeline_version": m.pipeline_version,
            "program_version": m.program_version, "manifest_sha256": m.manifest_sha256}
