"""How queue and workers stand, for a person."""

from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import Connection, select, text

from crawler.jobs.machines.queue import Queue, connection_arguments
from gongkai.clock import stamp
from gongkai.settings import Settings
from storage.shared import open_shared
from storage.shared.tables import job_failures

_LAST_FAILURES = 10


@dataclass(frozen=True)
class Standing:
    """`jobs` counts by queue and state (todo, doing, failed); `silent` workers gave no sign of life in time."""

    jobs: dict[tuple[str, str], int]
    workers: int
    silent: int
    failures: tuple[dict[str, Any], ...]

    def as_json(self) -> dict[str, Any]:
        told = asdict(self)
        told["jobs"] = [{"queue": queue, "state": state, "jobs": count}
                        for (queue, state), count in sorted(self.jobs.items())]
        return told


def standing(settings: Settings) -> Standing:
    """Raises ConfigurationError where the catalog is no PostgreSQL."""
    connection_arguments(settings)
    shared = open_shared(settings)
    assert shared is not None
    try:
        Queue(settings, shared).prepare()
        return shared.do(lambda connection: _standing(connection, settings.lease_s), wait=False)
    finally:
        shared.close()


def _standing(connection: Connection, silent_s: float) -> Standing:
    jobs = connection.execute(text("SELECT queue_name, status, count(*) FROM procrastinate_jobs GROUP BY 1, 2"))
    workers = connection.execute(text(
        "SELECT count(*), count(*) FILTER (WHERE last_heartbeat < now() - make_interval(secs => :silent)) "
        "FROM procrastinate_workers"), {"silent": silent_s}).one()
    failures = connection.execute(select(job_failures).order_by(job_failures.c.at.desc()).limit(_LAST_FAILURES))
    return Standing({(row[0], row[1]): row[2] for row in jobs}, workers[0], workers[1],
                    tuple({**row._mapping, "at": stamp(row.at)} for row in failures))
