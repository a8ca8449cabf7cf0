"""Leases on hosts: given out, kept up, given back, taken over when whoever had one went silent."""

import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, case, delete, func, insert, select, update

from gongkai.clock import stamp
from gongkai.errors import StorageError
from storage.catalog.registered import site_record
from storage.catalog.schema import crawl_leases, crawl_orders, crawls, site_runs, sites
from storage.timetable.history import is_failure
from storage.timetable.orders import next_waiting, order_named
from storage.timetable.records import Allowance, Ending, Kind, Lease

POISON_AFTER = 3
"""Runners that went silent over one site before it is left: it may be what kills them."""


class LeaseLostError(StorageError):
    """The lease ran out and somebody else has it, or it was ended."""


def take(connection: Connection, runner: str, now: datetime, lease_s: float, kinds: Sequence[Kind],
         allowances: Sequence[Allowance], expected: int, only: str | None) -> Lease | None:
    """What a runner that went silent left comes first, then orders, then what is due."""
    until = stamp(now + timedelta(seconds=lease_s))
    for row in connection.execute(select(crawl_leases).where(crawl_leases.c.until <= stamp(now))
                                  .order_by(crawl_leases.c.until)).all():
        if only is not None and only not in (row.order_id, row.site_id):
            continue
        if _settled(connection, row, now) or ("order" if row.order_id else "due") not in kinds:
            continue
        changed = {"lease_id": secrets.token_hex(8), "runner": runner, "taken_at": stamp(now), "until": until,
                   "attempts": row.attempts + 1, "progress": {}, "crawl_id": None}
        connection.execute(update(crawl_leases).where(crawl_leases.c.host == row.host).values(**changed))
        if row.order_id:
            _note(connection, row.order_id, attempts=row.attempts + 1, runner=runner)
        if (lease := lease_at(connection, row.host)) is not None:
            return lease
    if "order" in kinds and (order := next_waiting(connection, stamp(now), only)) is not None:
        _note(connection, order.order_id, state="running", started_at=order.started_at or stamp(now), runner=runner,
              attempts=order.attempts + 1)
        return _lease(connection, order, runner, now, until, order.order_id, order.attempts + 1, expected)
    if "due" in kinds and (due := _next_due(connection, now, allowances, expected, only)) is not None:
        return _lease(connection, due, runner, now, until, None, 1, expected)
    return None


def _lease(connection: Connection, row: Row[Any], runner: str, now: datetime, until: str, order_id: str | None,
           attempts: int, expected: int) -> Lease | None:
    last = connection.execute(select(site_runs.c.last_requests).where(site_runs.c.site_id == row.site_id)).scalar()
    connection.execute(insert(crawl_leases), {
        "host": row.host, "lease_id": secrets.token_hex(8), "site_id": row.site_id, "order_id": order_id,
        "runner": runner, "taken_at": stamp(now), "first_taken_at": stamp(now), "until": until, "attempts": attempts,
        "expected": last or expected, "crawl_id": None, "stop": "", "progress": {}})
    return lease_at(connection, row.host)


def lease_at(connection: Connection, host: str) -> Lease | None:
    """None where the site is no longer followed, and the lease is then gone."""
    row = connection.execute(select(crawl_leases).where(crawl_leases.c.host == host)).one()
    if row.order_id is not None:
        order = order_named(connection, row.order_id)
        return _record(row, order.site, order.recheck, order.max_requests)
    known = connection.execute(select(sites).where(sites.c.site_id == row.site_id, sites.c.retired.is_(False))).first()
    if known is None:
        connection.execute(delete(crawl_leases).where(crawl_leases.c.host == host))
        return None
    return _record(row, site_record(known).site)


def _record(row: Row[Any], site: Any, recheck: bool = False, max_requests: int | None = None) -> Lease:
    return Lease(lease_id=row.lease_id, host=row.host, site=site, site_id=row.site_id, order_id=row.order_id,
                 runner=row.runner, taken_at=row.taken_at, until=row.until, attempts=row.attempts, recheck=recheck,
                 max_requests=max_requests, crawl_id=row.crawl_id, progress=row.progress, expected=row.expected)


def running(connection: Connection) -> list[Lease]:
    hosts = connection.execute(select(crawl_leases.c.host).order_by(crawl_leases.c.first_taken_at)).scalars().all()
    return [lease for host in hosts if (lease := _shown(connection, host)) is not None]


def _shown(connection: Connection, host: str) -> Lease | None:
    row = connection.execute(select(crawl_leases).where(crawl_leases.c.host == host)).one()
    if row.order_id is not None:
        return _record(row, order_named(connection, row.order_id).site)
    known = connection.execute(select(sites).where(sites.c.site_id == row.site_id)).first()
    return _record(row, site_record(known).site) if known is not None else None


def spent(connection: Connection, since: datetime) -> int:
    """Requests of crawls that began then or later; of one that runs, what it told or what the last one needed."""
    ended = connection.execute(select(func.sum(crawls.c.fetches)).where(crawls.c.started_at >= stamp(since))).scalar()
    now = connection.execute(select(crawl_leases.c.progress, crawl_leases.c.expected))
    return int(ended or 0) + sum(max(int((row.progress or {}).get("requests") or 0), row.expected) for row in now)


