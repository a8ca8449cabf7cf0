"""What the timetable gives out: orders, leases, what is known of a site's crawls."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from gongkai.site import AgencySite

Kind = Literal["order", "due"]
OrderState = Literal["waiting", "running", "done", "failed", "refused", "cancelled"]
Ending = Literal["done", "failed", "refused", "cancelled"]

KINDS: tuple[Kind, ...] = ("order", "due")


@dataclass(frozen=True)
class Order:
    """Somebody's wish that a site be crawled. `reason` says why it failed or was refused; `progress` is what the crawl
    told last, while it runs; `crawl_id` and `summary` are those of the crawl it led to. A higher `priority` goes
    first."""

    order_id: str
    site: AgencySite
    site_id: str
    host: str
    state: OrderState
    priority: int
    why: str
    by: str
    recheck: bool
    max_requests: int | None
    ordered_at: str
    not_before: str | None
    started_at: str | None
    finished_at: str | None
    attempts: int
    runner: str | None
    crawl_id: str | None
    summary: dict[str, Any]
    reason: str
    progress: dict[str, Any]

    @property
    def ended(self) -> bool:
        return self.state not in ("waiting", "running")

    def as_json(self) -> dict[str, Any]:
        return {**_plain(self), "site": self.site.url, "agency": self.site.agency,
                "region_code": self.site.region_code}


@dataclass(frozen=True)
class Lease:
    """One host is one runner's until `until`. `order_id` is None for a site that was due by its rhythm; `attempts`
    counts the runners that had it, this one included; `expected` are the requests the day's were counted with."""

    lease_id: str
    host: str
    site: AgencySite
    site_id: str
    order_id: str | None
    runner: str
    taken_at: str
    until: str
    attempts: int
    recheck: bool = False
    max_requests: int | None = None
    crawl_id: str | None = None
    progress: dict[str, Any] | None = None
    expected: int = 0

    @property
    def kind(self) -> Kind:
        return "due" if self.order_id is None else "order"

    def as_json(self) -> dict[str, Any]:
        return {**_plain(self), "kind": self.kind, "site": self.site.url, "agency": self.site.agency}


@dataclass(frozen=True)
class SiteRun:
    """What is known of the crawls of a registered site, and when it is to be crawled next. `failures` in a row, also
    where a site that gave reports gave none; `rhythm` names what the decision was made with, empty where there is
    none yet."""

    site_id: str
    site: AgencySite
    host: str
    added_at: str
    last_run_at: str | None
    last_outcome: str
    last_why: str
    last_requests: int
    last_reports: int
    last_ok_at: str | None
    yielded_at: str | None
    failures: int
    next_due: str | None
    rest_until: str | None
    why: str
    rhythm: str
    crawl_id: str

    @property
    def must_yield(self) -> bool:
        """It gave reports before."""
        return self.yielded_at is not None

    def as_json(self) -> dict[str, Any]:
        return {**_plain(self), "site": self.site.url, "agency": self.site.agency, "region_code": self.site.region_code,
                "schedule": self.site.schedule, "must_yield": self.must_yield}


@dataclass(frozen=True)
class Due:
    """A decision: the site is due at `at` (None: not by itself), `why` in words, `rhythm` the name of what decided."""

    site_id: str
    at: datetime | None
    why: str
    rhythm: str
    rest_until: datetime | None = None


@dataclass(frozen=True)
class Allowance:
    """So many requests may be spent by crawls that began at or after `since`, those that run now included."""

    since: datetime
    requests: int


def _plain(record: Any) -> dict[str, Any]:
    return {name: value for name, value in vars(record).items() if name != "site"}
