"""The runner on many machines: it crawls what a job of the queue names, or only puts what is due into the queue."""

import logging
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import datetime, timedelta
from threading import Thread

from crawler.jobs.interruption import Interruption
from crawler.jobs.machines.queue import Queue, offer
from crawler.jobs.now import check_writable
from crawler.jobs.runner import Held, Runner, Tell, facts
from crawler.jobs.summary import SiteSummary
from gongkai.clock import parse_stamp, utc_now
from gongkai.settings import Settings
from storage import Archive, Lease, LeaseLostError
from storage.timetable.records import KINDS

logger = logging.getLogger(__name__)


class TryAgain(Exception):
    """No defect: the job is to be run again in `after_s`, for the reason given."""

    def __init__(self, reason: str, after_s: float) -> None:
        super().__init__(reason)
        self.after_s = after_s


class Named(Runner):
    """Crawls one order or site at a time and thread, as its job names it."""

    @contextmanager
    def keeping(self) -> Iterator["Named"]:
        """While entered, leases are kept up. Raises StorageError when the archive cannot be written."""
        check_writable(self._settings)
        beating = Thread(target=self._keep_leases, daemon=True)
        beating.start()
        try:
            yield self
        finally:
            self._done.set()
            beating.join()

    def crawl(self, target: str, *, tries_left: int, pause_s: float) -> str:
        """What came of it, in a sentence. The timetable says what is to be done and knows how it ended; a crawl that
        failed for reasons of ours goes back to it and raises TryAgain while there are tries left."""
        now = utc_now()
        if self.interruption.signal is not None:
            raise TryAgain("the worker was told to stop before this had begun", 0)
        lease = self._timetable.take(self.name, now, self._settings.lease_s, KINDS, only=target,
                                     expected=self._settings.max_requests, allowances=self._rhythm.allowances(now))
        if lease is None:
            return self._passed_over(target)
        held = Again(lease, self.interruption, tries_left, pause_s)
        with self._mutex:
            self._held[lease.lease_id] = held
        try:
            self._crawl_held(held)
        except LeaseLostError as problem:
            self._tell("lost", {**facts(lease), "reason": str(problem)})
            return str(problem)
        finally:
            with self._mutex:
                self._held.pop(lease.lease_id, None)
        if held.reason:
            raise TryAgain(held.reason, pause_s)
        return held.said or "given back"

    def _passed_over(self, target: str) -> str:
        for lease in self._timetable.running():
            if target in (lease.order_id, lease.site_id):
                left_s = (parse_stamp(lease.until) - utc_now()).total_seconds()
                raise TryAgain(f"{lease.runner} has it", max(1.0, left_s + 1))
        return "nothing to do: crawled, cancelled or put off meanwhile, or today's requests are spent"

    def _conclude(self, held: Held, summary: SiteSummary, log: str) -> None:
        assert isinstance(held, Again)
        held.said = summary.sentence()
        if summary.outcome != "failed" or summary.cut_short or summary.busy or held.tries_left <= 0:
            super()._conclude(held, summary, log)
            return
        held.reason = summary.explanation or "it failed"
        told = f"{held.reason} (tried again in {held.pause_s:.0f} s)"
        self._timetable.give_back(held.lease, utc_now(), not_before=utc_now() + timedelta(seconds=held.pause_s),
                                  reason=told)
        self._tell("given_back", {**facts(held.lease), "reason": told})


class Again(Held):
    """With how often it may still be tried. `reason` says why it is to be."""

    def __init__(self, lease: Lease, interruption: Interruption, tries_left: int, pause_s: float) -> None:
        super().__init__(lease, interruption)
        self.tries_left, self.pause_s = tries_left, pause_s
        self.reason = self.said = ""


class Deferring(Runner):
    """Decides when sites are due and puts what is into the queue: ``gongkai schedule --defer``."""

    def __init__(self, settings: Settings, archive: Archive, interruption: Interruption, tell: Tell,
                 queue: Queue) -> None:
        super().__init__(settings, archive, interruption, tell)
        self._queue = queue

    def _start_what_can(self, pool: ThreadPoolExecutor) -> None:
        self._decide()
        now = utc_now()
        if put := self._queue.put_crawls(offer(self._timetable, now, due=self._may_begin(now))):
            logger.info("%d crawls put into the queue", put)

    def _may_begin(self, now: datetime) -> bool:
        """What is due; orders always. Thousands may be due, so they are listed only when there is room for them and
        today's requests are not spent: a worker would find nothing to take and the next round offer the same again."""
        left = (allowed.requests - self._timetable.spent(allowed.since) for allowed in self._rhythm.allowances(now))
        return self._rhythm.hours.is_open(now) and self._queue.has_room() and min(left, default=1) > 0
