"""What one crawl has learned about each host: whether it was left, how it fails, which scheme it speaks."""

import logging
from dataclasses import dataclass, field
from typing import Literal, cast
from weakref import WeakKeyDictionary

from scrapy import Request, signals
from scrapy.crawler import Crawler

from crawler.fetching.problem import FetchProblem, Kind
from crawler.fetching.rests import Rests
from crawler.fetching.shared import rests_of
from gongkai.address import place_of

logger = logging.getLogger(__name__)

LEAVE_AFTER = 3
"""Pages in a row that failed for good (or were challenges) before the rest of the host is not asked any more."""

_TURNED_AWAY = frozenset({"challenge", "back_off"})


@dataclass
class HostRecord:
    """`answered` holds the schemes that ever gave an answer, `scheme` the one to use instead of the other;
    `challenged_by` is the challenge after which no page of the host came; `tls` is how secure connections are made with
    it, ``failed`` after the lenient way did not help either (then the strict one is used again)."""

    left: FetchProblem | None = None
    failures: int = 0
    challenges: int = 0
    challenged_by: FetchProblem | None = None
    rest_looked_up: bool = False
    answered: set[str] = field(default_factory=set)
    scheme: str | None = None
    insists_on_https: bool = False
    same_body: tuple[str, frozenset[str]] = ("", frozenset())
    certificate_seen: bool = False
    tls: Literal["strict", "lenient", "failed"] = "strict"
    tls_doubted: bool = False


class Hosts:
    """The records of one crawl, shared by the middlewares."""

    def __init__(self, rests: Rests) -> None:
        self._records: dict[str, HostRecord] = {}
        self._rests = rests

    @classmethod
    def of(cls, crawler: Crawler) -> "Hosts":
        if crawler not in _REGISTERS:
            _REGISTERS[crawler] = cls(rests_of(crawler))
        return _REGISTERS[crawler]

    def __getitem__(self, url: str) -> HostRecord:
        return self._records.setdefault(place_of(url), HostRecord())

    def leave(self, problem: FetchProblem) -> FetchProblem:
        """Ask nothing more of the host of `problem` in this crawl; returns the problem, now the host's."""
        record = self[problem.url]
        problem.is_host_level = True
        if record.left is None:
            record.left = problem
            logger.warning("%s is left for this crawl: %s", place_of(problem.url), problem)
        return problem

    def failed(self, problem: FetchProblem) -> None:
        """Count a page given up; the host is left when `LEAVE_AFTER` in a row failed for reasons of the host."""
        record = self[problem.url]
        record.failures += 1
        if record.failures >= LEAVE_AFTER:
            self.leave(problem)

    def refuse_if_left(self, url: str) -> None:
        place, record = place_of(url), self[url]
        if not record.rest_looked_up:
            record.rest_looked_up = True
            rest = self._rests.of(place)
            if rest is not None and record.left is None:
                record.left = FetchProblem(cast(Kind, rest.kind), rest.reason, url, is_host_level=True)
                raise record.left.for_url(url, f"{place} rests until {rest.end} after an earlier crawl (rest_h, "
                                          f"{self._rests.length_s / 3600:g} h): {rest.reason}")
        if record.left is not None:
            raise record.left.for_url(url, f"not asked, because {place} was left for this crawl: {record.left.detail}")

    def let_rest(self) -> None:
        """At the crawl's end: hosts that were turning us away are given hours, for the crawls after this one too."""
        for place, record in self._records.items():
            problem = record.challenged_by or record.left
            # A repeat stands for a rest that began in an earlier crawl and is not made longer by our looking.
            if problem is not None and problem.kind in _TURNED_AWAY and problem.response is not None:
                self._rests.begin(place, problem.kind, problem.detail)


_REGISTERS: WeakKeyDictionary[Crawler, Hosts] = WeakKeyDictionary()


class LeftHostMiddleware:
    """Spends nothing on a host that was left, in this crawl or hours ago."""

    def __init__(self, hosts: Hosts) -> None:
        self._hosts = hosts

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> "LeftHostMiddleware":
        middleware = cls(Hosts.of(crawler))
        crawler.signals.connect(middleware._closed, signal=signals.spider_closed)
        return middleware

    def _closed(self) -> None:
        self._hosts.let_rest()

    def process_request(self, request: Request) -> None:
        self._hosts.refuse_if_left(request.url)
