"""When a site is due next: the rhythm of the law, what a person wants instead, and rest after failures.

Since 2019 departments publish before 31 January, governments before 31 March (art. 49, see `storage.deadlines`): around
both days a site is looked at every few days, otherwise once in a month; in summer every kept report is asked for again
once, because an edit under the same address shows in no list. Everything here is a function of what is known of the
site and of the moment; the moment is always the caller's.

A site has its own day within each interval and its own moment within the day, both from its id, so that 14,000 sites
are spread evenly and a site keeps its place for years.
"""

import logging
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache

from crawler.sites.schedule import Schedule, read_schedule
from gongkai.clock import parse_stamp
from gongkai.digest import sha256_hex
from gongkai.hours import BEIJING, Hours, beijing_ordinal, day_start
from gongkai.settings import Settings
from storage import Allowance, Due, SiteRun
from storage.timetable.history import is_ahead

logger = logging.getLogger(__name__)

DENSE = (((1, 10), (2, 10)), ((3, 20), (4, 10)))
"""First and last days (month, day) of the weeks around the two deadlines."""
SUMMER = ((7, 1), (8, 31))

_LONGEST_REST = timedelta(days=14)
_SHORTEST_REST_H = 1.0
_LEAST_APART = timedelta(hours=1)
"""Between two crawls of one site, whatever cron text says."""
_MISSED = timedelta(days=1)
_CATCH_UP_S = 3 * 86_400
_CATCH_UP_APART_S = 60.0


