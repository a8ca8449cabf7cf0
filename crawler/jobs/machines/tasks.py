"""What a worker does for each kind of job."""

import asyncio
import logging
import os
import platform
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

from procrastinate import App, BaseRetryStrategy, JobContext, RetryDecision
from procrastinate.jobs import Job
from sqlalchemy import func
from sqlalchemy.dialects.postgresql import insert

from crawler.jobs.machines.leased import Named, TryAgain
from crawler.jobs.machines.queue import CARE, CRAWL_TASK, CRAWLS, READ_TASK, READINGS, Queue
from crawler.jobs.machines.readers import Readers
from crawler.renormalising import renormalise
from gongkai.settings import Settings
from storage import Archive, RenewalQuery
from storage.shared import Shared
from storage.shared.tables import job_failures

logger = logging.getLogger(__name__)
T = TypeVar("T")

MOST_TRIES = 5
_LONGEST_PAUSE_S = 3600.0
_KEEP_FAILED_H = 7 * 24
PRIORITY_OF_CARE = 200
WHOAMI = f"{platform.node()}/{os.getpid()}"


def pause_s(attempts: int, lease_s: float) -> float:
    """Growing: 30 s, 1, 2 and 4 minutes by the settings' defaults, long enough for a server's restart."""
    return float(min(lease_s / 4 * 2**min(attempts, 10), _LONGEST_PAUSE_S))


class Work:
    """The jobs of one worker's process; `runner` does the crawls."""

    def __init__(self, archive: Archive, settings: Settings, shared: Shared, runner: Named, crawls: int,
                 readers: int) -> None:
        self._archive, self._settings, self._shared, self._runner = archive, settings, shared, runner
        self._queue = Queue(settings, shared)
        self.readers = Readers(settings)
        self._crawl_threads = ThreadPoolExecutor(max(crawls, 1), "crawl")
        self._read_threads = ThreadPoolExecutor(max(readers, 1) + 1, "read")
        self._notes = ThreadPoolExecutor(1, "notes")

    def register(self, app: App) -> None:
        again = _Again(self._settings.lease_s, self._note_failure)

        @app.task(name=CRAWL_TASK, queue=CRAWLS, pass_context=True, retry=again)
        async def crawl(context: JobContext, target: str) -> str:
            return await _in(self._crawl_threads, lambda: self._crawl(target, context.job.attempts))

        @app.task(name=READ_TASK, queue=READINGS, retry=again)
        async def read(versions: list[list[Any]]) -> str:
            return await _in(self._read_threads, lambda: self._read([(d, int(n)) for d, n in versions]))

        @app.periodic(cron="40 3 * * *")
        @app.task(name="gongkai.pending", queue=CARE, queueing_lock="pending", priority=PRIORITY_OF_CARE, retry=again)
        async def pending(timestamp: int) -> str:
            return await _in(self._read_threads, self._put_pending)

        @app.periodic(cron="10 3 * * *")
        @app.task(name="gongkai.forget", queue=CARE, queueing_lock="forget", priority=PRIORITY_OF_CARE)
        async def forget(timestamp: int) -> None:
            await app.job_manager.delete_old_jobs(nb_hours=_KEEP_FAILED_H, include_failed=True,
                                                  include_cancelled=True, include_aborted=True)

    def _crawl(self, target: str, attempts: int) -> str:
        return self._runner.crawl(target, tries_left=MOST_TRIES - 1 - attempts,
                                  pause_s=pause_s(attempts, self._settings.lease_s))

    def _read(self, versions: Sequence[tuple[str, int]]) -> str:
        counts: Counter[str] = Counter()
        left = dict.fromkeys(versions)
        with self.readers.one() as sandbox:
            for one in renormalise(self._archive, versions, sandbox, jobs=1):
                counts[one.outcome] += 1
                left.pop((one.document_id, one.number), None)
                if self._runner.interruption.signal is not None:
                    break
        if left:
            self._queue.put_readings(list(left))
            return f"stopped after {counts.total()} of {len(versions)}; the rest is in the queue again"
        return ", ".join(f"{outcome} {count}" for outcome, count in sorted(counts.items()))

    def _put_pending(self) -> str:
        """What could not be read when it was kept and has not been tried by today's readers: on a worker with OCR or
        LibreOffice it may be."""
        due = self._archive.renewable(RenewalQuery(pending=True))
        return f"{len(due)} versions in {self._queue.put_readings(due)} batches"

    def _note_failure(self, job: Job, reason: str) -> None:
        named = f"{job.task_name} {next(iter(job.task_kwargs.values()), '')}"[:200]
        row = {"job_id": job.id, "attempt": job.attempts + 1, "at": func.now(), "worker": WHOAMI, "job": named,
               "reason": reason[:2000]}
        noted = insert(job_failures).values(**row).on_conflict_do_nothing()
        # Decided on the loop that gives the signs of life, which must not wait for a server.
        self._notes.submit(self._shared.do, lambda c: c.execute(noted))


class _Again(BaseRetryStrategy):
    """A decided pause is kept; what went wrong otherwise is tried `MOST_TRIES` times, each time later."""

    def __init__(self, lease_s: float, note: Callable[[Job, str], None]) -> None:
        self._lease_s, self._note = lease_s, note

    def get_retry_decision(self, *, exception: BaseException, job: Job) -> RetryDecision | None:
        reason = str(exception) or type(exception).__name__
        logger.warning("%s %s, try %d: %s", job.task_name, job.id, job.attempts + 1, reason)
        self._note(job, reason)
        if isinstance(exception, TryAgain):
            return RetryDecision(retry_in={"seconds": int(exception.after_s + 0.999)})
        if job.attempts + 1 >= MOST_TRIES:
            return None
        return RetryDecision(retry_in={"seconds": int(pause_s(job.attempts, self._lease_s))})


async def _in(threads: ThreadPoolExecutor, work: Callable[[], T]) -> T:
    return await asyncio.get_running_loop().run_in_executor(threads, work)
