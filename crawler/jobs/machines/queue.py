"""The queue of jobs in the catalog's PostgreSQL: what goes in, and how it stands.

Two kinds of jobs. ``crawl`` names an order or a registered site of the timetable, under the lock of its host; all that
is known of it stands in the timetable, so that a job lost or done twice changes nothing. ``read`` names versions whose
stored bytes are to be read again, some hundred at a time.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from procrastinate.exceptions import AlreadyEnqueued
from procrastinate.jobs import Job
from procrastinate.manager import JobManager
from procrastinate.schema import SchemaManager
from procrastinate.sync_psycopg_connector import SyncPsycopgConnector
from sqlalchemy import Connection, text

from gongkai.clock import stamp
from gongkai.digest import sha256_hex
from gongkai.errors import ConfigurationError
from gongkai.settings import Settings
from storage import Timetable
from storage.catalog.engine import parsed_url
from storage.catalog.server import advisory_key
from storage.failures import catalog_failures
from storage.shared import SCHEMA, Shared, open_shared

CRAWLS, READINGS, CARE = "crawls", "readings", "care"
CRAWL_TASK, READ_TASK = "gongkai.crawl", "gongkai.read"
ORDERED = 100
"""Added to an order's own priority: somebody waits for it, while what is due by its rhythm does not mind the hour."""
BATCH = 100
WAITING_CRAWLS = 500
"""More are not put in at once: the rest stays in the timetable, where a later order still comes first."""


@dataclass(frozen=True)
class Crawl:
    """`target` is an order's or a site's id."""

    target: str
    host: str
    priority: int

    @property
    def once(self) -> str:
        """While one with this name waits, no second is taken in."""
        return f"crawl/{self.target}"


class Queue:
    """What may be put in by whoever has the catalog. Raises StorageError while the server is away."""

    def __init__(self, settings: Settings, shared: Shared) -> None:
        self._settings, self._shared = settings, shared

    @classmethod
    @contextmanager
    def open(cls, settings: Settings) -> Iterator["Queue"]:
        """Raises ConfigurationError where the catalog is no PostgreSQL."""
        connection_arguments(settings)
        shared = open_shared(settings)
        assert shared is not None
        try:
            yield cls(settings, shared).prepare()
        finally:
            shared.close()

    def prepare(self) -> "Queue":
        """Makes the queue's tables, or brings them to what the installed procrastinate expects. (Its own
        ``apply_schema`` fails the second time.)"""
        self._shared.do(_prepare, wait=False)
        return self

    def put_crawls(self, crawls: Iterable[Crawl]) -> int:
        """How many were new. Of those that nobody ordered only as many as may wait."""
        def named(connection: Connection) -> tuple[set[str], int]:
            there = connection.execute(text(
                "SELECT queueing_lock FROM procrastinate_jobs WHERE queue_name = :queue AND status IN ('todo', 'doing')"
            ), {"queue": CRAWLS}).scalars().all()
            return set(there), len(there)

        there, waiting = self._shared.do(named)
        missing = [crawl for crawl in crawls if crawl.once not in there]
        new = [crawl for crawl in missing if crawl.priority >= ORDERED]
        room = max(0, WAITING_CRAWLS - waiting - len(new))
        new += [crawl for crawl in missing if crawl.priority < ORDERED][:room]
        self._put([_job(CRAWL_TASK, CRAWLS, {"target": c.target}, c.once, lock=f"host/{c.host}", priority=c.priority)
                   for c in new])
        return len(new)

    def put_readings(self, versions: Sequence[tuple[str, int]], *, priority: int = 0) -> int:
        """How many batches."""
        batches = [list(map(list, versions[start:start + BATCH])) for start in range(0, len(versions), BATCH)]
        self._put([_job(READ_TASK, READINGS, {"versions": batch}, f"read/{sha256_hex(str(batch))[:16]}",
                        priority=priority) for batch in batches])
        return len(batches)

    def has_room(self) -> bool:
        """For a good many crawls that nobody ordered."""
        return self.waiting(CRAWLS) <= WAITING_CRAWLS // 2

    def waiting(self, queue: str | None = None) -> int:
        """Jobs that wait or are being done, of one queue or of all."""
        asked = text("SELECT count(*) FROM procrastinate_jobs WHERE status IN ('todo', 'doing') "
                     "AND (CAST(:queue AS text) IS NULL OR queue_name = :queue)")
        return int(self._shared.do(lambda c: c.execute(asked, {"queue": queue}).scalar_one()))

    def _put(self, jobs: list[Job]) -> None:
        """One that somebody else put in meanwhile is left to it."""
        with catalog_failures(self._shared.name):
            connector = SyncPsycopgConnector(**connection_arguments(self._settings), min_size=1, max_size=1)
            connector.open()
            try:
                for job in jobs:
                    try:
                        JobManager(connector).defer_job(job)
                    except AlreadyEnqueued:
                        continue
            finally:
                connector.close()


