"""The JSON record of one file that ``gongkai extract`` prints."""

from datetime import date
from decimal import Decimal
from typing import Any

from crawler.reports.codebook import codebook
from gongkai.remarks import in_chinese
from gongkai.report import CellTable, CellValue, Evidence, Reading


def extract_record(file: str, reading: Reading) -> dict[str, Any]:
    """One object a file: figures plain (counts as integers, money as a decimal string in 元), null where unknown."""
    report, document = reading.report, reading.sources[reading.main].document
    period = report.statistics_period
    return {
        "file": file, "status": document.status, "doc_format": document.doc_format,
        "kind": report.kind, "is_report": report.is_report,
        "report_year": report.report_year, "report_year_source": report.report_year_source,
        "agency": report.agency, "region_code": report.region_code, "admin_level": report.admin_level,
        "scope": report.scope, "form_id": report.form_id, "title": report.title,
        "published": _iso(report.published), "signature_date": _iso(report.signature_date),
        "statistics_period": period and {"start": period.start.isoformat(), "end": period.end.isoformat()},
        "contact": {"address": report.contact.address, "postcode": report.contact.postcode,
                    "phone": report.contact.phone, "fax": report.contact.fax, "email": report.contact.email},
        "sections": [{"key": s.key, "heading": s.heading, "text": s.text} for s in report.sections],
        "tables": {key: _table(key, table) for key, table in report.tables.items()},
        "checks": [{"rule_id": c.rule_id, "scope": c.scope, "left": c.left, "right": c.right, "state": c.state}
                   for c in report.checks],
        "text": document.text,
        "warnings": (warnings := [*document.warnings, *report.warnings]),
        "warnings_zh": [in_chinese(warning, codebook().words) for warning in warnings],
        "evidence": [_evidence(e) for e in report.evidence],
    }


def _table(key: str, table: CellTable) -> dict[str, Any]:
    if key == "review_litigation":
        return {column: _value(cell) for column, cell in table.get("figures", {}).items()}
    return {row: {column: _value(cell) for column, cell in cells.items()} for row, cells in table.items()}


def _value(cell: CellValue) -> int | str | None:
    return format(cell.value, "f") if isinstance(cell.value, Decimal) else cell.value


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None


def _evidence(evidence: Evidence) -> dict[str, Any]:
    return {"field": evidence.field, "value": evidence.value, "source": evidence.source, "quote": evidence.quote,
            "confidence": round(evidence.confidence, 2), "chosen": evidence.chosen}
