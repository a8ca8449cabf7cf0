"""What an export takes: one walk over the chosen reports, a report at a time."""

import re
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

from gongkai.clock import parse_stamp, stamp
from gongkai.errors import ConfigurationError, DamageError, StorageError
from storage.records import ReportRecord, StoredVersion

if TYPE_CHECKING:
    from storage.archive import Archive


@dataclass(frozen=True)
class Selection:
    """Every given condition must hold. `years` are report years, empty for all; `since` takes only versions first seen
    at or after that moment (a date or a stamp), and the reports they belong to; the rest as in `Archive.reports`."""

    agency: str | None = None
    region: str | None = None
    years: tuple[int, ...] = ()
    form: str | None = None
    query: str | None = None
    since: str | None = None
    agency_type: str | None = None
    failed: bool | None = None

    def as_json(self) -> dict[str, Any]:
        return asdict(self)

    @property
    def since_stamp(self) -> str | None:
        if self.since is None:
            return None
        text = f"{self.since}T00:00:00Z" if re.fullmatch(r"\d{4}-\d\d-\d\d", self.since) else self.since
        try:
            return stamp(parse_stamp(text))
        except ValueError:
            raise ConfigurationError(f"{self.since!r} is no moment; expected a date like 2026-01-31 or a stamp like "
                                     "2026-01-31T08:00:00Z") from None


@dataclass(frozen=True)
class Chosen:
    """A report with the versions that are handed out, in order of time. `latest` is among them unless it is not new."""

    record: ReportRecord
    versions: tuple[StoredVersion, ...]
    latest_number: int

    @property
    def latest(self) -> StoredVersion | None:
        return next((v for v in self.versions if v.entry.number == self.latest_number), None)

    @property
    def newest(self) -> StoredVersion:
        return self.latest or self.versions[-1]


@dataclass
class LeftOut:
    """Reports that could not be handed out, and why: an export goes on without them and says so."""

    problems: list[str] = field(default_factory=list)


def chosen(archive: "Archive", selection: Selection, left_out: LeftOut) -> Iterator[Chosen]:
    since = selection.since_stamp
    year = selection.years[0] if len(selection.years) == 1 else None
    for record in archive.reports(
            agency=selection.agency, year=year, region=selection.region, query=selection.query, form=selection.form,
            agency_type=selection.agency_type, failed=selection.failed):
        if selection.years and record.report_year not in selection.years:
            continue
        if since is not None and record.last_seen < since:
            continue
        try:
            found = _load(archive, record, since)
        except (DamageError, StorageError) as problem:
            left_out.problems.append(f"{record.report_id} ({record.agency} {record.report_year}): {problem}")
            continue
        if found.versions:
            yield found


def _load(archive: "Archive", record: ReportRecord, since: str | None) -> Chosen:
    detail = archive.report(record.report_id)
    taken = [entry for entry in detail.history if since is None or entry.first_seen >= since]
    versions = tuple(archive.version(record.report_id, entry.number) for entry in taken)
    # A version's history (before, changed_cells) is known to the report alone.
    entries = {entry.number: entry for entry in taken}
    return Chosen(record, tuple(StoredVersion(entries[v.entry.number], v.manifest, v.reading, v.text, v.main, v.files,
                                              v.fetch) for v in versions), detail.latest.number)