def offer(timetable: Timetable, now: datetime, *, due: bool = True) -> list[Crawl]:
    """What could be crawled now: orders first, then what a silent worker left, then (outside the hours for crawls not)
    what is due, longest due first."""
    at, running = stamp(now), timetable.running()
    busy = {lease.host for lease in running if lease.until > at}
    left = [Crawl(lease.order_id or lease.site_id, lease.host, ORDERED if lease.order_id else 0)
            for lease in running if lease.until <= at]
    orders = [Crawl(order.order_id, order.host, ORDERED + order.priority)
              for order in timetable.orders(["waiting"]) if (order.not_before or "") <= at]
    sites = [Crawl(run.site_id, run.host, 0) for run in (timetable.sites(due_by=now) if due else ())]
    first = sorted(orders, key=lambda crawl: -crawl.priority)
    return [crawl for crawl in (*first, *left, *sites) if crawl.host not in busy]


def connection_arguments(settings: Settings) -> dict[str, Any]:
    """For procrastinate's connectors, which take what psycopg takes."""
    url = parsed_url(settings.catalog_url)
    if url.get_backend_name() != "postgresql":
        raise ConfigurationError("workers on many machines share a PostgreSQL catalog and GONGKAI_CATALOG names none; "
                                 "expected for example postgresql://gongkai@db.example.org/gongkai. On one machine "
                                 "gongkai schedule runs the crawls itself")
    return {"conninfo": url.set(drivername="postgresql").render_as_string(hide_password=False),
            "kwargs": {"options": f"-c search_path={SCHEMA}", "connect_timeout": 10}}


def _job(task: str, queue: str, arguments: dict[str, Any], once: str, *, lock: str | None = None,
         priority: int = 0) -> Job:
    return Job(id=None, queue=queue, lock=lock, queueing_lock=once, task_name=task, priority=priority,
               task_kwargs=arguments)


def _prepare(connection: Connection) -> None:
    connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": advisory_key("gongkai/queue")})
    table = connection.execute(text("SELECT to_regclass(:name)"), {"name": f"{SCHEMA}.procrastinate_jobs"}).scalar()
    here = _release(version("procrastinate"))
    if table is None:
        _say(connection, SchemaManager.get_schema())
    else:
        noted = connection.execute(text("SELECT obj_description(to_regclass(:name))"),
                                   {"name": f"{SCHEMA}.procrastinate_jobs"}).scalar() or ""
        before = _release(noted) if noted else here
        for path in sorted(Path(SchemaManager.get_migrations_path()).glob("*.sql")):
            if before < _release(path.name) <= here:
                _say(connection, path.read_text("utf-8"))
    _say(connection, f"COMMENT ON TABLE procrastinate_jobs IS 'procrastinate {'.'.join(map(str, here))}'")


def _say(connection: Connection, statements: str) -> None:
    """Several at once, and a % in them is one: as psycopg has it where there are no parameters at all."""
    driver = connection.connection.driver_connection
    assert driver is not None
    driver.execute(statements)


def _release(told: str) -> tuple[int, int, int]:
    """Of ``3.10.0``, ``procrastinate 3.10.0`` or ``03.04.00_01_pre_….sql``."""
    found = re.search(r"(\d+)\.(\d+)\.(\d+)", told)
    if found is None:
        raise ConfigurationError(f"{told!r} names no release of procrastinate")
    return int(found[1]), int(found[2]), int(found[3])
