"""A worker's process: takes jobs from the queue until it is told to stop, and then lets none go to waste."""

import asyncio
import logging
import os
import signal
import time
from collections.abc import Coroutine
from contextlib import suppress
from pathlib import Path
from subprocess import Popen
from typing import Any

from procrastinate import App
from procrastinate.exceptions import ConnectorException
from procrastinate.worker import Worker

from crawler.jobs.machines.patience import PatientConnector
from crawler.jobs.machines.queue import CARE, CRAWLS, READINGS, Queue, connection_arguments
from crawler.jobs.machines.stalled import Stalled
from crawler.jobs.machines.tasks import WHOAMI, Work
from crawler.jobs.memory import share_all
from gongkai.errors import StorageError
from gongkai.settings import Settings
from storage import Archive
from storage.shared import open_shared

logger = logging.getLogger(__name__)

_LOOK_EVERY_S = 2.0
_FORGOTTEN_AFTER_S = 86_400.0
"""Rows of workers are removed when they are a day old: one removed while its worker waits for the server could take no
job ever again, and whose jobs are to go back is found out from the signs of life."""


class Stopping:
    """The first signal lets each crawl store its page under way and each reader its document; a second kills the
    crawls. See `crawler.jobs.interruption.Watch`."""

    def __init__(self) -> None:
        self.signal: int | None = None
        self._children: set[Popen[str]] = set()

    def watch(self, child: "Popen[str]") -> None:
        self._children.add(child)
        if self.signal is not None:
            child.terminate()

    def forget(self, child: "Popen[str]") -> None:
        self._children.discard(child)

    def arrived(self, number: int) -> None:
        again = self.signal is not None
        self.signal = self.signal or number
        for child in tuple(self._children):
            child.kill() if again else child.terminate()


def run_worker(settings: Settings, *, crawls: int, readers: int, drain: bool = False) -> int | None:
    """Until a signal, whose number is returned; with `drain` until the queue is empty. Raises ConfigurationError where
    the catalog is no PostgreSQL, StorageError when it stayed away for long."""
    connection_arguments(settings)
    stopping = Stopping()
    shared = open_shared(settings)
    assert shared is not None
    with Archive.open(settings) as archive:
        try:
            Queue(settings, shared).prepare()
            if adopted := share_all(settings, shared):
                logger.info("told the other machines what this one remembers of %d sites", adopted)
            work = Work(archive, settings, shared, stopping, crawls, readers)
            asyncio.run(_run(settings, work, stopping, crawls, readers, drain))
        except ConnectorException as problem:
            raise StorageError(f"the queue's server {shared.name} stayed away ({problem.__cause__}); every job is "
                               "in it still. Start the worker again when the server is up") from problem
        finally:
            shared.close()
    return stopping.signal


async def _run(settings: Settings, work: Work, stopping: Stopping, crawls: int, readers: int, drain: bool) -> None:
    app = App(connector=PatientConnector(**connection_arguments(settings), min_size=1, max_size=6, timeout=30,
                                         reconnect_timeout=30, num_workers=1))
    work.register(app)
    async with app.open_async():
        shares = [([CRAWLS], crawls), ([READINGS], readers), ([CARE], 1)]
        workers = [_worker(app, settings, queues, number, drain) for queues, number in shares if number]
        _on_signals(stopping, workers)
        stalled = Stalled(app, settings.worker_silent_s, lambda: _own(workers))
        logger.info("worker %s: %d crawls, %d readers", WHOAMI, crawls, readers)
        try:
            await _all_of(workers, [stalled.watch(), _beat(pulse_file(settings), settings.worker_silent_s)])
        finally:
            with suppress(OSError):
                pulse_file(settings).unlink()


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


def _worker(app: App, settings: Settings, queues: list[str], number: int, drain: bool) -> Worker:
    silent_s = settings.worker_silent_s
    return Worker(app, queues=queues, name=f"{WHOAMI} {queues[0]}", concurrency=number, wait=not drain,
                  fetch_job_polling_interval=min(_LOOK_EVERY_S, silent_s / 3), abort_job_polling_interval=60,
                  listen_notify=False, delete_jobs="successful", install_signal_handlers=False,
                  update_heartbeat_interval=silent_s / 6, stalled_worker_timeout=_FORGOTTEN_AFTER_S)


def _own(workers: list[Worker]) -> tuple[list[int], set[int]]:
    """The ids of this process's workers, and of the jobs they run."""
    ids = [worker.worker_id for worker in workers if worker.worker_id is not None]
    return ids, {c.job.id for worker in workers for c in worker._running_jobs.values() if c.job.id is not None}


def _on_signals(stopping: Stopping, workers: list[Worker]) -> None:
    def arrived(number: int) -> None:
        logger.info("told to stop: what is under way is stored first")
        stopping.arrived(number)
        for worker in workers:
            worker.stop()

    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, arrived, number)


# signs of life for whoever starts and restarts workers (`gongkai worker --alive`)


def pulse_file(settings: Settings) -> Path:
    """One a host name: a container has its own."""
    return settings.state_dir / "workers" / f"{WHOAMI.partition('/')[0]}.alive"


def is_alive(settings: Settings) -> bool:
    try:
        return time.time() - pulse_file(settings).stat().st_mtime < 2 * settings.worker_silent_s
    except OSError:
        return False


async def _beat(file: Path, silent_s: float) -> None:
    """From the loop that takes the jobs: a worker that hangs stops beating."""
    file.parent.mkdir(parents=True, exist_ok=True)
    while True:
        file.touch()
        os.utime(file)
        await asyncio.sleep(silent_s / 4)
