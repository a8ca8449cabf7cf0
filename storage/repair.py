"""What `verify` finds and can be made again from sound objects is made again: rows, search entries, reading texts.

Nothing is invented, overwritten or removed among the objects; what only a copy of the archive can give back is left,
and said.
"""

import logging
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from functools import partial

from sqlalchemy import Connection, delete, select, update

from gongkai.digest import sha256_hex
from gongkai.errors import DamageError, StorageError
from storage.absence import failed_looks
from storage.catalog.counts import count_anew
from storage.catalog.dialect import put_row
from storage.catalog.engine import Catalog
from storage.catalog.entry import enter_captures, enter_crawl, enter_failed_looks, enter_version, queue, regroup
from storage.catalog.filing import gazetteer
from storage.catalog.following import follow_anew
from storage.catalog.rows import capture_row, version_row
from storage.catalog.schema import captures, versions
from storage.catalog.schema import failed_looks as failed_table
from storage.crawllog import capture_rows, crawl_row, load_log
from storage.damage import Damage
from storage.derived import load_reading, packed_cells, reading_text
from storage.layout import (
    CONTENT_TYPES,
    CRAWLS,
    DOCUMENT,
    DOCUMENTS,
    MANIFEST,
    TEXT,
    crawl_key,
    parse_crawl,
    parse_version,
    version_key,
)
from storage.manifest import Manifest, load
from storage.objects import ObjectStore
from storage.rereading import standing_version
from storage.search import SearchIndex
from storage.search.tables import entries
from storage.timetable.history import tally

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Mended:
    key: str
    what: str


