"""A year of the schedule on paper: what would run when for a whole country, and what planning it costs.

    python -m bench.schedule [--sites 14000] [--days 365] [--hours 19:00-07:30] [--requests-a-day 100000] [--jobs 32]

The clock is frozen: it starts on 2026-01-01 Beijing time with sites that were crawled once in December. In the middle
nothing runs for `--down` days, and what was missed is caught up. Ends with exit code 1 where a promise was not kept.
"""

import argparse
import sys
import time
import tracemalloc
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta

from crawler.jobs.planning import PlannedRun, planned
from crawler.jobs.rhythm import Rhythm, is_dense
from gongkai.clock import parse_stamp, stamp
from gongkai.digest import sha256_hex
from gongkai.hours import BEIJING, Hours, day_start
from gongkai.site import AgencySite
from storage import SiteRun

START = datetime(2026, 1, 1, tzinfo=BEIJING).astimezone(UTC)
DEADLINES = (date(2026, 1, 31), date(2026, 3, 31))


def sites(number: int) -> list[SiteRun]:
    """Every fourteenth host carries two of them; a few have their own schedule."""
    made = []
    for n in range(number):
        host = f"s{n - 1 if n % 14 == 13 else n}.example.gov.cn"
        schedule = {3: "weekly", 5: "30 2 * * 1", 7: "daily"}.get(n % 1000)
        last = stamp(START - timedelta(hours=1 + n * 719 / number))
        made.append(SiteRun(
            site_id=sha256_hex(f"{n}")[:16], site=AgencySite(f"http://{host}/{n}/", schedule=schedule), host=host,
            added_at=last, last_run_at=last, last_outcome="complete", last_why="", last_requests=4 + n % 4,
            last_reports=12, last_ok_at=last, yielded_at=last, failures=0, next_due=None, rest_until=None, why="",
            rhythm="", crawl_id=""))
    return made


@dataclass
class Year:
    """What the plan came to; `broken` says which promises it did not keep."""

    runs: int = 0
    busiest_day: int = 0
    busiest_hour: int = 0
    rechecks: int = 0
    longest_wait_h: float = 0.0
    caught_up_days: float = 0.0
    busiest_day_after: int = 0
    broken: list[str] = field(default_factory=list)


def year(number: int, rhythm: Rhythm, *, days: int, down: int, jobs: int, delay_s: float) -> Year:
    """With `down` days, in June, on which nothing runs."""
    runs = sites(number)
    found = Year()
    stopped = START + timedelta(days=min(151, days))
    seen: defaultdict[str, list[PlannedRun]] = defaultdict(list)
    for run in planned(runs, rhythm, START, stopped, jobs=jobs, delay_s=delay_s):
        seen[run.run.site_id].append(run)
    if days > 151:
        back = stopped + timedelta(days=down)
        left = [_as_left(run, seen[run.site_id], rhythm, stopped) for run in runs]
        caught = {due.site_id: due for due in rhythm.caught_up(left, back)}
        again = [replace(run, next_due=stamp(due.at), why=due.why, rhythm=rhythm.name(run))
                 if (due := caught.get(run.site_id)) and due.at else run for run in left]
        for run in planned(again, rhythm, back, START + timedelta(days=days), jobs=jobs, delay_s=delay_s):
            seen[run.run.site_id].append(run)
        _judge_catching_up(found, seen, caught.keys(), back)
    _judge(found, seen, runs, rhythm, days=days, down=(stopped, stopped + timedelta(days=down)))
    return found


def _as_left(run: SiteRun, made: list[PlannedRun], rhythm: Rhythm, at: datetime) -> SiteRun:
    """A site as the timetable has it when the runner stopped."""
    if made:
        last = stamp(made[-1].at)
        run = replace(run, last_run_at=last, last_ok_at=last, last_requests=min(5, made[-1].expected))
    due = rhythm.due(run, at)
    return replace(run, next_due=stamp(due.at) if due.at else None, why=due.why, rhythm=due.rhythm)


def _judge_catching_up(found: Year, seen: dict[str, list[PlannedRun]], missed: Iterable[str], back: datetime) -> None:
    first = {site: [run for run in seen[site] if run.at >= back] for site in missed}
    made_up = [runs[0] for runs in first.values() if runs]
    if len(made_up) < len(first):
        found.broken.append(f"{len(first) - len(made_up)} of {len(first)} missed sites were never made up for")
    twice = sum(1 for runs in first.values() if len([run for run in runs if run.at < back + timedelta(days=4)]) > 1
                and runs[0].run.site.schedule is None)
    if twice:
        found.broken.append(f"{twice} sites were made up for more than once")
    if made_up:
        found.caught_up_days = (max(run.at for run in made_up) - back) / timedelta(days=1)
        found.busiest_day_after = max(Counter(day_start(run.at) for run in made_up).values())


