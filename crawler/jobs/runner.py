"""The runner: takes what is ordered or due from the timetable, and crawls it, one child process a site.

Any number of runners, on any number of machines, may share one catalog; the timetable sees to it that a host is one
runner's at a time. A runner that is killed leaves its leases to run out, and another one, or its own next start, goes
on from what the frontiers know. Told to stop (`Interruption`) it lets every crawl end after the page under way and
gives back what is not done.
"""

import logging
import os
import secrets
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any

from crawler.jobs.interruption import Interruption
from crawler.jobs.log_file import sweep_logs
from crawler.jobs.now import check_writable, crawl_in_child, log_path
from crawler.jobs.pulse import Pulse
from crawler.jobs.rhythm import Rhythm
from crawler.jobs.summary import SiteSummary
from crawler.sites.file import site_of
from gongkai.clock import parse_stamp, stamp, utc_now
from gongkai.errors import ConfigurationError, StorageError
from gongkai.settings import Settings
from storage import Archive, Lease, LeaseLostError
from storage.timetable.history import is_ahead
from storage.timetable.records import KINDS, Ending, Kind

logger = logging.getLogger(__name__)

Tell = Callable[[str, dict[str, Any]], None]
"""What happened (``begun``, ``ended``, ``given_back``, ``lost``, ``refused``, ``caught_up``) and its facts."""

_LOOK_EVERY_S = 2.0
_DECIDE_EVERY_S = 60.0
_TRY_AGAIN_S, _GIVE_UP_AFTER = 30.0, 20
"""A disk that is full or a catalog that is away is waited for ten minutes; then whoever started us should know."""
_SWEEP_EVERY_S = 86_400.0
_BUSY = timedelta(minutes=5)
_AWAY = timedelta(days=1)


