"""A crawl's journal becomes its log, an object for good: at the crawl's end, or when the next to come finds it dead."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection

from storage.absence import failed_looks
from storage.catalog.engine import Catalog
from storage.catalog.entry import enter_captures, enter_crawl, enter_failed_looks, regroup_captured
from storage.crawllog import CrawlLog, capture_rows, crawl_row, interrupted, seal, unfinished
from storage.failures import file_failures
from storage.journal import Line, lines_of, orphans, sweep
from storage.keeping import Keeper
from storage.objects import ObjectStore
from storage.timetable.history import tally


@dataclass(frozen=True)
class Sealer:
    objects: ObjectStore
    catalog: Callable[[], Catalog]
    keeper: Keeper
    journals: Path

    def seal(self, log: CrawlLog) -> None:
        lines = log.lines()
        seal(self.objects, log.crawl_id, lines)
        row, counts, failed = crawl_row(lines, sealed=True), tally(lines), failed_looks(lines)

        def enter(connection: Connection) -> None:
            enter_crawl(connection, row, counts)
            enter_failed_looks(connection, log.crawl_id, failed)

        self.catalog().write(enter)

    def seal_orphans(self) -> None:
        """Those of dead processes, as interrupted; what they were keeping is settled first."""
        sweep(self.journals)
        for path, data in orphans(self.journals):
            if lines := lines_of(data):
                self._seal_orphan(path.stem, interrupted(lines))
            with file_failures(f"remove the sealed journal {path}"):
                path.unlink(missing_ok=True)

    def _seal_orphan(self, crawl_id: str, lines: list[Line]) -> None:
        seal(self.objects, crawl_id, lines)
        begun = unfinished(lines)
        for document in {line["document_id"] for line in lines if line["line"] == "keeping"}:
            self.keeper.settle(document, {number for other, number in begun if other == document})
        crawl, rows, failed = crawl_row(lines, sealed=True), capture_rows(lines), failed_looks(lines)

        def enter(connection: Connection) -> None:
            enter_crawl(connection, crawl, tally(lines))
            enter_failed_looks(connection, crawl["crawl_id"], failed)
            enter_captures(connection, rows)
            regroup_captured(connection, rows)

        self.catalog().write(enter)
