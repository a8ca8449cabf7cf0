"""The way in: raw bytes, derived files, manifest, journal, catalog, in this order: whatever is visible is whole."""

import logging
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from sqlalchemy import Connection

from gongkai import PIPELINE_VERSION, __version__
from gongkai.address import canonical
from gongkai.capture import Capture, Finding, Verdict
from gongkai.chinese import fold
from gongkai.errors import DamageError, StorageError
from gongkai.report import Reading, Report
from storage.catalog.engine import Catalog
from storage.catalog.entry import (
    Regrouped,
    enter_captures,
    enter_version,
    highest_captured,
    regroup,
    versions_of_document,
)
from storage.catalog.filing import gazetteer
from storage.catalog.rows import VersionRow, capture_row, version_row
from storage.cells import cells_of, packed
from storage.crawllog import CrawlLog, unfinished
from storage.derived import SCHEMA as DERIVED_SCHEMA
from storage.derived import document_json, packed_cells, reading_text
from storage.duplicates import content_state, same_state
from storage.failures import file_failures
from storage.identity import agency_id, document_id
from storage.interpretation import Interpretation, interpretation
from storage.journal import journals, lines_of
from storage.layout import CONTENT_TYPES, DOCUMENT, MANIFEST, TEXT, document_prefix, parse_version, version_key
from storage.manifest import (
    SCHEMA,
    CaptureEntry,
    Manifest,
    Naming,
    Unfetched,
    capture_entry,
    dump,
    sealed,
)
from storage.objects import KeyTakenError, ObjectStore
from storage.raw import keep_raw
from storage.rereading import standing_version

logger = logging.getLogger(__name__)

_NOBODY = ""
_MOST_OVERTAKEN = 8


@dataclass(frozen=True)
class _Known:
    """What objects and catalog have of a document, asked once while its lock is held: the files that stand under each
    number, the catalog's rows by number, and the highest number a capture tells of."""

    present: dict[int, set[str]]
    rows: dict[int, VersionRow]
    captured: int

    @property
    def whole(self) -> list[int]:
        """The numbers a manifest stands under."""
        return sorted(number for number, names in self.present.items() if MANIFEST in names)

    @property
    def given_out(self) -> int:
        """The highest number that a manifest stands under or the catalog tells of."""
        return max([self.captured, *self.rows, *self.whole])

    @property
    def above(self) -> dict[int, set[str]]:
        """The files above it."""
        highest = self.given_out
        return {number: names for number, names in self.present.items() if number > highest}


