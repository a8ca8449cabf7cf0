"""Which two states of a report are set against each other."""

from storage import ReportDetail, StoredVersion
from web.desk import Desk


def compared(desk: Desk, detail: ReportDetail, a: int | None, b: int | None) -> tuple[StoredVersion, StoredVersion]:
    """Those asked for; by default the newest and the one it is compared with."""
    report_id = detail.record.report_id
    new = desk.archive.version(report_id, b)
    older = a or detail.history[new.entry.number - 1].before or max(1, new.entry.number - 1)
    return desk.archive.version(report_id, older), new
