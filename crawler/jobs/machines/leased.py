"""One crawl the timetable leased out, run in a child process: kept up while it runs, ended as it came out."""

import logging
import subprocess
import threading
from datetime import timedelta
from typing import Any

from crawler.jobs.interruption import Watch
from crawler.jobs.now import crawl_in_child
from crawler.jobs.summary import SiteSummary
from crawler.sites.file import site_of
from gongkai.clock import utc_now
from gongkai.errors import ConfigurationError, StorageError
from gongkai.settings import Settings
from gongkai.site import AgencySite
from storage import Lease, LeaseLostError, Timetable
from storage.timetable.records import Ending

logger = logging.getLogger(__name__)

_KILL_AFTER_S = 120.0
"""A child that was asked to end after its page and did not."""


class TryAgain(Exception):
    """No defect: the job is to be run again in `after_s`, for the reason given."""

    def __init__(self, reason: str, after_s: float) -> None:
        super().__init__(reason)
        self.after_s = after_s


def crawl_leased(timetable: Timetable, lease: Lease, settings: Settings, watch: Watch, *, lease_s: float,
                 tries_left: int, pause_s: float) -> SiteSummary | None:
    """None where the lease was lost or given back. A crawl that failed for reasons of ours goes back to the timetable,
    from `pause_s` on, and raises TryAgain while there are tries left."""
    try:
        site_of(lease.site.url, settings, where=f"order {lease.order_id}" if lease.order_id else "registry")
    except ConfigurationError as problem:  # what may be asked may have changed since it was entered
        timetable.finish(lease, "refused", utc_now(), reason=str(problem))
        return None
    given = {"max_requests": lease.max_requests, "recheck": lease.recheck or None}
    own = settings.model_copy(update={name: value for name, value in given.items() if value is not None})
    with _Upkeep(timetable, lease, lease_s, watch) as upkeep:
        summary = crawl_in_child(lease.site, own, upkeep.told, upkeep)
    try:
        return _ended(timetable, lease, summary, upkeep, tries_left, pause_s)
    except LeaseLostError as problem:
        logger.warning("%s", problem)
        return None


def _ended(timetable: Timetable, lease: Lease, summary: SiteSummary, upkeep: "_Upkeep", tries_left: int,
           pause_s: float) -> SiteSummary | None:
    now, told = utc_now(), summary.as_json()
    if upkeep.lost:
        raise LeaseLostError(upkeep.lost)
    if upkeep.stop:
        timetable.finish(lease, "cancelled", now, summary=told, reason=upkeep.stop)
        return summary
    if summary.cut_short:
        timetable.give_back(lease, now, reason=summary.explanation)
        return None
    if summary.outcome == "failed" and tries_left > 0:
        reason = f"{summary.explanation} (tried again in {pause_s:.0f} s)"
        timetable.give_back(lease, now, not_before=now + timedelta(seconds=pause_s), reason=reason)
        raise TryAgain(summary.explanation, pause_s)
    ending: Ending = "failed" if summary.outcome == "failed" else "done"
    timetable.finish(lease, ending, now, summary=told, reason=summary.explanation if ending == "failed" else "")
    return summary


class _Upkeep:
    """Renews the lease on a thread of its own, and stands between the child and whoever may end it: the one who runs
    us (`outer`), or the timetable, where the order was cancelled or the lease is another's by now."""

    def __init__(self, timetable: Timetable, lease: Lease, lease_s: float, outer: Watch) -> None:
        self._timetable, self._lease, self._lease_s, self._outer = timetable, lease, lease_s, outer
        self._child: subprocess.Popen[str] | None = None
        self._progress: dict[str, Any] = {}
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._keep, daemon=True)
        self.stop = self.lost = ""

    def __enter__(self) -> "_Upkeep":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    @property
    def signal(self) -> int | None:
        return self._outer.signal

    def watch(self, child: "subprocess.Popen[str]") -> None:
        self._child = child
        self._outer.watch(child)

    def forget(self, child: "subprocess.Popen[str]") -> None:
        self._outer.forget(child)
        self._child = None

    def told(self, site: AgencySite, event: dict[str, Any]) -> None:
        if event["event"] == "progress":
            self._progress = {"requests": event["requests"], "found": event["reports"], "queue": event["queue"]}
        elif event["event"] == "step":
            self._progress = {**self._progress, "url": event["url"], "why": event["why"]}

    def _keep(self) -> None:
        ended_for = 0.0
        step_s = self._lease_s / 5
        while not self._over.wait(step_s):
            if not self.stop and not self.lost:
                self._renew()
                continue
            child, ended_for = self._child, ended_for + step_s
            if child is not None:
                child.kill() if ended_for > _KILL_AFTER_S else child.terminate()

    def _renew(self) -> None:
        try:
            self.stop = self._timetable.renew(self._lease, utc_now(), self._lease_s, self._progress)
        except LeaseLostError as problem:
            self.lost = str(problem)
        except StorageError as problem:
            logger.warning("the lease on %s is not renewed: %s", self._lease.host, problem)
