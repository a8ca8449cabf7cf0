"""The catalog made again from the objects alone beside the old one, then put in its place in one step."""

import logging
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

from sqlalchemy import Connection, func, select

from gongkai.errors import DamageError, StorageError
from storage.absence import failed_looks
from storage.catalog.counts import count_anew
from storage.catalog.engine import Catalog
from storage.catalog.entry import enter_captures, enter_crawl, enter_failed_looks, enter_version, regroup
from storage.catalog.filing import gazetteer
from storage.catalog.registered import enter_event
from storage.catalog.rows import version_row
from storage.catalog.schema import captures, crawls, reports, site_events, versions
from storage.crawllog import capture_rows, crawl_row, load_log
from storage.damage import Progress
from storage.derived import packed_cells
from storage.failures import CatalogAwayError
from storage.journal import Line, journals, lines_of
from storage.layout import (
    CRAWLS,
    DOCUMENT,
    DOCUMENTS,
    MANIFEST,
    REGISTRY,
    crawl_key,
    event_key,
    parse_crawl,
    parse_event,
    parse_reading,
    parse_version,
    version_key,
)
from storage.manifest import load
from storage.objects import ObjectStore
from storage.registry import load_event
from storage.rereading import standing_version
from storage.search.index import queue_all
from storage.timetable.carrying import carry_orders
from storage.timetable.history import tally

logger = logging.getLogger(__name__)

_AT_ONCE, _READERS = 200, 8
Enter = Callable[[Connection], None]
Read = Callable[[], Enter]


def rebuild(objects: ObjectStore, catalog: Catalog, state: Path, progress: Progress | None) -> dict[str, int]:
    """Counts of what was entered, and of what could not be read (`skipped`; verify names it). The caller keeps every
    other writer out."""
    new = catalog.beside()
    try:
        counts = _Rebuild(objects, new, progress).run(state)
        carry_orders(catalog, new)
    except BaseException:
        new.close()  # what is in it stays for the next one
        raise
    catalog.take_over(new)
    return counts


