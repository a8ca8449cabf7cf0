"""Every object and every row looked at once; each damage named with its key and what to do about it.

Damage is what should be there and is not as it was. What a crash may leave (derived files of a version it did not
finish, raw bytes nothing refers to, a journal not yet sealed) is listed as leftovers, which are no reason for alarm.
"""

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

from gongkai.digest import sha256_hex
from gongkai.errors import DamageError, StorageError
from storage.absence import failed_looks
from storage.catalog.audit import Audit
from storage.catalog.engine import Catalog
from storage.catalog.rows import VersionRow, capture_row, version_row
from storage.cells import cells_of, packed
from storage.crawllog import crawl_row, load_log, rows_and_keys, unfinished
from storage.damage import RECRAWL, REMAKE, REPAIR, RESTORE, Findings, Kind, Progress, VerifyReport
from storage.derived import load_reading
from storage.gazetteer import NOTHING_SAID
from storage.identity import agency_id, document_id, report_id
from storage.journal import journals, lines_of
from storage.layout import (
    DOCUMENT,
    MANIFEST,
    TEXT,
    crawl_key,
    event_key,
    parse_crawl,
    parse_event,
    parse_raw,
    parse_reading,
    parse_tombstone,
    parse_version,
    raw_key,
    reading_key,
    readings_prefix,
    version_key,
)
from storage.manifest import Manifest, is_as_written, load
from storage.objects import ObjectStore
from storage.raw import unpack
from storage.reading_audit import check_readings
from storage.registry import load_event
from storage.rereading import standing_version
from storage.retention import load as load_tombstone
from storage.schemas import problem as schema_problem
from storage.search import SearchIndex
from storage.search.audit import check_search

_THREADS = 8
_BATCH = 64  # bodies are large: only so many in memory


def verify(objects: ObjectStore, catalog: Callable[[], Catalog], state: Path,
           progress: Progress | None, index: SearchIndex | None = None) -> VerifyReport:
    findings = Findings(progress)
    keys = list(objects.keys())
    check = ObjectCheck(objects, findings)
    for key in keys:
        if parse_tombstone(key):
            findings.guarded(key, partial(check.tombstone, key), RESTORE)
        elif event := parse_event(key):
            findings.guarded(key, partial(check.event, event), RESTORE)
    check.gazetteer = check.audit.registry.gazetteer
    check.raw([key for key in keys if parse_raw(key)])
    check.readings([key for key in keys if parse_reading(key)])
    check.versions([key for key in keys if parse_version(key)])
    for key in keys:
        if crawl := parse_crawl(key):
            findings.guarded(key, partial(check.log, crawl), RESTORE)
        elif not any(parse(key) for parse in (parse_raw, parse_version, parse_reading, parse_tombstone, parse_event)):
            findings.leftover(key, "no object of this archive's layout has such a key")
    for path in journals(state / "journals"):
        findings.guarded(str(path), partial(check.journal, path), RESTORE)
    findings.guarded("catalog:", lambda: check.audit.run(catalog()), "run: gongkai rebuild")
    if index is not None:
        findings.guarded("catalog:search", lambda: check_search(catalog(), index, findings), REPAIR)
    check.match_raw()
    check.match_versions()
    return findings.report()


