"""Scrapy's downloader with this project's manners: polite slots in front, one kind of failure behind."""

import logging
from collections.abc import Coroutine
from time import monotonic
from typing import Any

from scrapy import Request, Spider
from scrapy.core import downloader
from scrapy.core.downloader import Slot
from scrapy.crawler import Crawler
from scrapy.http import Response
from twisted.internet.defer import Deferred
from twisted.python.failure import Failure

from crawler.fetching.egress import installed_guard
from crawler.fetching.hosts import Hosts
from crawler.fetching.politeness import PoliteSlot
from crawler.fetching.problem import FetchProblem, archive_away, problem_of
from crawler.fetching.shared import turns_of
from gongkai.address import host_of, place_of
from gongkai.errors import StorageError
from storage.objects import ObjectMissingError

logger = logging.getLogger(__name__)

_EXPECTED = frozenset({"egress", "robots", "budget"})
"""Problems that are our own rules at work: worth a line, not a warning."""


class Downloader(downloader.Downloader):
    """Set as ``DOWNLOADER``. Whatever leaves it as a failure is a FetchProblem, counted and logged once."""

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self._hosts = Hosts.of(crawler)
        self._delays: dict[str, float] = {}
        self._rests: dict[str, float] = {}
        self._turns = turns_of(crawler)

    @classmethod
    def of(cls, crawler: Crawler) -> "Downloader":
        assert crawler.engine is not None
        running = crawler.engine.downloader
        assert isinstance(running, cls), "DOWNLOADER must be crawler.fetching.downloader.Downloader"
        return running

    def slow_down(self, url: str, delay_s: float) -> None:
        """Wait at least `delay_s` between requests to the host of `url` from now on; never less than before."""
        place = place_of(url)
        self._delays[place] = max(delay_s, self._delays.get(place, self._delay))
        if place in self.slots:
            self.slots[place].delay = self._delays[place]

    def rest(self, url: str, seconds: float) -> None:
        """Ask nothing of the host of `url` for `seconds`; other hosts go on."""
        place = place_of(url)
        self._rests[place] = max(monotonic() + seconds, self._rests.get(place, 0.0))
        slot = self.slots.get(place)
        if isinstance(slot, PoliteSlot):
            slot.rest_until = self._rests[place]
        self._turns.rest(place, seconds)

    def get_slot_key(self, request: Request) -> str:
        """From the address alone: the ``download_slot`` Scrapy leaves in meta would follow a redirect to elsewhere."""
        return place_of(request.url)

    def fetch(self, request: Request, spider: Spider | None = None) -> Deferred[Any]:
        return super().fetch(request).addErrback(self._reported, request)

    def _reported(self, failure: Failure, request: Request) -> Any:
        if not isinstance(failure.value, Exception):
            return failure
        if isinstance(failure.value, StorageError) and not isinstance(failure.value, ObjectMissingError):
            self.crawler.signals.send_catch_log(archive_away, problem=failure.value)
        problem = problem_of(failure.value, request.url)
        if problem is not failure.value and problem.kind == "protocol":
            logger.error("unexpected failure for %s", request, exc_info=failure.value)
        assert self.crawler.stats is not None
        self.crawler.stats.inc_value(f"fetching/{problem.kind}")
        expected = problem.is_repeat or problem.kind in _EXPECTED
        logger.log(logging.INFO if expected else logging.WARNING, "not read: %s", problem)
        return failure if problem is failure.value else Failure(problem)

    def _get_slot(self, request: Request, spider: Spider | None = None) -> tuple[str, Slot]:
        place = self.get_slot_key(request)
        if place not in self.slots:
            self.slots[place] = PoliteSlot(self._delays.get(place, self._delay), self._rests.get(place, 0.0))
            self._start_slot_gc()
        return place, self.slots[place]

    def _process_queue(self, slot: Slot) -> None:
        if isinstance(slot, PoliteSlot) and slot.turn == "running" and not slot.transferring:
            slot.ended()
        super()._process_queue(slot)

    def _wait_for_download(self, slot: Slot, *what: Any) -> Coroutine[Any, Any, None]:
        """No coroutine function on purpose: the turn is taken when Scrapy calls this, not when the task first runs."""
        assert isinstance(slot, PoliteSlot)
        slot.turn = "called"
        return super()._wait_for_download(slot, *what)

    async def _download(self, slot: Slot, request: Request) -> Response:
        assert isinstance(slot, PoliteSlot)
        async with self._turns.at(self.get_slot_key(request), slot.gap_s):
            started = monotonic()
            slot.turn = "running"
            try:
                return await super()._download(slot, request)
            except Exception as error:
                raise self._explained(error, request) from error
            finally:
                request.meta["duration_s"] = round(monotonic() - started, 3)

    def _explained(self, error: Exception, request: Request) -> Exception:
        """What Scrapy's exception means, with what the guarded resolver knows about a name that led nowhere."""
        if isinstance(error, StorageError):  # the turn at the host could not be taken
            return error
        problem = problem_of(error, request.url)
        guard = installed_guard()
        if problem.kind != "dns" or guard is None:
            return problem
        host = host_of(request.url).rstrip(".")
        if host in guard.refused:
            where = ", ".join(guard.refused[host])
            return FetchProblem("egress", f"{host} resolves to {where}, which may not be asked", request.url)
        if host in guard.unknown:
            return FetchProblem("dns", f"the name {host} does not exist; check the spelling", request.url)
        return problem
