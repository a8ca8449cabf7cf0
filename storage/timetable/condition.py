"""How following the sites goes: who is silent, blocked or stopped giving reports, what grows, what is late."""

import shutil
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, func, select

from gongkai.clock import parse_stamp, stamp
from storage.catalog.schema import crawl_orders
from storage.timetable import leases, orders, sites
from storage.timetable.records import Lease, SiteRun
from storage.timetable.troubles import Trouble, disk_subject

_TOLD_AFTER = {"blocked": 2, "unreachable": 3, "failed": 2, "nothing": 2}
"""Failures in a row before a human hears of it: one alone often is a night's maintenance."""
_LATE = timedelta(days=1)
_ORDERS_SINCE = timedelta(days=7)
GROWTH_DAYS = (1, 7, 30)


@dataclass(frozen=True)
class Growth:
    """What the crawls of the last so many days (UTC, today included) brought."""

    days: int
    crawls: int
    requests: int
    bytes: int
    new: int
    changed: int


@dataclass(frozen=True)
class Disk:
    place: str
    total_bytes: int
    free_bytes: int
    low: bool


@dataclass(frozen=True)
class Condition:
    """`sites` are followed and not off; of them `never` were not crawled yet and `due` are waiting for a turn, the
    oldest since `oldest_due`. `hosts` that refuse or do not answer, by outcome; `troubles` is what a human should
    know."""

    at: str
    sites: int
    never: int
    due: int
    oldest_due: str | None
    last_run_at: str | None
    orders: dict[str, int]
    running: tuple[Lease, ...]
    silent: tuple[SiteRun, ...]
    stopped: tuple[SiteRun, ...]
    hosts: dict[str, tuple[str, ...]]
    resting: int
    growth: tuple[Growth, ...]
    disk: Disk | None
    troubles: tuple[Trouble, ...]

    @property
    def lag_s(self) -> float:
        """For how long what is due has been waiting."""
        if self.oldest_due is None:
            return 0.0
        return max(0.0, (parse_stamp(self.at) - parse_stamp(self.oldest_due)).total_seconds())

    def as_json(self) -> dict[str, Any]:
        told = {name: value for name, value in vars(self).items() if name not in ("running", "silent", "stopped")}
        return {**told, "lag_s": self.lag_s,
                **{name: [record.as_json() for record in getattr(self, name)]
                   for name in ("running", "silent", "stopped", "troubles")},
                "hosts": {kind: list(found) for kind, found in self.hosts.items()},
                "growth": [asdict(one) for one in self.growth], "disk": asdict(self.disk) if self.disk else None}


def condition(connection: Connection, now: datetime, *, silent_days: int, place: Path | None, least_free_bytes: int,
              ) -> Condition:
    every = sites.site_runs_listed(connection, None)
    followed = [run for run in every if (run.site.schedule or "").strip().lower() != "off"]
    at, before = stamp(now), stamp(now - timedelta(days=silent_days))
    silent = tuple(run for run in followed if (run.last_ok_at or run.added_at) < before)
    stopped = tuple(run for run in followed if run.must_yield and run.last_outcome == "nothing")
    running = tuple(leases.running(connection))
    crawled_now = {lease.site_id for lease in running}
    due = [run.next_due for run in followed if run.next_due is not None and run.next_due <= at
           and run.site_id not in crawled_now]
    disk = _disk(place, least_free_bytes)
    oldest = min(due, default=None)
    return Condition(
        at=at, sites=len(followed), never=sum(run.last_run_at is None for run in followed), due=len(due),
        oldest_due=oldest, last_run_at=max((run.last_run_at for run in followed if run.last_run_at), default=None),
        orders=_orders(connection), running=running, silent=silent, stopped=stopped,
        hosts=_hosts(followed), resting=len({run.host for run in followed if (run.rest_until or "") > at}),
        growth=tuple(_growth(connection, now, days) for days in GROWTH_DAYS), disk=disk,
        troubles=(*_troubles(followed, silent, silent_days), *_failed_orders(connection, now),
                  *_late(followed, now), *_full(disk)))