def _judge(found: Year, seen: dict[str, list[PlannedRun]], runs: list[SiteRun], rhythm: Rhythm, *, days: int,
           down: tuple[datetime, datetime]) -> None:
    every = sorted((run for made in seen.values() for run in made), key=lambda run: run.at)
    by_day: Counter[datetime] = Counter()
    by_hour: Counter[int] = Counter()
    for run in every:
        by_day[day_start(run.at)] += run.expected
        by_hour[int(run.at.timestamp() // 3600)] += run.expected
    found.runs, found.rechecks = len(every), sum(run.recheck for run in every)
    found.busiest_day, found.busiest_hour = max(by_day.values()), max(by_hour.values())
    # What was due before there was anybody to run it waited for somebody, not for a turn.
    found.longest_wait_h = max((run.at - max(run.due, down[1] if run.at >= down[1] else START)) / timedelta(hours=1)
                               for run in every)
    if any(not rhythm.hours.is_open(run.at) for run in every):
        found.broken.append("a crawl began outside the hours")
    if found.busiest_day > rhythm.requests_a_day:
        found.broken.append(f"{found.busiest_day} requests on one day, {rhythm.requests_a_day} are allowed")
    for run in runs:
        _judge_site(found, run, [made.at for made in seen[run.site_id]], rhythm, days=days, down=down)
    _judge_hosts(found, every)


def _judge_site(found: Year, run: SiteRun, times: list[datetime], rhythm: Rhythm, *, days: int,
                down: tuple[datetime, datetime]) -> None:
    """No site starves, and every one is looked at within days of each deadline."""
    end = START + timedelta(days=days)
    longest = timedelta(days=rhythm.sparse_days * 1.5 + 1)
    for before, after in zip([parse_stamp(run.last_run_at or ""), *times], [*times, end], strict=True):
        idle = after - before - max(timedelta(0), min(after, down[1]) - max(before, down[0]))
        if idle > longest + timedelta(days=3):
            found.broken.append(f"{run.site.url} waited {idle.days} days from {stamp(before)}")
    for deadline in DEADLINES:
        if (deadline - START.date()).days + rhythm.dense_days + 2 > days or run.site.schedule == "30 2 * * 1":
            continue
        local = [at.astimezone(BEIJING).date() for at in times]
        within = 7 if run.site.schedule == "weekly" else rhythm.dense_days + 1
        if not any(deadline < day <= deadline + timedelta(days=within) for day in local):
            found.broken.append(f"{run.site.url} was not looked at within {within} days of {deadline}")


def _judge_hosts(found: Year, every: list[PlannedRun]) -> None:
    free: dict[str, datetime] = {}
    for run in every:
        if run.at < free.get(run.run.host, run.at):
            found.broken.append(f"two crawls at {run.run.host} at {stamp(run.at)}")
        free[run.run.host] = run.at + timedelta(seconds=run.expected)


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--sites", type=int, default=14_000)
    options.add_argument("--days", type=int, default=365)
    options.add_argument("--down", type=int, default=30)
    options.add_argument("--hours", default="19:00-07:30")
    options.add_argument("--requests-a-day", type=int, default=100_000)
    options.add_argument("--jobs", type=int, default=32)
    options.add_argument("--memory", action="store_true", help="trace allocations as well, which is slower")
    given = options.parse_args()
    rhythm = Rhythm(3, 30, Hours.read(given.hours), 6.0, given.requests_a_day, 300)
    if given.memory:
        tracemalloc.start()
    began = time.perf_counter()
    month = sum(1 for _ in planned(sites(given.sites), rhythm, START, START + timedelta(days=30), jobs=given.jobs,
                                   delay_s=2.0))
    _say(f"30 days of {given.sites} sites: {month} runs planned in {time.perf_counter() - began:.1f} s")
    if given.memory:
        _say(f"peak {tracemalloc.get_traced_memory()[1] / 2**20:.0f} MiB")
    began = time.perf_counter()
    found = year(given.sites, rhythm, days=given.days, down=given.down, jobs=given.jobs, delay_s=2.0)
    _say(f"{given.days} days: {found.runs} runs ({found.rechecks} rechecks) in {time.perf_counter() - began:.1f} s; "
          f"at most {found.busiest_day} requests a day, {found.busiest_hour} an hour; longest wait for a turn "
          f"{found.longest_wait_h:.1f} h; {given.down} days down caught up in {found.caught_up_days:.1f} days, at most "
          f"{found.busiest_day_after} sites a day")
    dense = sum(is_dense(date.fromordinal(START.date().toordinal() + n)) for n in range(given.days))
    _say(f"{dense} of {given.days} days are dense")
    for told in found.broken[:20]:
        _say(f"BROKEN: {told}")
    sys.exit(1 if found.broken else 0)


if __name__ == "__main__":
    main()
