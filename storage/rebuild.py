"""The catalog made again from the objects alone, then put in place of the old one in one step."""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from sqlalchemy import Connection

from gongkai.errors import DamageError, StorageError
from storage.absence import failed_looks
from storage.catalog.engine import Catalog
from storage.catalog.entry import enter_captures, enter_crawl, enter_failed_looks, enter_version, regroup
from storage.catalog.rows import version_row
from storage.crawllog import capture_rows, crawl_row, load_log
from storage.damage import Progress
from storage.journal import Line, journals, lines_of
from storage.layout import CRAWLS, DOCUMENTS, MANIFEST, crawl_key, parse_crawl, parse_version, version_key
from storage.manifest import load
from storage.objects import ObjectStore

logger = logging.getLogger(__name__)


def rebuild(objects: ObjectStore, catalog: Catalog, state: Path, progress: Progress | None) -> dict[str, int]:
    """Counts of what was entered, and of what could not be read (`skipped`; verify names it). The caller keeps every
    other writer out."""
    with _fresh(catalog) as connection:
        return _Rebuild(objects, connection, progress).run(state)


@contextmanager
def _fresh(catalog: Catalog) -> Iterator[Connection]:
    """Empty tables that become the catalog when the block ends well, which also mends a broken one."""
    new = catalog.beside()
    try:
        with new.writing() as connection:
            yield connection
    except BaseException:
        new.discard()
        raise
    catalog.take_over(new)


class _Rebuild:
    def __init__(self, objects: ObjectStore, connection: Connection, progress: Progress | None) -> None:
        self._objects, self._connection, self._progress = objects, connection, progress
        self._counts = {"versions": 0, "crawls": 0, "captures": 0, "reports": 0, "skipped": 0}
        self._reports: set[str] = set()

    def run(self, state: Path) -> dict[str, int]:
        found = filter(None, map(parse_version, self._objects.keys(DOCUMENTS)))
        for document, number in sorted((d, n) for d, n, name in found if name == MANIFEST):
            self._try(version_key(document, number, MANIFEST), partial(self._enter, document, number))
        for crawl in sorted(filter(None, map(parse_crawl, self._objects.keys(CRAWLS)))):
            self._try(crawl_key(crawl), partial(self._sealed, crawl))
        for path in journals(state / "journals"):
            self._try(str(path), partial(self._journal, path))
        for report in sorted(self._reports):
            regroup(self._connection, report)
            self._count("reports")
        return self._counts

    def _enter(self, document: str, number: int) -> None:
        manifest = load(self._objects.get(version_key(document, number, MANIFEST)))
        row = version_row(manifest)
        enter_version(self._connection, row, manifest)
        self._reports.add(row.report_id)
        self._count("versions")

    def _sealed(self, crawl: str) -> None:
        self._log(load_log(crawl, self._objects.get(crawl_key(crawl))), sealed=True)

    def _journal(self, path: Path) -> None:
        self._log(lines_of(path.read_bytes()), sealed=False)

    def _log(self, lines: list[Line], *, sealed: bool) -> None:
        crawl, rows = crawl_row(lines, sealed=sealed), capture_rows(lines)
        enter_crawl(self._connection, crawl)
        enter_captures(self._connection, rows)
        if sealed:
            enter_failed_looks(self._connection, crawl["crawl_id"], failed_looks(lines))
        self._count("crawls")
        self._count("captures", len(rows))

    def _try(self, key: str, enter: Callable[[], None]) -> None:
        try:
            enter()
        except (DamageError, StorageError) as problem:
            logger.warning("%s is left out: %s", key, problem)
            self._count("skipped")

    def _count(self, what: str, more: int = 1) -> None:
        self._counts[what] += more
        if self._progress is not None:
            self._progress(sum(self._counts.values()), None)
