"""What would run when: the runner's decisions, made ahead on paper."""

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from heapq import heappop, heappush
from itertools import count

from crawler.jobs.rhythm import Rhythm
from gongkai.clock import parse_stamp, stamp
from gongkai.hours import day_start
from storage import SiteRun

_UNCHANGED_REQUESTS = 5
"""What the crawl of an unchanged site needs (DESIGN section 7)."""

_AROUND_S = 2.0
"""A crawl takes besides its requests."""


@dataclass(frozen=True)
class PlannedRun:
    """`expected` requests: what the last crawl needed, or the whole budget of one that was never made."""

    at: datetime
    due: datetime
    run: SiteRun
    why: str
    recheck: bool
    expected: int


class _Room:
    """How much may run, given what was planned so far: slots, the hour's and the day's requests."""

    def __init__(self, rhythm: Rhythm, jobs: int) -> None:
        self._rhythm, self._jobs = rhythm, jobs
        self._ends: list[datetime] = []
        self._hour: deque[tuple[datetime, int]] = deque()
        self._in_hour = 0
        self._day, self._in_day = datetime.min, 0

    def opens(self, at: datetime, needs: int) -> datetime:
        """`at` where a crawl may begin then; else a later moment to ask about again."""
        rhythm = self._rhythm
        if not rhythm.hours.is_open(at):
            return rhythm.hours.opening(at)
        while self._ends and self._ends[0] <= at:
            heappop(self._ends)
        if len(self._ends) >= self._jobs:
            return self._ends[0]
        if (today := day_start(at)) != self._day:
            self._day, self._in_day = today, 0
        if self._in_day + needs > rhythm.requests_a_day and self._in_day:
            return rhythm.tomorrow(at)
        while self._hour and self._hour[0][0] <= at - timedelta(hours=1):
            self._in_hour -= self._hour.popleft()[1]
        if self._in_hour + needs > rhythm.requests_an_hour and self._hour:
            return self._hour[0][0] + timedelta(hours=1)
        return at

    def take(self, at: datetime, end: datetime, needs: int) -> None:
        heappush(self._ends, end)
        self._hour.append((at, needs))
        self._in_hour += needs
        self._in_day += needs


_Waiting = tuple[datetime, int, SiteRun, str]
"""When it is due, a ticket (of two due at one moment the first one stays first), the site, why."""


class _Plan:
    """Sites not due yet, by when they can begin at the earliest; and those that are, by when they were due."""

    def __init__(self, rhythm: Rhythm, jobs: int, delay_s: float) -> None:
        self._rhythm, self._delay_s = rhythm, delay_s
        self._room = _Room(rhythm, jobs)
        self._busy: dict[str, datetime] = {}
        self._ticket = count()
        self._later: list[tuple[datetime, _Waiting]] = []
        self._ready: list[_Waiting] = []

    def enter(self, run: SiteRun, due: datetime, why: str) -> None:
        heappush(self._later, (due, (due, next(self._ticket), run, why)))

    def runs(self, now: datetime, until: datetime) -> Iterator[PlannedRun]:
        while (at := self._advance(now)) is not None and at <= until:
            now = at
            due, ticket, run, why = self._ready[0]
            recheck = self._rhythm.is_recheck(run, now)
            needs = _needs(run, self._rhythm, recheck)
            if (opens := self._room.opens(now, needs)) > now:
                now = opens
                continue
            heappop(self._ready)
            if (free := self._busy.get(run.host, now)) > now:
                heappush(self._later, (free, (due, ticket, run, why)))
                continue
            end = now + timedelta(seconds=needs * self._delay_s + _AROUND_S)
            self._room.take(now, end, needs)
            self._busy[run.host] = end
            yield PlannedRun(now, due, run, why, recheck, needs)
            after = _crawled(run, now)
            following, why = _dated(self._rhythm, after, now)
            if following is not None and following <= until:
                self.enter(after, following, why)

    def _advance(self, now: datetime) -> datetime | None:
        """Time goes on to when something is ready; None when nothing ever is."""
        if not self._ready and self._later:
            now = max(now, self._later[0][0])
        while self._later and self._later[0][0] <= now:
            heappush(self._ready, heappop(self._later)[1])
        return now if self._ready else None


def planned(runs: Iterable[SiteRun], rhythm: Rhythm, now: datetime, until: datetime, *, jobs: int, delay_s: float,
            ) -> Iterator[PlannedRun]:
    """In order of time, as if every crawl went well. A site without a date, or with another rhythm's, gets one."""
    plan = _Plan(rhythm, jobs, delay_s)
    for run in runs:
        if run.next_due is not None and run.rhythm == rhythm.name(run):
            due, why = parse_stamp(run.next_due), run.why
        else:
            found, why = _dated(rhythm, run, now)
            if found is None:
                continue
            due = found
        if due <= until:
            plan.enter(run, due, why)
    return plan.runs(now, until)


def _dated(rhythm: Rhythm, run: SiteRun, now: datetime) -> tuple[datetime | None, str]:
    due = rhythm.due(run, now)
    return due.at, due.why


def _needs(run: SiteRun, rhythm: Rhythm, recheck: bool) -> int:
    if run.last_ok_at is None and not run.last_requests:
        return rhythm.max_requests
    usual = run.last_requests or _UNCHANGED_REQUESTS
    return min(rhythm.max_requests, usual + (run.last_reports if recheck else 0))


def _crawled(run: SiteRun, at: datetime) -> SiteRun:
    """As it will stand when that crawl went well, and found nothing new."""
    when = stamp(at)
    return replace(run, last_run_at=when, last_ok_at=when, last_outcome="complete", failures=0, rest_until=None,
                   last_requests=min(run.last_requests or _UNCHANGED_REQUESTS, _UNCHANGED_REQUESTS))
