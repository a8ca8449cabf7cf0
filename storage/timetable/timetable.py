"""`archive.timetable`: orders, leases and the state of the schedule, behind one door.

Beside the registry this is the only part of the catalog that the objects do not hold. Should the catalog be lost, what
crawls came to is made again from their logs; orders that wait are forgotten, and what is due is decided anew.
"""

import time
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from functools import partial
from pathlib import Path
from threading import Lock
from typing import Any

from gongkai.clock import utc_now
from gongkai.site import AgencySite
from storage.catalog.engine import Catalog
from storage.timetable import leases, orders, sites, troubles
from storage.timetable.condition import Condition, condition
from storage.timetable.records import KINDS, Allowance, Due, Ending, Kind, Lease, Order, OrderState, SiteRun
from storage.timetable.troubles import Told, Trouble

_PROGRESS_EVERY_S = 1.0


class Timetable:
    """May be shared by threads, processes and machines that share the catalog. `now` is the caller's clock: all that
    share a catalog should agree on the time to within a few seconds, and leases be longer than that."""

    def __init__(self, catalog: Callable[[], Catalog]) -> None:
        self._catalog = catalog
        self._told: dict[str, float] = {}
        self._mutex = Lock()

    # orders

    def order(self, site: AgencySite, *, why: str, by: str, priority: int = 0, recheck: bool = False,
              max_requests: int | None = None, now: datetime | None = None) -> str:
        """The order's id. While an order for the same site waits, it is that one."""
        row = orders.new_order(site, now or utc_now(), priority=priority, why=why, by=by, recheck=recheck,
                               max_requests=max_requests)
        return self._catalog().write(partial(orders.enter_order, row=row))

    def orders(self, states: Sequence[OrderState] | None = None, *, site_id: str | None = None,
               limit: int | None = None, after: str | None = None) -> list[Order]:
        """Newest first; a page goes on `after` the last id of the one before."""
        return self._catalog().read(lambda c: list(orders.orders(c, states=states, site=site_id, limit=limit,
                                                                 after=after)))

    def see(self, order_id: str) -> Order:
        """Raises NotFoundError."""
        return self._catalog().read(partial(orders.order_named, order_id=order_id))

    def cancel(self, order_id: str, *, why: str = "", now: datetime | None = None) -> Order:
        """One that waits is cancelled, one that runs is asked to end after its page. Raises NotFoundError."""
        return self._catalog().write(partial(orders.cancel, order_id=order_id, why=why, now=now or utc_now()))

    # leases

    def take(self, runner: str, now: datetime, lease_s: float, kinds: Sequence[Kind] = KINDS, *,
             allowances: Sequence[Allowance] = (), expected: int = 0, only: str | None = None) -> Lease | None:
        """Something to crawl, its host leased to `runner` for `lease_s`: what a silent runner left, an order, or a
        registered site that is due and fits into every allowance: with the requests its last crawl needed, or with
        `expected` where there was none. `only` names one order or site."""
        def ask(connection: Any) -> Lease | None:
            return leases.take(connection, runner, now, lease_s, kinds, allowances, expected, only)

        return self._catalog().write(ask)

    def renew(self, lease: Lease, now: datetime, lease_s: float, progress: dict[str, Any] | None = None) -> str:
        """Keeps the lease, with what the crawl tells (requests, found, queue, url, why, crawl_id). Why it is to stop,
        empty to go on. Raises LeaseLostError."""
        return self._catalog().write(lambda c: leases.renew(c, lease, now, lease_s, progress))

    def progress(self, lease: Lease, now: datetime, lease_s: float, progress: dict[str, Any]) -> str | None:
        """As `renew`, at most once a second and lease; None where nothing was written."""
        with self._mutex:
            at = time.monotonic()
            if at < self._told.get(lease.lease_id, 0.0) + _PROGRESS_EVERY_S:
                return None
            self._told[lease.lease_id] = at
        return self.renew(lease, now, lease_s, progress)

    def finish(self, lease: Lease, ending: Ending, now: datetime, *, summary: dict[str, Any] | None = None,
               reason: str = "", crawl_id: str | None = None) -> None:
        """The host is free, and the site's next date is undecided. Raises LeaseLostError."""
        self._forget(lease)
        self._catalog().write(lambda c: leases.finish(c, lease, ending, now, summary=summary or {}, reason=reason,
                                                      crawl_id=crawl_id))

    def give_back(self, lease: Lease, now: datetime, *, not_before: datetime | None = None, reason: str = "") -> None:
        """The crawl was not ended: it is to go on, by whoever takes it next. Raises LeaseLostError."""
        self._forget(lease)
        self._catalog().write(lambda c: leases.give_back(c, lease, now, not_before or now, reason))

    def running(self) -> list[Lease]:
        """Also those whose runner went silent, until they are taken over."""
        return self._catalog().read(leases.running)

    def spent(self, since: datetime) -> int:
        """Requests, by crawls that began since."""
        return self._catalog().read(partial(leases.spent, since=since))

    # the schedule

    def sites(self, *, undecided_by: Callable[[SiteRun], str] | None = None, due_by: datetime | None = None,
              ) -> list[SiteRun]:
        """Every site the registry follows, by when it is due. With `undecided_by`, which names the rhythm of a site,
        those whose date was decided by another one; with `due_by` those due by then."""
        found = self._catalog().read(partial(sites.site_runs_listed, due_by=due_by))
        return [run for run in found if undecided_by is None or run.rhythm != undecided_by(run)]

    def site(self, site_id: str) -> SiteRun | None:
        return self._catalog().read(partial(sites.site_run, site=site_id))

    def decide(self, decisions: Iterable[Due]) -> None:
        """Writes when sites are due next."""
        made = list(decisions)
        if made:
            self._catalog().write(partial(sites.decide, decisions=made))

    def counts(self, since: str = "") -> dict[tuple[str, str], int]:
        """What ended crawls add up to, since a day (ISO, UTC): requests by outcome, bytes, incidents by kind, reports,
        crawls by outcome."""
        return self._catalog().read(partial(sites.counts, since=since))

    # what needs a human

    def condition(self, now: datetime, *, silent_days: int, place: Path | None = None, least_free_bytes: int = 0,
                  ) -> Condition:
        """How following the sites goes; `place` is the directory whose disk the archive fills."""
        def ask(connection: Any) -> Condition:
            return condition(connection, now, silent_days=silent_days, place=place, least_free_bytes=least_free_bytes)

        return self._catalog().read(ask)

    def claim_troubles(self, found: Sequence[Trouble], now: datetime, for_s: float) -> tuple[list[Trouble], list[Told]]:
        """Those nobody was told of yet, or not as they stand now; and those told of that are over. For `for_s` they are
        the caller's to tell."""
        return self._catalog().write(lambda c: troubles.claim(c, found, now, for_s))

    def troubles_told(self, found: Sequence[Trouble], over: Sequence[Told], now: datetime) -> None:
        """The claimed ones have reached a human."""
        self._catalog().write(lambda c: troubles.told(c, found, over, now))

    def _forget(self, lease: Lease) -> None:
        with self._mutex:
            self._told.pop(lease.lease_id, None)