class Repair:
    """`plan` names what can be done about damages; `apply` does it."""

    def __init__(self, objects: ObjectStore, catalog: Catalog, index: SearchIndex) -> None:
        self._objects, self._catalog, self._index = objects, catalog, index

    def plan(self, damages: Iterable[Damage]) -> list[tuple[Mended, Callable[[], None]]]:
        found = []
        lost_captures = set()
        for damage in damages:
            if damage.key.startswith("catalog:captures/"):
                lost_captures.add(damage.key.rpartition("/")[2])
            elif (step := self._step(damage)) is not None:
                found.append((Mended(damage.key, step[0]), step[1]))
        if lost_captures:
            told = Mended("catalog:captures", f"{len(lost_captures)} rows made again from manifests and logs")
            found.append((told, partial(self._captures, lost_captures)))
        return found

    def apply(self, steps: Iterable[tuple[Mended, Callable[[], None]]]) -> list[Mended]:
        done = []
        for told, step in steps:
            try:
                step()
            except (DamageError, StorageError) as problem:
                logger.warning("%s cannot be mended: %s", told.key, problem)
            else:
                done.append(told)
        self._index.catch_up()
        return done

    def _step(self, damage: Damage) -> tuple[str, Callable[[], None]] | None:
        if damage.key.startswith("catalog:"):
            return self._row_step(damage)
        version = parse_version(damage.key)
        if version is not None and version[2] == TEXT and damage.kind == "missing":
            return self._text(*version[:2])
        if damage.kind == "uncatalogued":
            crawl = parse_crawl(damage.key) or ""
            return "entered in the catalog", partial(self._version, *version[:2]) if version else partial(
                self._crawl, crawl)
        return None

    def _row_step(self, damage: Damage) -> tuple[str, Callable[[], None]] | None:
        table, _, name = damage.key.removeprefix("catalog:").partition("/")
        document, _, number = name.partition("/")
        steps: dict[str, tuple[str, Callable[[], None]]] = {
            "versions": ("its row made again from its manifest", lambda: self._version(document, int(number))),
            "crawls": ("its row made again from its log", lambda: self._crawl(name)),
            "failed_looks": ("a row no log tells of removed", lambda: self._failed_look(*name.split("/"))),
            "coverage_counts": ("counted anew", lambda: self._catalog.write(count_anew)),
            "version_cells": ("made again from document.json", lambda: self._version(document, int(number))),
            "report_changes": ("made again from the report's versions", lambda: self._regroup(name)),
            "followed_agencies": ("made again from the registry", lambda: self._catalog.write(_follow_anew)),
            "reports": ("its row made again from its versions", lambda: self._regroup(name)),
            "search": ("its search entry made again", lambda: self._search(name)) if name else (
                "the whole search index made anew", self._index.clear)}
        return steps.get(table)

    def _text(self, document: str, number: int) -> tuple[str, Callable[[], None]] | None:
        """Only where what document.json gives is byte for byte what the manifest promises."""
        with suppress(DamageError, StorageError):
            manifest = load(self._objects.get(version_key(document, number, MANIFEST)))
            data = self._objects.get(version_key(document, number, DOCUMENT))
            reading = load_reading(data)
            text = reading_text(reading.sources[reading.main].document).encode()
            if sha256_hex(data) == manifest.digests.document_json and sha256_hex(text) == manifest.digests.text_md:
                key = version_key(document, number, TEXT)
                return "made again from document.json", lambda: _put(self._objects, key, text)
        return None

    def _version(self, document: str, number: int) -> None:
        found = standing_version(self._objects, document, number)
        read, cells = version_row(found.manifest, found.reading), packed_cells(self._objects, found.document_key)

        def enter(connection: Connection) -> None:
            row = gazetteer(connection).filed(read)
            before = connection.execute(select(versions.c.report_id).where(
                versions.c.document_id == document, versions.c.number == number)).scalar()
            enter_version(connection, row, found.manifest, cells)
            for report in dict.fromkeys(filter(None, (row.report_id, before))):
                regroup(connection, report)
                queue(connection, report)

        self._catalog.write(enter)

    def _crawl(self, crawl: str) -> None:
        lines = load_log(crawl, self._objects.get(crawl_key(crawl)))
        row, rows, failed = crawl_row(lines, sealed=True), capture_rows(lines), failed_looks(lines)

        def enter(connection: Connection) -> None:
            enter_crawl(connection, row, tally(lines))
            enter_captures(connection, rows)
            enter_failed_looks(connection, crawl, failed)

        self._catalog.write(enter)

    def _failed_look(self, document: str, at: str, crawl: str) -> None:
        row = (failed_table.c.document_id == document, failed_table.c.at == at, failed_table.c.crawl_id == crawl)
        self._catalog.write(lambda c: c.execute(delete(failed_table).where(*row)))

    def _regroup(self, report: str) -> None:
        def enter(connection: Connection) -> None:
            regroup(connection, report)
            queue(connection, report)

        self._catalog.write(enter)

    def _search(self, report: str) -> None:
        self._index.place.write(lambda c: c.execute(
            update(entries).where(entries.c.report_id == report).values(report_id=None)))
        self._catalog.write(lambda c: queue(c, report))

    def _captures(self, wanted: set[str]) -> None:
        """Manifests and logs are read through; a row that neither tells of goes."""
        left = set(wanted)

        def enter(rows: list[dict[str, object]], connection: Connection) -> None:
            for row in rows:
                put_row(connection, captures, row)

        for rows in self._told():
            found = [row for row in rows if row["capture_id"] in left]
            if found:
                self._catalog.write(partial(enter, found))
                left -= {str(row["capture_id"]) for row in found}
        self._catalog.write(lambda c: c.execute(delete(captures).where(captures.c.capture_id.in_(sorted(left)))))

    def _told(self) -> Iterable[list[dict[str, object]]]:
        for key in self._objects.keys(CRAWLS):
            if crawl := parse_crawl(key):
                with suppress(DamageError):
                    yield capture_rows(load_log(crawl, self._objects.get(key)))
        for key in self._objects.keys(DOCUMENTS):
            version = parse_version(key)
            if version is not None and version[2] == MANIFEST:
                with suppress(DamageError):
                    yield _capture_rows(load(self._objects.get(key)))


def _capture_rows(manifest: Manifest) -> list[dict[str, object]]:
    return [capture_row(c, manifest.report.kind, manifest.document_id, manifest.number) for c in manifest.captures]


def _put(objects: ObjectStore, key: str, data: bytes) -> None:
    objects.put(key, data, CONTENT_TYPES[TEXT])


def _follow_anew(connection: Connection) -> None:
    follow_anew(connection)
    count_anew(connection)