@dataclass(frozen=True)
class Rhythm:
    """`dense_days` and `sparse_days` between two crawls of a site; `rest_h` after a first failure, doubled after each
    further one."""

    dense_days: int
    sparse_days: int
    hours: Hours
    rest_h: float
    requests_a_day: int
    max_requests: int

    @classmethod
    def of(cls, settings: Settings) -> "Rhythm":
        return cls(settings.dense_days, settings.sparse_days, Hours.read(settings.crawl_hours), settings.rest_h,
                   settings.requests_a_day, settings.max_requests)

    def name(self, run: SiteRun) -> str:
        """Of what decides for this site: another name, another decision."""
        return _named((self.dense_days, self.sparse_days, self.hours, self.rest_h, run.site.schedule))

    def due(self, run: SiteRun, now: datetime) -> Due:
        """The one next date. It may lie in the past, where runs were missed: they are made up for once."""
        schedule = _schedule(run)
        if schedule.off:
            return self._decided(run, None, "off")
        if run.last_run_at is None or is_ahead(run.last_run_at, now):
            return self._first(run, schedule, now)
        if run.failures:
            return self._rested(run, schedule, parse_stamp(run.last_run_at))
        last = parse_stamp(run.last_run_at)
        if run.last_outcome == "budget":  # cut off by its own limit; the frontier knows where to go on
            return self._decided(run, self._on_grid(run, last, 1), "goes_on")
        if schedule.cron is not None:
            return self._decided(run, _tick(schedule, last + _LEAST_APART), "cron")
        return self._decided(run, *self._regular(run, schedule, last))

    def is_recheck(self, run: SiteRun, at: datetime) -> bool:
        """The first crawl of a summer asks for every report again, where an earlier year's crawls kept some."""
        local = at.astimezone(BEIJING)
        begins = datetime(local.year, *SUMMER[0], tzinfo=BEIJING).astimezone(UTC)
        return _within(local.date(), SUMMER) and run.last_ok_at is not None and parse_stamp(run.last_ok_at) < begins

    def allowances(self, now: datetime) -> tuple[Allowance, Allowance]:
        """The day's requests for the whole country, and an even share of them for an hour, so that no hour has all."""
        return (Allowance(day_start(now), self.requests_a_day),
                Allowance(now - timedelta(hours=1), self.requests_an_hour))

    def tomorrow(self, now: datetime) -> datetime:
        """When the next day's first crawls may begin."""
        return self.hours.opening(day_start(now) + timedelta(days=1))

    @property
    def requests_an_hour(self) -> int:
        """Never less than one crawl may need."""
        even = -(-self.requests_a_day * 60 // self.hours.minutes_a_day)
        return min(self.requests_a_day, max(even, self.max_requests))

    def caught_up(self, runs: Iterable[SiteRun], now: datetime) -> list[Due]:
        """New dates for what was missed while nothing ran: those that waited longest first, evenly over three days of
        open hours, or one a minute where there are few."""
        missed = sorted((run for run in runs if run.next_due is not None and parse_stamp(run.next_due) < now - _MISSED),
                        key=lambda run: (run.next_due or "", run.site_id))
        apart_s = min(_CATCH_UP_APART_S, _CATCH_UP_S * self.hours.minutes_a_day / 1440 / max(len(missed), 1))
        return [Due(run.site_id, self.hours.after_open(now, place * apart_s), "catch_up", self.name(run))
                for place, run in enumerate(missed)]

    def _first(self, run: SiteRun, schedule: Schedule, now: datetime) -> Due:
        at = _tick(schedule, now) if schedule.cron is not None else self.hours.opening(now)
        return self._decided(run, at, "first")

    def _rested(self, run: SiteRun, schedule: Schedule, last: datetime) -> Due:
        doubled = min(run.failures - 1, 20)
        pause = min(timedelta(hours=max(self.rest_h, _SHORTEST_REST_H) * 2**doubled), _LONGEST_REST)
        until = last + pause * (1 + 0.2 * _place(run)[1])
        at = _tick(schedule, until) if schedule.cron is not None else self.hours.opening(until)
        return Due(run.site_id, at, "rest", self.name(run), rest_until=until)

    def _regular(self, run: SiteRun, schedule: Schedule, last: datetime) -> tuple[datetime, str]:
        if schedule.every_days is not None:
            return self._on_grid(run, last, schedule.every_days), "own"
        at = self._on_grid(run, last, None)
        return at, "dense" if is_dense(at.astimezone(BEIJING).date()) else "sparse"

    def _on_grid(self, run: SiteRun, last: datetime, every_days: int | None) -> datetime:
        """The site's first own day, at least half an interval after `last`."""
        day_place, moment = _place(run)
        ordinal = beijing_ordinal(last)
        while True:
            days = every_days or (self.dense_days if _dense(ordinal) else self.sparse_days)
            if (ordinal + int(day_place * days)) % days == 0:
                at = self.hours.at_part(ordinal, moment)
                if at >= last + timedelta(days=days) / 2:
                    return at
            ordinal += 1

    def _decided(self, run: SiteRun, at: datetime | None, why: str) -> Due:
        return Due(run.site_id, at, why, self.name(run))


def is_dense(day: date) -> bool:
    return any(_within(day, span) for span in DENSE)


@lru_cache(maxsize=1024)
def _dense(ordinal: int) -> bool:
    return is_dense(date.fromordinal(ordinal))


@lru_cache(maxsize=1024)
def _named(said: tuple[object, ...]) -> str:
    return sha256_hex(repr(said))[:12]


def _within(day: date, span: tuple[tuple[int, int], tuple[int, int]]) -> bool:
    return span[0] <= (day.month, day.day) <= span[1]


def _place(run: SiteRun) -> tuple[float, float]:
    """Two numbers from 0 to 1 that belong to the site: its day within an interval, its moment within the day."""
    return int(run.site_id[:8], 16) / 2**32, int(run.site_id[8:16], 16) / 2**32


def _schedule(run: SiteRun) -> Schedule:
    try:
        return read_schedule(run.site.schedule)
    except ValueError as problem:  # entered before schedules were read
        logger.warning("%s: %s; it is crawled as the others are", run.site.url, problem)
        return Schedule()


def _tick(schedule: Schedule, after: datetime) -> datetime:
    local = after.astimezone(BEIJING).replace(tzinfo=None)
    return schedule.next_tick(local).replace(tzinfo=BEIJING).astimezone(UTC)