def _orders(connection: Connection) -> dict[str, int]:
    asked = select(crawl_orders.c.state, func.count()).group_by(crawl_orders.c.state)
    return {row[0]: row[1] for row in connection.execute(asked)}


def _hosts(followed: list[SiteRun]) -> dict[str, tuple[str, ...]]:
    return {kind: tuple(sorted({run.host for run in followed if run.last_outcome == kind and run.failures}))
            for kind in ("blocked", "unreachable")}


def _growth(connection: Connection, now: datetime, days: int) -> Growth:
    found = sites.counts(connection, stamp(now - timedelta(days=days - 1))[:10])

    def total(what: str) -> int:
        return sum(number for (name, _), number in found.items() if name == what)

    return Growth(days, total("crawls"), total("requests"), total("bytes"), found.get(("reports", "new"), 0),
                  found.get(("reports", "changed"), 0))


def _disk(place: Path | None, least_free_bytes: int) -> Disk | None:
    if place is None:
        return None
    try:
        usage = shutil.disk_usage(place)
    except OSError:
        return None
    return Disk(str(place), usage.total, usage.free, usage.free < least_free_bytes)


def _troubles(followed: list[SiteRun], silent: tuple[SiteRun, ...], silent_days: int) -> list[Trouble]:
    found: dict[str, Trouble] = {}
    for run in followed:
        if run.failures < _TOLD_AFTER.get(run.last_outcome, 2) or run.last_outcome not in _TOLD_AFTER:
            continue
        since = run.last_ok_at or run.added_at
        if run.last_outcome in ("blocked", "unreachable"):  # a host with several sites is one trouble
            trouble = Trouble(run.last_outcome, run.host, run.last_outcome,  # type: ignore[arg-type]
                              f"{run.failures} crawls in a row: {run.last_why}", since)
        elif run.last_outcome == "nothing":
            trouble = Trouble("stopped_yielding", run.site.url, run.yielded_at or "", f"it gave reports until "
                              f"{run.yielded_at}, none in the last {run.failures} crawls: {run.last_why}", since)
        else:
            trouble = Trouble("failed", run.site.url, "failed", f"{run.failures} crawls in a row: {run.last_why}",
                              since)
        found.setdefault(trouble.trouble_id, trouble)
    hosts_told = {trouble.subject for trouble in found.values()}
    for run in silent:
        if run.host not in hosts_told and run.site.url not in hosts_told:
            told = Trouble("silent", run.site.url, run.last_ok_at or "never", "no crawl went well for more than "
                           f"{silent_days} days; the last one: {run.last_outcome or 'none'} {run.last_why}".strip(),
                           run.last_ok_at or run.added_at)
            found.setdefault(told.trouble_id, told)
    return list(found.values())


def _failed_orders(connection: Connection, now: datetime) -> list[Trouble]:
    since = stamp(now - _ORDERS_SINCE)
    return [Trouble("order_failed", order.order_id, order.state, f"{order.site.url}: {order.reason}", order.finished_at)
            for order in orders.orders(connection, states=["failed", "refused"], site=None, limit=50, after=None)
            if (order.finished_at or "") >= since]


def _late(followed: list[SiteRun], now: datetime) -> list[Trouble]:
    """A country that was entered yesterday takes days for its first crawls, which is nobody's trouble."""
    before = stamp(now - _LATE)
    late = [run.next_due for run in followed if run.last_run_at and run.next_due and run.next_due < before]
    if not late:
        return []
    return [Trouble("late", "schedule", "late", f"{len(late)} sites are due for more than a day, the first since "
                    f"{min(late)}: no runner runs, or jobs, crawl_hours and requests_a_day leave too little",
                    min(late))]


def _full(disk: Disk | None) -> list[Trouble]:
    if disk is None or not disk.low:
        return []
    free, total = disk.free_bytes / 2**30, disk.total_bytes / 2**30
    return [Trouble("disk", disk_subject(disk.place), "low", f"{free:.1f} GiB of {total:.0f} GiB are free")]