class Runner:
    def __init__(self, settings: Settings, archive: Archive, interruption: Interruption, tell: Tell, *,
                 kinds: Sequence[Kind] = KINDS) -> None:
        """`kinds` is what it takes at all: what was ordered, what is due."""
        self._settings, self._timetable, self._kinds = settings, archive.timetable, kinds
        self.interruption, self._tell, self._jobs = interruption, tell, settings.jobs
        self._rhythm = Rhythm.of(settings)
        self._held: dict[str, Held] = {}
        self._mutex = threading.Lock()
        self._wake = threading.Event()
        self._done = threading.Event()
        self._decided_at = self._swept_at = 0.0
        self._pulse = Pulse(settings)
        self.name = f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(2)}"
        self.summaries: list[SiteSummary] = []

    def run(self, *, until_idle: bool = False) -> None:
        """Until it is told to stop; or until nothing is due or ordered any more. Raises StorageError before anything
        is asked when the archive cannot be written, and when the catalog stays away."""
        check_writable(self._settings)
        beating = threading.Thread(target=self._keep_leases, daemon=True)
        beating.start()
        try:
            with ThreadPoolExecutor(max_workers=self._jobs) as pool:
                self._rounds(pool, until_idle=until_idle)
        finally:
            self._done.set()
            beating.join()

    def wake(self) -> None:
        """Look again now."""
        self._wake.set()

    def _rounds(self, pool: ThreadPoolExecutor, *, until_idle: bool) -> None:
        if not until_idle and "due" in self._kinds:
            self._catch_up()
        failed = 0
        while self.interruption.signal is None:
            self._wake.clear()
            self._pulse.beat()
            try:
                self._start_what_can(pool)
                failed = 0
            except StorageError as problem:
                failed += 1
                if until_idle or failed >= _GIVE_UP_AFTER:
                    raise
                logger.error("nothing can be started now: %s (%d of %d)", problem, failed, _GIVE_UP_AFTER)
                self._wake.wait(_TRY_AGAIN_S)
            if until_idle and not self._held:
                return
            self._wake.wait(_LOOK_EVERY_S)

    def _start_what_can(self, pool: ThreadPoolExecutor) -> None:
        self._decide()
        while len(self._held) < self._jobs and (lease := self._take()) is not None:
            held = Held(lease, self.interruption)
            with self._mutex:
                self._held[lease.lease_id] = held
            pool.submit(self._crawl, held)

    def _take(self) -> Lease | None:
        if self.interruption.signal is not None:
            return None
        now = utc_now()
        kinds = [kind for kind in self._kinds if kind == "order" or self._rhythm.hours.is_open(now)]
        return self._timetable.take(self.name, now, self._settings.lease_s, kinds, expected=self._settings.max_requests,
                                    allowances=self._rhythm.allowances(now))

    def _catch_up(self) -> None:
        """Where nothing ran for a day, what was missed meanwhile is spread, so that it does not all come at once."""
        runs, now = self._timetable.sites(), utc_now()
        newest = max((run.last_run_at for run in runs if run.last_run_at), default=None)
        alive = any(parse_stamp(lease.until) > now for lease in self._timetable.running())
        if newest is None or parse_stamp(newest) > now - _AWAY or alive:
            return
        self._decide()
        spread = self._rhythm.caught_up(self._timetable.sites(), now)
        self._timetable.decide(spread)
        if spread:
            self._tell("caught_up", {"sites": len(spread), "until": stamp(max(due.at for due in spread if due.at))})

    def _decide(self) -> None:
        if time.monotonic() < self._decided_at + _DECIDE_EVERY_S and self._decided_at:
            return
        self._decided_at = time.monotonic()
        if not self._swept_at or self._decided_at > self._swept_at + _SWEEP_EVERY_S:
            self._swept_at = self._decided_at
            sweep_logs(self._settings.state_dir / "logs", self._settings.log_days)
        now = utc_now()
        undecided = self._timetable.sites(undecided_by=lambda run: (
            "no more" if is_ahead(run.last_run_at, now) else self._rhythm.name(run)))
        self._timetable.decide(self._rhythm.due(run, now) for run in undecided)

    # one crawl, in a thread of the pool

    def _crawl(self, held: "Held") -> None:
        try:
            self._crawl_held(held)
        except LeaseLostError as problem:
            self._tell("lost", {**facts(held.lease), "reason": str(problem)})
        except Exception as problem:  # the lease runs out, and the site is taken again
            logger.exception("the crawl of %s is left: %s", held.lease.site.url, problem)
        finally:
            with self._mutex:
                self._held.pop(held.lease.lease_id, None)
            self._wake.set()

    def _crawl_held(self, held: "Held") -> None:
        lease = held.lease
        try:
            site_of(lease.site.url, self._settings, where="registry")
        except ConfigurationError as problem:
            self._timetable.finish(lease, "refused", utc_now(), reason=str(problem))
            self._settle(lease)
            self._tell("refused", {**facts(lease), "reason": str(problem)})
            return
        recheck, log = self._is_recheck(lease), log_path(lease.site, self._settings)
        self._tell("begun", {**facts(lease), "attempt": lease.attempts, "recheck": recheck,
                             "log": str(log)})
        summary = crawl_in_child(lease.site, self._settings_for(lease, recheck=recheck),
                                 lambda _, event: self._watched(held, event), held, log)
        if not held.lost:
            self._conclude(held, summary, str(log))

    def _is_recheck(self, lease: Lease) -> bool:
        run = self._timetable.site(lease.site_id) if lease.kind == "due" else None
        return lease.recheck or (run is not None and self._rhythm.is_recheck(run, utc_now()))

    def _settings_for(self, lease: Lease, *, recheck: bool) -> Settings:
        changed: dict[str, Any] = {"recheck": recheck or self._settings.recheck}
        if lease.max_requests is not None:
            changed["max_requests"] = lease.max_requests
        return self._settings.model_copy(update=changed)

    def _watched(self, held: "Held", event: dict[str, Any]) -> None:
        held.note(event)
        if event["event"] not in ("progress", "step"):
            return
        try:
            now = utc_now()
            stop = self._timetable.progress(held.lease, now, self._settings.lease_s, held.progress)
            self._obey(held, stop)
            if stop is not None:
                self._keep_to_the_day(held, now)
        except LeaseLostError as problem:
            self._lose(held, problem)
        except StorageError as problem:
            logger.warning("the progress of %s is not written: %s", held.lease.site.url, problem)

    def _keep_to_the_day(self, held: "Held", now: datetime) -> None:
        """A crawl that needs more than was counted for it ends when the day's requests are spent, and goes on with the
        next day's."""
        if held.lease.kind != "due" or held.progress["requests"] <= held.lease.expected or held.put_off:
            return
        day, _ = self._rhythm.allowances(now)
        if self._timetable.spent(day.since) >= day.requests:
            held.put_off = self._rhythm.tomorrow(now)
            held.terminate()

    def _conclude(self, held: "Held", summary: SiteSummary, log: str) -> None:
        lease, now = held.lease, utc_now()
        if summary.busy:
            self._timetable.give_back(lease, now, not_before=now + _BUSY, reason=summary.explanation)
            self._tell("given_back", {**facts(lease), "reason": summary.explanation})
            return
        stopped = bool(held.stop) and (summary.cut_short or not summary.requests)  # it may not even have begun
        if summary.cut_short and not stopped:
            reason = f"its runner stopped: {self.name}"
            if held.put_off:
                reason = f"the day's {self._settings.requests_a_day} requests were spent before it was done"
            self._timetable.give_back(lease, now, not_before=held.put_off, reason=reason)
            self._tell("given_back", {**facts(lease), "reason": reason if held.put_off else summary.explanation})
            return
        ending: Ending = "cancelled" if stopped else "failed" if summary.outcome == "failed" else "done"
        self._timetable.finish(lease, ending, now, summary=summary.as_json(), crawl_id=held.crawl_id,
                               reason=held.stop if stopped else summary.explanation)
        self._settle(lease)
        self.summaries.append(summary)
        self._tell("ended", {**facts(lease), "outcome": summary.outcome, "requests": summary.requests,
                             "reports": summary.reports, "new": summary.new, "changed": summary.changed,
                             "incidents": len(summary.incidents), "reason": summary.explanation,
                             "crawl_id": held.crawl_id, "log": log})

    def _settle(self, lease: Lease) -> None:
        if (run := self._timetable.site(lease.site_id)) is not None:
            self._timetable.decide([self._rhythm.due(run, utc_now())])

    # leases, in a thread of their own: a site that is silent for minutes gives no events

    def _keep_leases(self) -> None:
        while not self._done.wait(self._settings.lease_s / 3):
            with self._mutex:
                held_now = list(self._held.values())
            for held in held_now:
                try:
                    self._obey(held, self._timetable.renew(held.lease, utc_now(), self._settings.lease_s))
                except LeaseLostError as problem:
                    with self._mutex:
                        over = held.lease.lease_id not in self._held
                    if not (over or held.concluding):
                        self._lose(held, problem)
                except StorageError as problem:
                    logger.warning("the lease on %s is not renewed: %s", held.lease.host, problem)

    def _obey(self, held: "Held", stop: str | None) -> None:
        if stop and not held.stop:
            held.stop = stop
            held.terminate()

    def _lose(self, held: "Held", problem: LeaseLostError) -> None:
        if not held.lost:
            held.lost = True
            held.kill()
            self._tell("lost", {**facts(held.lease), "reason": str(problem)})