def _next_due(connection: Connection, now: datetime, allowances: Sequence[Allowance], expected: int,
              only: str | None) -> Row[Any] | None:
    asked = select(site_runs).join(sites, sites.c.site_id == site_runs.c.site_id).where(
        site_runs.c.next_due <= stamp(now), sites.c.retired.is_(False),
        site_runs.c.host.not_in(select(crawl_leases.c.host)))
    if allowances:
        left = min(allowed.requests - spent(connection, allowed.since) for allowed in allowances)
        if left <= 0:
            return None
        needs = case((site_runs.c.last_requests == 0, expected), else_=site_runs.c.last_requests)
        asked = asked.where(needs <= left)
    if only is not None:
        asked = asked.where(site_runs.c.site_id == only)
    return connection.execute(asked.order_by(site_runs.c.next_due, site_runs.c.site_id).limit(1)).first()


def _settled(connection: Connection, row: Row[Any], now: datetime) -> bool:
    """Whether a lease that ran out needs nobody any more: its crawl ended all the same, it was to stop, or it has cost
    too many runners."""
    ended = connection.execute(select(site_runs).where(
        site_runs.c.site_id == row.site_id, site_runs.c.last_run_at >= row.first_taken_at)).first()
    if ended is not None:
        summary = connection.execute(select(crawls.c.summary).where(crawls.c.crawl_id == ended.crawl_id)).scalar()
        end(connection, row, "failed" if ended.last_outcome == "failed" else "done", now, summary=summary or {},
            reason=ended.last_why, crawl_id=ended.crawl_id)
    elif row.stop:
        end(connection, row, "cancelled", now, summary={}, reason=row.stop, crawl_id=row.crawl_id)
    elif row.attempts >= POISON_AFTER:
        end(connection, row, "failed", now, summary={}, crawl_id=row.crawl_id, reason=(
            f"{row.attempts} runners went silent while they crawled it, the last one {row.runner}; it is left until it "
            "is due again. Their logs and the kernel's (out of memory?) may say why"))
    else:
        return False
    return True


def renew(connection: Connection, lease: Lease, now: datetime, lease_s: float, progress: dict[str, Any] | None) -> str:
    """Why it is to stop; empty to go on."""
    row = _mine(connection, lease)
    changed: dict[str, Any] = {"until": stamp(now + timedelta(seconds=lease_s))}
    if progress is not None:
        changed |= {"progress": progress, "crawl_id": progress.get("crawl_id") or row.crawl_id}
    connection.execute(update(crawl_leases).where(crawl_leases.c.host == lease.host).values(**changed))
    return str(row.stop)


def finish(connection: Connection, lease: Lease, ending: Ending, now: datetime, *, summary: dict[str, Any],
           reason: str, crawl_id: str | None) -> None:
    row = _mine(connection, lease)
    end(connection, row, ending, now, summary=summary, reason=reason, crawl_id=crawl_id or row.crawl_id)


def give_back(connection: Connection, lease: Lease, now: datetime, not_before: datetime, reason: str) -> None:
    row = _mine(connection, lease)
    connection.execute(delete(crawl_leases).where(crawl_leases.c.host == row.host))
    if row.order_id is not None:
        _note(connection, row.order_id, state="waiting", not_before=stamp(not_before), reason=reason, runner=None)
    else:
        connection.execute(update(site_runs).where(site_runs.c.site_id == row.site_id).values(
            next_due=stamp(not_before), why=reason, rhythm=_own_rhythm(connection, row.site_id)))


def _own_rhythm(connection: Connection, site: str) -> str:
    """A site given back is not decided anew, or it would lose its place."""
    known = connection.execute(select(site_runs.c.rhythm).where(site_runs.c.site_id == site)).scalar()
    return str(known or "")


def end(connection: Connection, row: Row[Any], ending: Ending, now: datetime, *, summary: dict[str, Any], reason: str,
        crawl_id: str | None) -> None:
    """Of a lease. What its crawl's log did not tell the history, because there is none, is told here."""
    connection.execute(delete(crawl_leases).where(crawl_leases.c.host == row.host))
    if row.order_id is not None:
        _note(connection, row.order_id, state=ending, finished_at=stamp(now), summary=summary, reason=reason,
              crawl_id=crawl_id)
    site = site_runs.c.site_id == row.site_id
    known = connection.execute(select(site_runs).where(site)).first()
    if known is None:
        return
    changed: dict[str, Any] = {"rhythm": ""} if row.order_id is not None else {"rhythm": "", "next_due": None}
    if ending != "cancelled" and (known.last_run_at or "") < row.first_taken_at:
        outcome = "failed" if ending != "done" else str(summary.get("outcome") or "failed")
        changed |= {"last_run_at": stamp(now), "last_outcome": outcome, "last_why": reason[:500],
                    "failures": known.failures + 1 if is_failure(dict(known._mapping), outcome) else 0}
    connection.execute(update(site_runs).where(site).values(**changed))


def _mine(connection: Connection, lease: Lease) -> Row[Any]:
    row = connection.execute(select(crawl_leases).where(
        crawl_leases.c.host == lease.host, crawl_leases.c.lease_id == lease.lease_id)).first()
    if row is None:
        raise LeaseLostError(f"the lease on {lease.host} is no longer {lease.runner}'s: it was not renewed in time, "
                             "and another runner goes on with the crawl")
    return row


def _note(connection: Connection, order_id: str, **changed: Any) -> None:
    connection.execute(update(crawl_orders).where(crawl_orders.c.order_id == order_id).values(**changed))
