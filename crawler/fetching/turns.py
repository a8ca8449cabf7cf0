"""Turns at a host, shared by every crawl that writes to one archive: by files among the crawls of one machine, by the
catalog's server where it is on one.

Two bureaus of one city are two crawls, and both read the city's portal: without this the portal would see two visitors
where we promise one.
"""

import asyncio
import logging
import os
import random
import secrets
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Protocol, TypeVar

from gongkai.clock import utc_now
from gongkai.digest import sha256_hex
from gongkai.errors import StorageError
from storage.locks import FileLock
from storage.shared import SharedHosts

logger = logging.getLogger(__name__)

_LOOK_AGAIN_S = (0.05, 0.1)
_ASK_AGAIN_S = (0.2, 0.4)  # of a server, each time it costs a transaction
T = TypeVar("T")


class Turns(Protocol):
    def at(self, place: str, delay_s: float) -> AbstractAsyncContextManager[None]:
        """Holds the host's turn, which begins no sooner than `delay_s` after anybody's last request there was over."""
        ...

    def rest(self, place: str, seconds: float) -> None:
        """No crawl asks anything of the host for `seconds`."""
        ...


class FileTurns:
    """Three empty files a host in `directory`: a lock held for the length of a turn, and two whose modification times
    are when the last request was made or answered and until when the host rests. None makes every turn free at once.

    Processes share no monotonic clock, so times are the wall's and doubted: a request in the future counts as made now,
    a rest longer than any we grant as none.
    """

    def __init__(self, directory: Path | None, longest_rest_s: float) -> None:
        self._directory = directory
        self._longest_rest_s = longest_rest_s
        self._met: set[str] = set()

    @asynccontextmanager
    async def at(self, place: str, delay_s: float) -> AsyncIterator[None]:
        lock = await self._taken(place, delay_s)
        try:
            yield
        finally:
            if lock is not None:
                self._mark(place, "asked", _now())
                lock.close()

    def rest(self, place: str, seconds: float) -> None:
        self._mark(place, "rest", max(_now() + seconds, self._time(place, "rest")))

    async def _taken(self, place: str, delay_s: float) -> FileLock | None:
        if self._directory is None:
            return None
        try:
            lock = FileLock(self._directory / _name(place, "lock"))
        except StorageError as problem:
            self._give_up(problem)
            return None
        try:
            while not lock.try_exclusive():
                self._meet(place)
                await asyncio.sleep(random.uniform(*_LOOK_AGAIN_S))
            while (wait_s := self._wait_s(place, delay_s)) > 0:
                await asyncio.sleep(wait_s)
        except StorageError as problem:  # a file system without locks
            lock.close()
            self._give_up(problem)
            return None
        except BaseException:
            lock.close()
            raise
        self._mark(place, "asked", _now())  # what a process killed in mid-answer leaves
        return lock

    def _wait_s(self, place: str, delay_s: float) -> float:
        """To be asked anew after the wait: whoever had the turn before may only now have been told to let it rest."""
        now = _now()
        asked = self._time(place, "asked")
        if asked > now:
            self._mark(place, "asked", now)
            asked = now
        rest_s = self._time(place, "rest") - now
        return max(asked + delay_s - now, rest_s if rest_s <= self._longest_rest_s else 0.0)

    def _time(self, place: str, what: str) -> float:
        if self._directory is None:
            return 0.0
        try:
            return (self._directory / _name(place, what)).stat().st_mtime
        except OSError:
            return 0.0

    def _mark(self, place: str, what: str, at: float) -> None:
        if self._directory is None:
            return
        file = self._directory / _name(place, what)
        try:
            file.touch()
            os.utime(file, (at, at))
        except OSError as problem:
            self._give_up(problem)

    def _meet(self, place: str) -> None:
        if place not in self._met:
            self._met.add(place)
            logger.info("another crawl asks %s too; taking turns with it", place)

    def _give_up(self, problem: Exception) -> None:
        """Said once. A crawl alone is polite all the same, and what keeps the state from being written ends it soon."""
        logger.warning("turns at hosts are not shared with other crawls: %s", problem)
        self._directory = None


class SharedTurns:
    """A turn is a row of the server's, held for the longest a request may take: it outlives the server's restart, and
    what a killed crawl held is free when that time is over."""

    def __init__(self, hosts: SharedHosts, longest_request_s: float, longest_rest_s: float) -> None:
        self._hosts, self._hold_s, self._longest_rest_s = hosts, longest_request_s, longest_rest_s
        self._holder = secrets.token_hex(8)
        self._met: set[str] = set()
        # Of its own: those everybody shares may all be reading files. One, as each takes a connection of the server's.
        self._threads = ThreadPoolExecutor(1, "turns")

    @asynccontextmanager
    async def at(self, place: str, delay_s: float) -> AsyncIterator[None]:
        while (wait_s := await self._ask(lambda: self._hosts.take(
                place, self._holder, delay_s, self._hold_s, self._longest_rest_s))) != 0:
            if wait_s is None and place not in self._met:
                self._met.add(place)
                logger.info("another crawl asks %s too; taking turns with it", place)
            await asyncio.sleep(random.uniform(*_ASK_AGAIN_S) if wait_s is None else wait_s)
        try:
            yield
        finally:
            try:
                await asyncio.shield(self._ask(lambda: self._hosts.end(place, self._holder)))
            except StorageError as problem:
                logger.warning("the turn at %s ends by itself in %.0f s: %s", place, self._hold_s, problem)

    def rest(self, place: str, seconds: float) -> None:
        self._threads.submit(self._told_to_rest, place, seconds)

    def _told_to_rest(self, place: str, seconds: float) -> None:
        try:
            self._hosts.rest(place, seconds)
        except StorageError as problem:
            logger.warning("that %s rests %.1f s cannot be told to other crawls: %s", place, seconds, problem)

    async def _ask(self, question: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._threads, question)


def _name(place: str, what: str) -> str:
    return f"{sha256_hex(place)[:16]}.{what}"


def _now() -> float:
    return utc_now().timestamp()