class Keeper:
    """`catalog` is asked for each time because a rebuild may put another in its place."""

    def __init__(self, objects: ObjectStore, catalog: Callable[[], Catalog], state: Path) -> None:
        self._objects, self._catalog, self._state = objects, catalog, state

    def keep(self, finding: Finding, reading: Reading, log: CrawlLog) -> Verdict:
        reading, written = document_json(reading)
        document = document_id(finding.page.final_url)
        entries = self._keep_captures(finding, document, log.crawl_id)
        with self._catalog().document_lock(document):
            number, made, latest = self._stored(finding, reading, written, document, entries, log)
            log.captured(entries, reading.report.kind, document, number, told=made is not None)
            outcome, row = self._enter(entries, reading, document, number, made, latest)
        if made is None:
            _warn_of_another_reading(row, reading.report)
        return Verdict(finding=finding, kind=reading.report.kind, outcome=outcome, report_year=row.report_year or None,
                       own=row.own, report_id=row.report_id, pending=reading.pending)

    def _stored(self, finding: Finding, reading: Reading, written: bytes, document: str, entries: list[CaptureEntry],
                log: CrawlLog) -> tuple[int, Manifest | None, VersionRow | None]:
        """The number its state has, its manifest where it is a new version, and the latest version before. A machine
        with a catalog of its own shares no lock with us: what it wrote while we did is adopted like any version."""
        for _ in range(_MOST_OVERTAKEN):
            known = self._known(document)
            latest = self._adopt(document, known)
            state = content_state(finding, reading, latest.source_states() if latest else ())
            if latest and same_state(state, latest.version_sha256, latest.source_states()):
                return latest.number, None, latest
            text = reading_text(reading.sources[reading.main].document)
            derived = {DOCUMENT: written, TEXT: text.encode()}
            number = self._free_number(document, known, derived)
            if self._is_overtaken(document, number, latest):
                continue
            log.intend(document, number)
            standing = self._standing_name(document, known, reading.report)
            made = _manifest(finding, entries, number, interpretation(reading, state, document, standing, derived))
            try:
                self._write_version(made, derived)
                return number, made, latest
            except KeyTakenError as problem:
                logger.warning("%s: another machine was faster", problem.key)
        raise StorageError(f"other machines keep writing to document {document} while this one does; run the same "
                           "command again, and let them share one catalog (GONGKAI_CATALOG)")

    def _is_overtaken(self, document: str, number: int, latest: VersionRow | None) -> bool:
        """Whether a version came to stand right before this number since the latest one was looked for."""
        before = number - 1
        return before > (latest.number if latest else 0) and self._objects.exists(
            version_key(document, before, MANIFEST))

    def keep_rejected(self, finding: Finding, reading: Reading, log: CrawlLog) -> Verdict:
        entries = self._keep_captures(finding, _NOBODY, log.crawl_id)
        kind = reading.report.kind
        log.captured(entries, kind, None, None)
        rows = [capture_row(entry, kind, None, None) for entry in entries]
        self._catalog().write(lambda connection: enter_captures(connection, rows))
        return Verdict(finding=finding, kind=kind, outcome="rejected", report_year=reading.report.report_year,
                       own=reading.report.own, pending=reading.pending)

    def settle(self, document: str, begun: set[int]) -> None:
        """After a crash: enters versions it kept out of the catalog, removes what it left of the numbers `begun`."""
        with self._catalog().document_lock(document):
            known = self._known(document)
            self._adopt(document, known)
            debris = known.above
            for number in begun & set(debris):
                self._remove(document, number, debris[number])

    def _known(self, document: str) -> _Known:
        present: dict[int, set[str]] = {}
        for _, number, name in filter(None, map(parse_version, self._objects.keys(document_prefix(document)))):
            present.setdefault(number, set()).add(name)
        rows, captured = self._catalog().read(lambda connection: (
            versions_of_document(connection, document), highest_captured(connection, document)))
        return _Known(present, {row.number: row for row in rows}, captured)

    def _free_number(self, document: str, known: _Known, derived: Mapping[str, bytes]) -> int:
        """One nothing was ever kept under. Files above the last one given out are a crash's, which a journal tells, or
        all that is left of a version whose manifest was lost, and then they are not to be replaced by others."""
        highest, above = known.given_out, known.above
        debris = self._debris() if above else set()
        for number, names in sorted(above.items()):
            if (document, number) in debris:
                self._remove(document, number, names)
            elif any(self._objects.get(version_key(document, number, name)) != derived[name] for name in names):
                highest = number
        return highest + 1

    def _debris(self) -> set[tuple[str, int]]:
        """What journals not yet sealed began. The document's lock is held, so nobody is at it now."""
        found: set[tuple[str, int]] = set()
        for path in journals(self._state / "journals"):
            with file_failures(f"read the journal {path}"), suppress(FileNotFoundError):  # sealed meanwhile
                found |= unfinished(lines_of(path.read_bytes()))
        return found

    def _remove(self, document: str, number: int, names: set[str]) -> None:
        for name in sorted(names):
            self._objects.remove(version_key(document, number, name))

    def _adopt(self, document: str, known: _Known) -> VersionRow | None:
        """The latest version whose manifest stands among the objects, all of them entered."""
        for number in known.whole:
            if number not in known.rows:
                known.rows[number] = self._adopt_version(document, number)
        return known.rows[known.whole[-1]] if known.whole else None

    def _adopt_version(self, document: str, number: int) -> VersionRow:
        found = standing_version(self._objects, document, number)
        read, cells = version_row(found.manifest, found.reading), packed_cells(self._objects, found.document_key)

        def enter(connection: Connection) -> VersionRow:
            row = gazetteer(connection).filed(read)
            enter_version(connection, row, found.manifest, cells)
            regroup(connection, row.report_id)
            return row

        return self._catalog().write(enter)

    def _standing_name(self, document: str, known: _Known, report: Report) -> Naming | None:
        """What the ids of the document's report for this year were made of, where it is filed under this agency
        already: learning the region, or the site's name in use, must not part a history in two."""
        for row in (known.rows[number] for number in sorted(known.rows, reverse=True)):
            if row.agency_id and row.report_year == (report.report_year or 0) and _same_agency(row, report):
                try:
                    return standing_version(self._objects, document, row.number, row.reading).manifest.report.naming
                except (StorageError, DamageError):
                    if agency_id(row.agency, row.region_code or None) == row.agency_id:  # lost, but the row will do
                        return Naming(row.agency, row.region_code or None)
        return None

    def _keep_captures(self, finding: Finding, document: str, crawl: str) -> list[CaptureEntry]:
        roles: list[tuple[Literal["page", "part", "attachment"], Capture]] = [("page", finding.page)]
        roles += [("part", part) for part in finding.parts if part is not finding.page]
        roles += [("attachment", a.capture) for a in finding.attachments if a.capture]
        entries: dict[str, CaptureEntry] = {}
        for role, capture in roles:
            entry = capture_entry(capture, role, document, crawl)
            if entry.capture_id not in entries:
                keep_raw(self._objects, capture.body, capture.content_type)
                entries[entry.capture_id] = entry
        return list(entries.values())

    def _write_version(self, manifest: Manifest, derived: Mapping[str, bytes]) -> None:
        """The manifest last: it makes the version."""
        for name, data in {**derived, MANIFEST: dump(manifest)}.items():
            about = {"schema": {MANIFEST: SCHEMA, DOCUMENT: DERIVED_SCHEMA}.get(name, "")}
            self._objects.put(version_key(manifest.document_id, manifest.number, name), data, CONTENT_TYPES[name],
                              about)

    def _enter(self, entries: list[CaptureEntry], reading: Reading, document: str, number: int,
               made: Manifest | None, latest: VersionRow | None,
               ) -> tuple[Literal["new", "changed", "unchanged", "copy"], VersionRow]:
        """What became of it, and the version that stands for it in the index."""
        if made is None:
            assert latest is not None
            rows, standing_report = [capture_row(e, reading.report.kind, document, number) for e in entries], \
                latest.report_id

            def see_again(connection: Connection) -> None:
                enter_captures(connection, rows)
                regroup(connection, standing_report)

            self._catalog().write(see_again)
            return "unchanged", latest
        read, cells = version_row(made), packed(cells_of(reading.report))

        def enter(connection: Connection) -> tuple[VersionRow, Regrouped]:
            filed = gazetteer(connection).filed(read)
            enter_version(connection, filed, made, cells)
            report = regroup(connection, filed.report_id)
            if latest is not None and latest.report_id != filed.report_id:
                regroup(connection, latest.report_id)
            return filed, report

        row, report = self._catalog().write(enter)
        return _outcome(row, report), row


