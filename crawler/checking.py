"""What does not add up in the archive: identities of the forms, text against tables, one year against the next."""

import logging
from collections.abc import Iterator
from dataclasses import dataclass

from crawler.reports.years import cross_year_checks
from gongkai.errors import DamageError, StorageError
from gongkai.report import Check, Report
from storage import Archive, ReportRecord

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Failure:
    """A failed check of a report as it is shown now. `before` is the report of the year before where the check needs
    it."""

    record: ReportRecord
    check: Check
    before: ReportRecord | None = None

    @property
    def kind(self) -> str:
        """``identity``, ``prose`` or ``year``."""
        return "year" if self.before else "prose" if self.check.rule_id.startswith("PROSE-") else "identity"

    def as_json(self) -> dict[str, object]:
        record, check = self.record, self.check
        return {"report_id": record.report_id, "agency": record.agency, "agency_id": record.agency_id,
                "region_code": record.region_code, "report_year": record.report_year, "kind": self.kind,
                "rule_id": check.rule_id, "scope": check.scope, "left": check.left, "right": check.right,
                "quote": check.quote, "before": self.before.report_id if self.before else None}


def failures(archive: Archive, *, agency: str | None = None, year: int | None = None,
             region: str | None = None) -> Iterator[Failure]:
    """In order of region, agency, year. With a `year` the findings of that year's reports; the year before is read for
    comparison. A report that cannot be read is left out with a warning: verify names the damage."""
    before: tuple[ReportRecord, Report] | None = None
    for record in archive.reports(agency=agency, region=region):
        if year is not None and record.report_year not in (year - 1, year):
            continue
        report = _read(archive, record)
        if report is None:
            continue
        if year is None or record.report_year == year:
            yield from (Failure(record, check) for check in report.checks if check.state == "fail")
            if before is not None and record.agency_id and before[0].agency_id == record.agency_id:
                yield from (Failure(record, check, before[0]) for check in cross_year_checks(before[1], report)
                            if check.state == "fail")
        before = record, report


def _read(archive: Archive, record: ReportRecord) -> Report | None:
    try:
        return archive.version(record.report_id).reading.report
    except (DamageError, StorageError) as problem:
        logger.warning("%s %s is not checked: %s", record.agency, record.report_year, problem)
        return None
