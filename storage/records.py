"""What the archive answers with."""

from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from functools import cached_property
from typing import Any, Literal, NamedTuple

from gongkai.report import Reading
from gongkai.site import AgencySite
from storage.absence import Absence
from storage.grouping import Why
from storage.manifest import Manifest
from storage.steps import Step


@dataclass(frozen=True)
class ReportRecord:
    """One line of the index: the report of one agency for one year. `url` is the canonical page or file, `urls` every
    page that carries it, `files` every attachment, `versions` the number of distinct states ever published,
    `text_sha256` of the normalised text (white space and width do not count), `pending` files kept but not read.
    `shown` is the version of the canonical document and its reading, for other modules here and not part of the
    published record."""

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
    urls: tuple[str, ...]
    files: tuple[str, ...]
    versions: int
    first_seen: str
    last_seen: str
    text_sha256: str
    checks: dict[str, int]
    pending: tuple[str, ...] = ()
    shown: tuple[str, int, str] = ("", 0, "")

    def as_json(self) -> dict[str, Any]:
        """The fields in their published order."""
        return {name: list(value) if isinstance(value, tuple) else value for name, value in vars(self).items()
                if name != "shown"}


@dataclass(frozen=True)
class VersionEntry:
    """One state in a report's history. `number` counts within the report in order of time and is what `version` and
    `changes` take; `document_number` counts within the document. `before` is the number of the state this one is
    compared with, None for a first one; `text_changed` and `changed_cells` say what differs from it. `step` says what
    happened: published first, re-issued at the same address, corrected beside it, moved, copied, or printed in another
    format. `absences`, with a document's newest version: when its page was gone. `reading` names the later reading that
    is shown, empty for the one it was kept with; `pipeline_version` made it. `why` says what makes it a copy,
    a rendition or a revision of state number `like`; `shared` how much of the words is the same, where that decided."""

    number: int
    document_id: str
    document_number: int
    url: str
    role: Literal["canonical", "copy", "rendition", "revision"]
    published: str | None
    first_seen: str
    last_seen: str
    captures: int
    doc_format: str
    version_sha256: str
    text_sha256: str
    before: int | None = None
    text_changed: bool | None = None
    changed_cells: tuple[str, ...] = ()
    step: Step = "first"
    form_id: str | None = None
    absences: tuple[Absence, ...] = ()
    reading: str = ""
    pipeline_version: int = 0
    why: Why | None = None
    like: int | None = None
    shared: float | None = None

    def as_json(self) -> dict[str, Any]:
        return {**vars(self), "absences": [asdict(absence) for absence in self.absences]}


@dataclass(frozen=True)
class ReportDetail:
    """One report with its whole history; `latest` is the state shown when no version is asked for."""

    record: ReportRecord
    history: tuple[VersionEntry, ...]
    latest: VersionEntry


@dataclass(frozen=True)
class KeptFile:
    """Bytes as received, under a harmless name to save them by."""

    role: str
    url: str
    filename: str
    content_type: str
    raw_sha256: str
    size_bytes: int


@dataclass(frozen=True)
class StoredVersion:
    """One version in full. `main` is the file the report was read from, `files` everything that was fetched for it."""

    entry: VersionEntry
    manifest: Manifest
    reading: Reading
    text: str
    main: KeptFile
    files: tuple[KeptFile, ...]
    fetch: Callable[[str], bytes] = field(repr=False)

    @cached_property
    def raw(self) -> bytes:
        """The bytes of `main`."""
        return self.fetch(self.main.raw_sha256)


@dataclass(frozen=True)
class CellChange:
    table: str
    row: str
    column: str
    old: str
    new: str

    def __str__(self) -> str:
        """``REQ new_received total 13 → 31``"""
        return f"{self.table} {self.row} {self.column} {self.old} → {self.new}"


@dataclass(frozen=True)
class Changes:
    """What lies between two states: cells, and the text as a unified diff (empty when it is the same)."""

    cells: tuple[CellChange, ...]
    text_diff: tuple[str, ...]


class LastCapture(NamedTuple):
    """For a conditional request: the validators of the newest answer kept of an address, and what it was.
    `content_type` is the header as sent, charset included."""

    etag: str | None
    last_modified: str | None
    raw_sha256: str
    status: int
    fetched_at: str
    content_type: str


@dataclass(frozen=True)
class PendingItem:
    """A file kept as bytes that no reader took yet."""

    report_id: str
    document_id: str
    number: int
    url: str
    status: str
    doc_format: str
    raw_sha256: tuple[str, ...]


@dataclass(frozen=True)
class ArchiveStats:
    agencies: int
    reports: int
    documents: int
    versions: int
    captures: int
    crawls: int
    raw_objects: int
    raw_bytes: int
    first_seen: str | None
    last_seen: str | None


@dataclass(frozen=True)
class AgencyRecord:
    """One agency of the gazetteer. `names` are those printed in its reports, each with its first and last report year;
    `merged` the ids that are filed under this one."""

    agency_id: str
    agency: str
    region_code: str | None
    admin_level: str | None
    names: dict[str, tuple[int, int]]
    reports: int
    first_year: int | None
    last_year: int | None
    merged: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Any]:
        names = [{"name": name, "first_year": first or None, "last_year": last or None}
                 for name, (first, last) in self.names.items()]
        return {**vars(self), "names": names, "merged": list(self.merged)}


@dataclass(frozen=True)
class SiteRecord:
    """One row of the registry: an agency on a site this archive follows, or followed until it was `retired`. `source`
    says where the row came from."""

    site_id: str
    url: str
    agency: str | None
    agency_id: str | None
    region_code: str | None
    admin_level: str | None
    former_names: tuple[str, ...]
    schedule: str | None
    retired: bool
    added_at: str
    changed_at: str
    source: str

    @property
    def site(self) -> AgencySite:
        return AgencySite(self.url, self.agency, self.region_code, self.former_names, self.schedule)

    def as_json(self) -> dict[str, Any]:
        return {name: list(value) if isinstance(value, tuple) else value for name, value in vars(self).items()}


@dataclass(frozen=True)
class RegistryChange:
    """What a change to the registry did: `event_id` is None when there was nothing to change."""

    event_id: str | None
    added: int
    changed: int
    unchanged: int
