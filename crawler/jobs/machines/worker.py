"""A worker's process: takes jobs from the queue until it is told to stop, and then lets none go to waste."""

import asyncio
import logging
import time
from collections.abc import Coroutine
from typing import Any

from procrastinate import App
from procrastinate.exceptions import ConnectorException
from procrastinate.worker import Worker

from crawler.jobs.interruption import Interruption
from crawler.jobs.log_file import sweep_logs
from crawler.jobs.machines.leased import Named
from crawler.jobs.machines.patience import PatientConnector
from crawler.jobs.machines.queue import CARE, CRAWLS, READINGS, Queue, connection_arguments
from crawler.jobs.machines.readers import Readers
from crawler.jobs.machines.stalled import Stalled
from crawler.jobs.machines.tasks import WHOAMI, Work
from crawler.jobs.memory import share_all
from crawler.jobs.pulse import Pulse
from crawler.jobs.runner import Tell
from gongkai.errors import StorageError
from gongkai.settings import Settings
from storage import Archive
from storage.shared import open_shared

logger = logging.getLogger(__name__)

_LOOK_EVERY_S = 2.0
_SIGNAL_LOOK_S = 0.2
_SWEEP_EVERY_S = 86_400.0
_FORGOTTEN_AFTER_S = 86_400.0
"""Rows of workers are removed when they are a day old: one removed while its worker waits for the server could take no
job ever again, and whose jobs are to go back is found out from the signs of life."""


def run_worker(settings: Settings, *, crawls: int, readers: int, interruption: Interruption, tell: Tell) -> None:
    """Until a signal. Raises ConfigurationError where the catalog is no PostgreSQL, StorageError when it stayed away
    for long."""
    connection_arguments(settings)
    shared = open_shared(settings)
    assert shared is not None
    with Archive.open(settings) as archive:
        try:
            Queue(settings, shared).prepare()
            if adopted := share_all(settings, shared):
                logger.info("told the other machines what this one remembers of %d sites", adopted)
            with Named(settings, archive, interruption, tell).keeping() as runner:
                work = Work(archive, settings, shared, runner, crawls, readers)
                try:
                    asyncio.run(_run(settings, work, interruption, crawls, readers))
                finally:
                    work.readers.close_idle(0)
        except ConnectorException as problem:
            raise StorageError(f"the queue's server {shared.name} stayed away ({problem.__cause__}); every job is "
                               "in it still. Start the worker again when the server is up") from problem
        finally:
            shared.close()


async def _run(settings: Settings, work: Work, interruption: Interruption, crawls: int, readers: int) -> None:
    app = App(connector=PatientConnector(**connection_arguments(settings), min_size=1, max_size=6, timeout=30,
                                         reconnect_timeout=30, num_workers=1))
    work.register(app)
    async with app.open_async():
        shares = [([CRAWLS], crawls), ([READINGS, CARE], readers)] if readers else [([CRAWLS, CARE], crawls)]
        workers = [_worker(app, settings, queues, number) for queues, number in shares if number]
        stalled = Stalled(app, settings.lease_s, lambda: _own(workers))
        logger.info("%s takes jobs", WHOAMI)
        await _all_of(workers, [stalled.watch(), _stop_on_signal(interruption, workers),
                                 _keep(settings, work.readers)])


async def _all_of(workers: list[Worker], beside: list[Coroutine[Any, Any, None]]) -> None:
    """When one of them fails all stop: a process that does half its work helps nobody."""
    def stop(done: "asyncio.Task[None]") -> None:
        if not done.cancelled() and done.exception():
            for worker in workers:
                worker.stop()

    running = [asyncio.create_task(worker.run()) for worker in workers]
    side = [asyncio.create_task(one) for one in beside]
    for task in (*running, *side):
        task.add_done_callback(stop)
    await asyncio.gather(*running, return_exceptions=True)
    for task in side:
        task.cancel()
    for outcome in await asyncio.gather(*running, *side, return_exceptions=True):
        if isinstance(outcome, Exception):
            raise outcome


def _worker(app: App, settings: Settings, queues: list[str], number: int) -> Worker:
    silent_s = settings.lease_s
    return Worker(app, queues=queues, name=f"{WHOAMI} {queues[0]}", concurrency=number,
                  fetch_job_polling_interval=min(_LOOK_EVERY_S, silent_s / 3), abort_job_polling_interval=60,
                  listen_notify=False, delete_jobs="successful", install_signal_handlers=False,
                  update_heartbeat_interval=silent_s / 6, stalled_worker_timeout=_FORGOTTEN_AFTER_S)


def _own(workers: list[Worker]) -> tuple[list[int], set[int]]:
    """The ids of this process's workers, and of the jobs they run."""
    ids = [worker.worker_id for worker in workers if worker.worker_id is not None]
    return ids, {c.job.id for worker in workers for c in worker._running_jobs.values() if c.job.id is not None}


async def _stop_on_signal(interruption: Interruption, workers: list[Worker]) -> None:
    """The signal itself has told the crawls to end after their page; here no further job is taken."""
    while interruption.signal is None:
        await asyncio.sleep(_SIGNAL_LOOK_S)
    for worker in workers:
        worker.stop()
    while True:
        await asyncio.sleep(_FORGOTTEN_AFTER_S)


async def _keep(settings: Settings, readers: Readers) -> None:
    """Signs of life, no logs older than they are to be, and no readers that nobody needs."""
    pulse, swept_at = Pulse(settings), 0.0
    while True:
        pulse.beat()
        if not swept_at or time.monotonic() > swept_at + _SWEEP_EVERY_S:
            swept_at = time.monotonic()
            await asyncio.to_thread(sweep_logs, settings.state_dir / "logs", settings.log_days)
        await asyncio.to_thread(readers.close_idle)
        await asyncio.sleep(_LOOK_EVERY_S)