class _Rebuild:
    """Enters what the new catalog does not have yet, so many at a time: broken off, the next one goes on from there."""

    def __init__(self, objects: ObjectStore, catalog: Catalog, progress: Progress | None) -> None:
        self._objects, self._catalog, self._progress = objects, catalog, progress
        self._counts = {"versions": 0, "crawls": 0, "captures": 0, "reports": 0, "registry events": 0, "skipped": 0}
        self._touched: set[str] = set()
        self._reread: set[tuple[str, int]] = set()
        self._done, self._total = 0, 0

    def run(self, state: Path) -> dict[str, int]:
        named = sorted(self._versions())
        logs = sorted(filter(None, map(parse_crawl, self._objects.keys(CRAWLS))))
        events = sorted(filter(None, map(parse_event, self._objects.keys(REGISTRY))))
        running = journals(state / "journals")
        with self._catalog.reading() as connection:
            versions_in = {(row[0], row[1]) for row in connection.execute(
                select(versions.c.document_id, versions.c.number))}
            crawls_in = set(connection.execute(select(crawls.c.crawl_id).where(crawls.c.sealed.is_(True))).scalars())
            events_in = set(connection.execute(select(site_events.c.event_id)).scalars())
        events = [event for event in events if event not in events_in]
        named = [name for name in named if name not in versions_in]
        logs = [crawl for crawl in logs if crawl not in crawls_in]
        self._total = len(named) + len(logs) + len(running) + len(events)
        self._all([(event_key(event), partial(self._registered, event)) for event in events])
        self._all([(version_key(d, n, MANIFEST), partial(self._version, d, n)) for d, n in named])
        self._all([(crawl_key(crawl), partial(self._sealed, crawl)) for crawl in logs])
        self._all([(str(path), partial(self._journal, path)) for path in running])
        with self._catalog.reading() as connection:
            every = set(connection.execute(select(versions.c.report_id).distinct()).scalars())
            ready = set(connection.execute(select(reports.c.report_id)).scalars())
        due = sorted((every - ready) | (every & self._touched))
        self._total += len(due)
        self._all([(report, partial(_regrouping, report)) for report in due])
        with self._catalog.writing() as connection:
            count_anew(connection)
            queue_all(connection)
        return self._whole()

    def _versions(self) -> Iterator[tuple[str, int]]:
        for key in self._objects.keys(DOCUMENTS):
            if (version := parse_version(key)) and version[2] == MANIFEST:
                yield version[:2]
            elif reading := parse_reading(key):
                self._reread.add(reading[:2])

    def _whole(self) -> dict[str, int]:
        """Counts of what is in it, whichever run entered it."""
        with self._catalog.reading() as connection:
            for name, table in (("versions", versions), ("crawls", crawls), ("captures", captures),
                                ("reports", reports), ("registry events", site_events)):
                self._counts[name] = connection.execute(select(func.count()).select_from(table)).scalar_one()
        return self._counts

    def _all(self, steps: list[tuple[str, Read]]) -> None:
        """Read side by side, for each is a question to a service where objects are on S3; entered one by one."""
        with ThreadPoolExecutor(_READERS) as readers:
            for start in range(0, len(steps), _AT_ONCE):
                found = list(readers.map(_read, steps[start:start + _AT_ONCE]))
                with self._catalog.writing() as connection:
                    for key, enter in found:
                        self._try(key, enter, connection)
                        self._done += 1
                        if self._progress is not None:
                            self._progress(self._done, self._total)

    def _version(self, document: str, number: int) -> Enter:
        if (document, number) in self._reread:
            found = standing_version(self._objects, document, number)
            row, manifest, key = version_row(found.manifest, found.reading), found.manifest, found.document_key
        else:
            manifest = load(self._objects.get(version_key(document, number, MANIFEST)))
            row, key = version_row(manifest), version_key(document, number, DOCUMENT)
        cells = packed_cells(self._objects, key)

        def enter(connection: Connection) -> None:
            filed = gazetteer(connection).filed(row)
            enter_version(connection, filed, manifest, cells)
            self._touched.add(filed.report_id)

        return enter

    def _sealed(self, crawl: str) -> Enter:
        lines = load_log(crawl, self._objects.get(crawl_key(crawl)))
        return lambda connection: self._log(lines, connection, sealed=True)

    def _journal(self, path: Path) -> Enter:
        lines = lines_of(path.read_bytes())
        return lambda connection: self._log(lines, connection, sealed=False)

    def _registered(self, event: str) -> Enter:
        said = load_event(event, self._objects.get(event_key(event)))
        return lambda connection: enter_event(connection, said)

    def _log(self, lines: list[Line], connection: Connection, *, sealed: bool) -> None:
        crawl, rows = crawl_row(lines, sealed=sealed), capture_rows(lines)
        enter_crawl(connection, crawl, tally(lines))
        enter_captures(connection, rows)
        if sealed:
            enter_failed_looks(connection, crawl["crawl_id"], failed_looks(lines))
        for document, number in {(r["document_id"], r["number"]) for r in rows if r["document_id"] is not None}:
            report = connection.execute(select(versions.c.report_id).where(
                versions.c.document_id == document, versions.c.number == number)).scalar()
            if report is not None:
                self._touched.add(report)

    def _try(self, key: str, enter: Enter | DamageError | StorageError, connection: Connection) -> None:
        try:
            if isinstance(enter, Exception):
                raise enter
            enter(connection)
        except (DamageError, StorageError) as problem:
            if isinstance(problem, CatalogAwayError):
                raise
            logger.warning("%s is left out: %s", key, problem)
            self._counts["skipped"] += 1


def _regrouping(report: str) -> Enter:
    return partial(_regroup, report)


def _regroup(report: str, connection: Connection) -> None:
    regroup(connection, report, counted=False)


def _read(step: tuple[str, Read]) -> tuple[str, Enter | DamageError | StorageError]:
    """What is damaged is told in its turn."""
    key, read = step
    try:
        return key, read()
    except (DamageError, StorageError) as problem:
        return key, problem