def _warn_of_another_reading(standing: VersionRow, report: Report) -> None:
    """Same text, other interpretation: the agency's name was corrected, or the reader is a newer one."""
    filed_under = report.filed_under or report.agency or ""
    same_name = fold(standing.agency) == fold(filed_under)
    if same_name and (standing.own, standing.report_year) == (report.own, report.report_year or 0):
        return
    logger.warning(
        "%s is unchanged and stays filed under %s, %s, %s; now it was read as %s, %s, %s. It stays as filed until it "
        "is read again", standing.url, *_told(standing.agency, standing.own, standing.report_year),
        *_told(filed_under, report.own, report.report_year))


def _told(agency: str, own: bool, year: int | None) -> tuple[str, str, str]:
    return (agency or "no agency", str(year) if year else "no year",
            "the site's own" if own else "another agency's")


def _outcome(row: VersionRow, report: Regrouped) -> Literal["new", "changed", "copy"]:
    """What the version is to the archive, which had the rest of its report before."""
    before, after = report.before, report.group
    assert after is not None
    if before is None:
        return "new"
    if any(m.row.document_id == row.document_id and m.row.number != row.number for m in after.members):
        return "changed"
    role = after.role_of(row.document_id)
    if role == "canonical":  # it took the place of another: what that one is to it, it is to the archive
        role = after.role_of(before)
    return "copy" if role in ("copy", "rendition") else "changed"


def _manifest(finding: Finding, entries: list[CaptureEntry], number: int,
              interpreted: Interpretation) -> Manifest:
    document = document_id(finding.page.final_url)
    return sealed(Manifest(
        schema=SCHEMA, document_id=document, number=number,
        url=canonical(finding.page.final_url) or finding.page.final_url, captures=tuple(entries),
        unfetched=tuple(Unfetched(a.url, a.text, a.problem) for a in finding.attachments if a.capture is None),
        site=finding.site, hints=finding.hints, pipeline_version=PIPELINE_VERSION, program_version=__version__,
        **vars(interpreted)))


def _same_agency(row: VersionRow, report: Report) -> bool:
    if not report.filed_under:
        return False
    return fold(row.agency) == fold(report.filed_under) or (row.own and report.own)