class Held:
    """A lease with the process that crawls under it."""

    def __init__(self, lease: Lease, interruption: Interruption) -> None:
        self.lease, self._interruption = lease, interruption
        self._child: subprocess.Popen[str] | None = None
        self.progress: dict[str, Any] = {"requests": 0, "found": 0, "queue": 0, "url": lease.site.url, "why": ""}
        self.stop = ""
        self.put_off: datetime | None = None
        self.lost = self.concluding = False

    @property
    def signal(self) -> int | None:
        return self._interruption.signal

    @property
    def crawl_id(self) -> str | None:
        return self.progress.get("crawl_id")

    def watch(self, child: "subprocess.Popen[str]") -> None:
        self._child = child
        self._interruption.watch(child)

    def forget(self, child: "subprocess.Popen[str]") -> None:
        self.concluding = True
        self._interruption.forget(child)

    def terminate(self) -> None:
        if self._child is not None:
            self._child.terminate()

    def kill(self) -> None:
        if self._child is not None:
            self._child.kill()

    def note(self, event: dict[str, Any]) -> None:
        if event["event"] == "progress":
            self.progress = {**self.progress, "requests": event["requests"], "found": event["reports"],
                             "queue": event["queue"], "crawl_id": event.get("crawl_id")}
        elif event["event"] == "step":
            self.progress = {**self.progress, "url": event["url"], "why": event["why"]}
        elif event["event"] == "summary" and event.get("crawl_id"):
            self.progress = {**self.progress, "crawl_id": event["crawl_id"]}


def facts(lease: Lease) -> dict[str, Any]:
    return {"site": lease.site.url, "agency": lease.site.agency, "host": lease.host, "kind": lease.kind,
            "order": lease.order_id}
