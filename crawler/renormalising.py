"""Stored bytes read again with today's readers, several versions at a time."""

import logging
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from itertools import islice
from threading import BoundedSemaphore

from crawler.files import read_files
from crawler.normalise.sandbox import Sandbox
from crawler.reports import read_report
from gongkai.errors import DamageError, StorageError
from storage import Archive, Renewal
from storage.failures import CatalogAwayError

logger = logging.getLogger(__name__)


def renormalise(archive: Archive, versions: Sequence[tuple[str, int]], sandbox: Sandbox, *, jobs: int,
                apply: bool = True, progress: Callable[[int, int | None], None] | None = None) -> Iterator[Renewal]:
    """What became of each, as they are done. One that cannot be read again (bytes dropped or damaged) is ``left``. May
    be broken off anywhere; doing it again goes on. `jobs` are read at a time, and as many more fetched or kept."""
    reading = BoundedSemaphore(jobs)
    with ThreadPoolExecutor(2 * jobs) as pool:
        waiting: set[Future[Renewal]] = set()
        left, done = iter(versions), 0

        def submit(number: int) -> None:
            waiting.update(pool.submit(_one, archive, *version, sandbox, reading, apply)
                           for version in islice(left, number))

        try:
            submit(2 * jobs)  # bodies are large: only so many in memory
            while waiting:
                ready, _ = wait(waiting, return_when=FIRST_COMPLETED)
                waiting -= ready
                for future in ready:
                    yield future.result()
                    done += 1
                    if progress is not None:
                        progress(done, len(versions))
                submit(len(ready))
        finally:
            for future in waiting:
                future.cancel()


def _one(archive: Archive, document: str, number: int, sandbox: Sandbox, turn: BoundedSemaphore, apply: bool,
         ) -> Renewal:
    try:
        finding = archive.found_then(document, number)
        with turn:
            reading = read_report(read_files(finding, sandbox), site=finding.site, hints=finding.hints,
                                  url=finding.page.final_url)
        return archive.renew(document, number, finding, reading, apply=apply)
    except (DamageError, StorageError) as problem:
        if isinstance(problem, CatalogAwayError):
            raise
        logger.warning("version %d of %s was not read again: %s", number, document, problem)
        return Renewal(document, number, document, "left", str(problem))