class ObjectCheck:
    def __init__(self, objects: ObjectStore, findings: Findings) -> None:
        self._objects, self._findings = objects, findings
        self.audit = Audit(objects, findings)
        self.gazetteer = NOTHING_SAID
        self._sizes: dict[str, int | None] = {}
        self._raw_keys: dict[str, str] = {}
        self._manifests: set[tuple[str, int]] = set()
        self._orphans: list[tuple[str, int, str]] = []
        self._readings: dict[tuple[str, int], dict[str, set[str]]] = {}
        self._told: dict[tuple[str, int], str] = {}
        self._cells: dict[str, bytes] = {}
        self._unfinished: set[tuple[str, int]] = set()
        self.dropped: set[str] = set()

    def raw(self, keys: list[str]) -> None:
        with ThreadPoolExecutor(_THREADS) as pool:
            for start in range(0, len(keys), _BATCH):
                batch = keys[start:start + _BATCH]
                for key, (size, problem) in zip(batch, pool.map(self._raw_size, batch), strict=True):
                    self._sizes.setdefault(parse_raw(key) or "", size)
                    self._raw_keys.setdefault(parse_raw(key) or "", key)
                    if problem is not None:
                        self._findings.damage(key, *problem, RECRAWL)
                    self._findings.count("raw objects")

    def _raw_size(self, key: str) -> tuple[int | None, tuple[Kind, str] | None]:
        try:
            stored = self._objects.get(key)
            body = unpack(stored) if key.endswith(".zst") else stored
        except (DamageError, StorageError) as problem:
            return None, ("unreadable", str(problem))
        if sha256_hex(body) != parse_raw(key):
            return None, ("altered", "its bytes are not those its name promises")
        return len(body), None

    def tombstone(self, key: str) -> None:
        made = load_tombstone(self._objects.get(key))
        self.dropped |= {item.sha256 for item in made.raw}
        self._findings.count("tombstones")

    def some_version(self, row: VersionRow) -> None:
        """One version by its row: its files, its manifest, and the row against it."""
        key = version_key(row.document_id, row.number, MANIFEST)
        names = {name for name in (MANIFEST, DOCUMENT, TEXT)
                 if self._objects.exists(version_key(row.document_id, row.number, name))}
        if MANIFEST not in names:
            self._findings.damage(key, "missing", "the catalog has this version, the objects have not", RESTORE)
            return

        self.readings(list(self._objects.keys(readings_prefix(row.document_id, row.number))))

        def check() -> None:
            self._version(row.document_id, row.number, names)
            found = standing_version(self._objects, row.document_id, row.number)
            if self.gazetteer.filed(version_row(found.manifest, found.reading)) != row:
                self._findings.damage(f"catalog:versions/{row.document_id}/{row.number}", "stale",
                                      "it is not what the kept manifest and readings say", REPAIR)

        self._findings.guarded(key, check, RESTORE)

    def raw_key(self, sha256: str) -> str | None:
        """Under which its bytes stand."""
        keys = (raw_key(sha256, compressed=compressed) for compressed in (True, False))
        return next((key for key in keys if self._objects.exists(key)), None)

    def readings(self, keys: list[str]) -> None:
        """Told before the versions they belong to, with which they are checked."""
        for document, number, reading, name in filter(None, map(parse_reading, keys)):
            self._readings.setdefault((document, number), {}).setdefault(reading, set()).add(name)

    def versions(self, keys: list[str]) -> None:
        present: dict[tuple[str, int], set[str]] = {}
        for key in keys:
            document, number, name = parse_version(key) or ("", 0, "")
            present.setdefault((document, number), set()).add(name)
        highest: dict[str, int] = {}
        for (document, number), names in sorted(present.items()):
            if MANIFEST not in names:
                self._orphans += [(document, number, name) for name in sorted(names)]
                continue
            for lost in range(highest.get(document, 0) + 1, number):
                self._findings.damage(version_key(document, lost, MANIFEST), "missing",
                                      f"version {number} of this document exists, version {lost} does not", RESTORE)
            highest[document] = number
            self._manifests.add((document, number))
            self.audit.expect_version(document, number)
            self._findings.guarded(version_key(document, number, MANIFEST),
                                   partial(self._version, document, number, names), RESTORE)
            self._findings.count("versions")

    def _version(self, document: str, number: int, names: set[str]) -> None:
        key = version_key(document, number, MANIFEST)
        data = self._objects.get(key)
        manifest = load(data)
        if not is_as_written(data):
            self._findings.damage(key, "altered", "it says the same in other bytes than were written", RESTORE)
        elif wrong := schema_problem(json.loads(data)):
            self._findings.damage(key, "misdescribed", f"against its schema: {wrong}", RESTORE)
        if problem := _misdescribed(manifest, document, number):
            self._findings.damage(key, "misdescribed", problem, RESTORE)
        for capture in manifest.captures:
            self.audit.want_raw(capture.raw_sha256, key, capture.size_bytes, capture.raw_key)
        for name, digest in ((DOCUMENT, manifest.digests.document_json), (TEXT, manifest.digests.text_md)):
            file = version_key(document, number, name)
            if name in names:
                self._findings.guarded(file, partial(self._derived, file, digest), RESTORE)
            else:
                advice = REMAKE if name == TEXT else RESTORE
                self._findings.damage(file, "missing", "the version's manifest names it", advice)
        rows = [capture_row(c, manifest.report.kind, document, number) for c in manifest.captures]
        newest = check_readings(
            self._objects, self._findings, manifest, self._readings.pop((document, number), {}),
            lambda read: _misdescribed(read, document, number), self._derived)
        row = version_row(newest[1].onto(manifest), newest[0]) if newest else version_row(manifest)
        self.audit.expect_rows(self.gazetteer.filed(row), rows)
        at = newest[1].document_at if newest else DOCUMENT
        if (cells := self._cells.get(version_key(document, number, at))) is not None:
            self.audit.expect_cells(document, number, newest[0] if newest else "", cells)
        self._cells.clear()

    def _derived(self, key: str, digest: str) -> None:
        data = self._objects.get(key)
        if sha256_hex(data) != digest:
            self._findings.damage(key, "altered", "its bytes are not those the manifest names", RESTORE)
        elif key.endswith(DOCUMENT):
            self._cells[key] = packed(cells_of(load_reading(data).report))

    def log(self, crawl: str) -> None:
        self.audit.expect_log(crawl)
        lines = load_log(crawl, self._objects.get(crawl_key(crawl)))
        self.audit.expect_crawl(crawl_row(lines, sealed=True))
        self.audit.expect_failed_looks(crawl, failed_looks(lines))
        rows = []
        for row, key in rows_and_keys(lines):
            rows.append(row)
            self.audit.want_raw(row["raw_sha256"], crawl_key(crawl), row["size_bytes"], key)
            if row["document_id"] is not None:
                self._told.setdefault((row["document_id"], row["number"]), crawl)
        self.audit.expect_captures(rows)
        self._findings.count("crawl logs")

    def event(self, event: str) -> None:
        self.audit.registry.stands(event)
        self.audit.registry.says(load_event(event, self._objects.get(event_key(event))))
        self._findings.count("registry events")

    def journal(self, path: Path) -> None:
        self._findings.leftover(str(path), "a journal: its crawl is running, or died and will be sealed by the next "
                                           "command that writes")
        lines = lines_of(path.read_bytes())
        self.audit.expect_journal(path.stem, {line["document_id"] for line in lines if line["line"] == "keeping"})
        self._unfinished |= unfinished(lines)
        for row, key in rows_and_keys(lines):
            self.audit.want_raw(row["raw_sha256"], str(path), row["size_bytes"], key)

    def match_raw(self) -> None:
        for sha256, (asked_by, size, key) in sorted(self.audit.wanted_raw.items()):
            found = self._sizes.get(sha256)
            if sha256 not in self._sizes:
                if sha256 not in self.dropped and self.raw_key(sha256) is None:
                    either = "" if key else " (under this key, or the same with .zst)"
                    self._findings.damage(key or raw_key(sha256, compressed=False), "missing",
                                          f"{asked_by} refers to these bytes{either}", RECRAWL)
            elif None not in (found, size) and found != size:
                self._findings.damage(asked_by, "misdescribed", f"it says {size} bytes of {sha256}, which has {found}",
                                      RESTORE)
        for sha256 in sorted(set(self._sizes) - set(self.audit.wanted_raw)):
            self._findings.leftover(self._raw_keys[sha256], "bytes nothing refers to: a process died before it could "
                                    "say what they are")

    def match_versions(self) -> None:
        """Versions whose manifest is gone, and what is left of them. Known from the logs too: a catalog made again
        after the loss says nothing of them."""
        for version, crawl in sorted(self._told.items()):
            key = version_key(*version, MANIFEST)
            if version not in self._manifests and not self._objects.exists(key):
                self._findings.damage(key, "missing", f"crawl {crawl} kept this version", RESTORE)
        for document, number, name in self._orphans:
            manifest = version_key(document, number, MANIFEST)
            if self._objects.exists(manifest):
                continue  # being written while we looked
            if self._findings.named(manifest, "missing"):
                why = "what is left of a version whose manifest is missing; never replaced, so that it can be restored"
            elif (document, number) in self._unfinished:
                why = "of a version not finished: its crawl is running, or died and the next command that writes " \
                      "removes it"
            else:
                why = "without a manifest, and no journal here says why: never replaced; if its version was lost, " \
                      "restore the manifest from a copy of the archive"
            self._findings.leftover(version_key(document, number, name), why)
        for (document, number), found in sorted(self._readings.items()):
            for reading, names in sorted(found.items()):
                for name in sorted(names):
                    self._findings.leftover(reading_key(document, number, reading, name), "a reading of a version "
                                            "whose manifest is missing or cannot be read; it stays until that is "
                                            "restored")


def _misdescribed(manifest: Manifest, document: str, number: int) -> str | None:
    report = manifest.report
    if (manifest.document_id, manifest.number) != (document, number):
        return f"it describes version {manifest.number} of {manifest.document_id}"
    if document_id(manifest.url) != document:
        return f"its address {manifest.url} does not belong to this document"
    naming = report.naming
    agency = agency_id(naming.agency, naming.region_code) if naming else None
    if (report.agency_id, report.report_id) != (agency, report_id(agency, report.report_year, document)):
        return "agency and year do not give the ids it names"
    return None
