"""The catalog's rows held against what the objects say they must be."""

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from sqlalchemy import Connection, select

from gongkai.digest import sha256_hex
from storage.catalog.counts import are_right
from storage.catalog.engine import Catalog
from storage.catalog.entry import change_rows, grouped, report_row
from storage.catalog.registry_audit import RegistryAudit
from storage.catalog.rows import VersionRow
from storage.catalog.schema import captures, crawls, failed_looks, report_changes, reports, version_cells, versions
from storage.damage import REBUILD, RESTORE, Findings
from storage.layout import MANIFEST, crawl_key, version_key
from storage.objects import ObjectStore

_AT_ONCE = 2000  # rows in memory


class Wanted(NamedTuple):
    """Bytes that something refers to; what is not said is None."""

    asked_by: str
    size: int | None
    key: str | None


class Audit:
    """Told first what the objects hold (`expect_…`), then run. What a crawl at work writes meanwhile is no damage: its
    journal is known, and what a listing made earlier lacks is looked for again."""

    def __init__(self, objects: ObjectStore, findings: Findings) -> None:
        self._objects, self._findings = objects, findings
        self.registry = RegistryAudit(objects, findings)
        self.wanted_raw: dict[str, Wanted] = {}
        self._versions: dict[tuple[str, int], str | None] = {}
        self._cells: dict[tuple[str, int], tuple[str, str]] = {}
        self._captures: dict[str, tuple[str, str]] = {}
        self._logs: set[str] = set()
        self._crawls: dict[str, Mapping[str, Any]] = {}
        self._failed: dict[str, set[tuple[str, str]]] = {}
        self._journals: set[str] = set()
        self._intended: set[str] = set()

    def want_raw(self, sha256: str, asked_by: str, size: int | None = None, key: str | None = None) -> None:
        """A manifest or log says how many bytes there are and under which key, a row of the catalog does not."""
        known = self.wanted_raw.get(sha256)
        if known is None or known.size is None:
            self.wanted_raw[sha256] = Wanted(asked_by, size, key)

    def expect_version(self, document: str, number: int) -> None:
        """Its manifest stands among the objects; until `expect_rows` it counts as unreadable, and is named as such."""
        self._versions[document, number] = None

    def expect_rows(self, row: VersionRow, taken: Iterable[Mapping[str, Any]]) -> None:
        self._versions[row.document_id, row.number] = _print(row)
        self.expect_captures(taken)

    def expect_cells(self, document: str, number: int, reading: str, packed: bytes) -> None:
        self._cells[document, number] = reading, sha256_hex(packed)[:16]

    def expect_captures(self, rows: Iterable[Mapping[str, Any]]) -> None:
        self._captures.update({row["capture_id"]: (_row_print(row), row["crawl_id"]) for row in rows})

    def expect_log(self, crawl: str) -> None:
        self._logs.add(crawl)

    def expect_crawl(self, row: Mapping[str, Any]) -> None:
        """What a log that can be read says of its crawl."""
        self._crawls[row["crawl_id"]] = row

    def expect_failed_looks(self, crawl: str, rows: Iterable[Mapping[str, Any]]) -> None:
        """Which of them are rows depends on what was known then; more than these there cannot be."""
        self._failed[crawl] = {(row["document_id"], row["at"]) for row in rows}

    def expect_journal(self, crawl: str, intended: set[str]) -> None:
        self._journals.add(crawl)
        self._intended |= intended

    def run(self, catalog: Catalog) -> None:
        with catalog.reading() as connection:
            listed = {row.crawl_id: dict(row._mapping) for row in connection.execute(select(crawls))}
            sealed = {crawl: bool(row["sealed"]) for crawl, row in listed.items()}
            self._check_crawls(sealed)
            self._compare_crawls(listed)
            rows = self._check_versions(connection)
            self._check_cells(connection)
            self._check_captures(connection, sealed, rows)
            self._check_reports(connection)
            self.registry.run(connection)
            self._check_failed_looks(connection)
            if not are_right(connection):
                self._findings.damage("catalog:coverage_counts/all", "stale", "it is not what the reports' rows add up "
                                      "to", REBUILD)

    def _check_crawls(self, sealed: Mapping[str, bool]) -> None:
        for crawl, done in sorted(sealed.items()):
            self._findings.count("crawl rows")
            if done and crawl not in self._logs and not self._objects.exists(crawl_key(crawl)):
                self._findings.damage(crawl_key(crawl), "missing", "the catalog says this crawl's log was sealed",
                                      RESTORE)
        for crawl in sorted(self._logs - self._journals):
            if not sealed.get(crawl, False):
                self._findings.damage(crawl_key(crawl), "uncatalogued",
                                      "this crawl's log is kept but not in the catalog", REBUILD)

    def _compare_crawls(self, listed: Mapping[str, Mapping[str, Any]]) -> None:
        for crawl, told in sorted(self._crawls.items()):
            row = listed.get(crawl)
            if row is None or not row["sealed"]:
                continue  # named already
            if told["fetches"] != row["fetches"]:
                self._findings.damage(crawl_key(crawl), "altered", f"it tells of {told['fetches']} fetches, the "
                                      f"catalog of {row['fetches']}", RESTORE)
            elif _row_print(told) != _row_print(row):
                self._findings.damage(f"catalog:crawls/{crawl}", "stale", "it is not what the kept log says", REBUILD)

    def _check_versions(self, connection: Connection) -> set[tuple[str, int]]:
        found: set[tuple[str, int]] = set()
        for stored in connection.execute(select(versions).execution_options(yield_per=_AT_ONCE)):
            row = VersionRow.from_row(stored)
            name = (row.document_id, row.number)
            found.add(name)
            self._findings.count("version rows")
            expected, key = self._versions.get(name), version_key(*name, MANIFEST)
            if name not in self._versions and not self._objects.exists(key):
                self._findings.damage(key, "missing", "the catalog has this version, the objects have not", RESTORE)
            if expected and expected != _print(row):
                self._findings.damage(f"catalog:versions/{row.document_id}/{row.number}", "stale",
                                      "it is not what the kept manifest says", REBUILD)
        for document, number in sorted(set(self._versions) - found):
            key = version_key(document, number, MANIFEST)
            if document in self._intended:
                self._findings.leftover(key, "not yet in the catalog: its crawl is running, or died and will be "
                                             "entered by the next command that writes")
            else:
                self._findings.damage(key, "uncatalogued", "this version is kept but not in the catalog", REBUILD)
        return found

    def _check_captures(self, connection: Connection, sealed: Mapping[str, bool], known: set[tuple[str, int]]) -> None:
        seen: set[str] = set()
        for stored in connection.execute(select(captures).execution_options(yield_per=_AT_ONCE)):
            row = dict(stored._mapping)
            name = f"catalog:captures/{stored.capture_id}"
            seen.add(stored.capture_id)
            self._findings.count("capture rows")
            self.want_raw(stored.raw_sha256, name)
            expected = self._captures.get(stored.capture_id)
            # Where a log tells of the capture, its version is looked for among the objects, and named there.
            nowhere = stored.document_id is not None and (stored.document_id, stored.number) not in known
            if nowhere and expected is None:
                self._findings.damage(name, "dangling", f"it belongs to version {stored.number} of "
                                      f"{stored.document_id}, which is not in the catalog", REBUILD)
            if expected is not None and expected[0] != _row_print(row):
                self._findings.damage(name, "stale", "it is not what the kept log or manifest says", REBUILD)
            elif expected is None and stored.crawl_id in self._logs:
                self._findings.damage(name, "dangling", "neither a crawl log nor a manifest tells of it", REBUILD)
        # Of a crawl the catalog does not list, or not as ended, the crawl itself is named.
        ended = {crawl for crawl, done in sealed.items() if done} - self._journals
        for capture in sorted(set(self._captures) - seen):
            if self._captures[capture][1] in ended:
                self._findings.damage(f"catalog:captures/{capture}", "missing",
                                      "a log or manifest tells of this capture", REBUILD)

    def _check_cells(self, connection: Connection) -> None:
        """Where a row lacks, or is of another reading than the version's, pages read the object."""
        for row in connection.execute(select(version_cells).execution_options(yield_per=_AT_ONCE)):
            expected = self._cells.get((row.document_id, row.number))
            if expected is not None and expected[0] == row.reading and expected[1] != sha256_hex(row.packed)[:16]:
                self._findings.damage(f"catalog:version_cells/{row.document_id}/{row.number}", "stale",
                                      "it is not what the kept document.json says", REBUILD)

    def _check_reports(self, connection: Connection) -> None:
        stored = {row.report_id: dict(row._mapping) for row in connection.execute(select(reports))}
        changed: dict[str, list[dict[str, Any]]] = {}
        for row in connection.execute(select(report_changes)):
            changed.setdefault(row.report_id, []).append(dict(row._mapping))
        named = set(connection.execute(select(versions.c.report_id).distinct()).scalars())
        for report in sorted(named | set(stored)):
            self._findings.count("report rows")
            members = grouped(connection, report)
            if (report_row(report, members) if members else None) != stored.get(report):
                self._findings.damage(f"catalog:reports/{report}", "stale",
                                      "it is not what its versions and captures say", REBUILD)
            said = change_rows(report, members) if members else []
            if sorted(map(_row_print, said)) != sorted(map(_row_print, changed.pop(report, []))):
                self._findings.damage(f"catalog:report_changes/{report}", "stale",
                                      "it is not what the report's versions say", REBUILD)

    def _check_failed_looks(self, connection: Connection) -> None:
        asked = select(failed_looks.c.document_id, failed_looks.c.at, failed_looks.c.crawl_id)
        for document, at, crawl in connection.execute(asked.execution_options(yield_per=_AT_ONCE)):
            if crawl in self._failed and (document, at) not in self._failed[crawl]:
                self._findings.damage(f"catalog:failed_looks/{document}/{at}/{crawl}", "dangling",
                                      "its crawl's log tells of no such look", REBUILD)


def _row_print(row: Mapping[str, Any]) -> str:
    return _print(sorted(row.items()))


def _print(value: object) -> str:
    return sha256_hex(repr(value).encode("utf-8", "replace"))[:16]
