"""What one crawl has learned about each host: whether it was left, how it fails, which scheme it speaks."""

import logging
from dataclasses import dataclass, field
from urllib.parse import urlsplit
from weakref import WeakKeyDictionary

from scrapy import Request
from scrapy.crawler import Crawler

from crawler.fetching.problem import FetchProblem

logger = logging.getLogger(__name__)

LEAVE_AFTER = 3
"""Pages in a row that failed for good (or were challenges) before the rest of the host is not asked any more."""

_DEFAULT_PORTS = (None, 80, 443)


def place_of(url: str) -> str:
    """The unit politeness counts by: a host with its port, http and https on their default ports being one."""
    parts = urlsplit(url)
    host = (parts.hostname or "").rstrip(".")
    return host if parts.port in _DEFAULT_PORTS else f"{host}:{parts.port}"


@dataclass
class HostRecord:
    """`answered` holds the schemes that ever gave an answer, `scheme` the one to use instead of the other."""

    left: FetchProblem | None = None
    failures: int = 0
    challenges: int = 0
    answered: set[str] = field(default_factory=set)
    scheme: str | None = None
    insists_on_https: bool = False
    same_body: tuple[str, frozenset[str]] = ("", frozenset())
    certificate_seen: bool = False


class Hosts:
    """The records of one crawl, shared by the middlewares."""

    def __init__(self) -> None:
        self._records: dict[str, HostRecord] = {}

    @classmethod
    def of(cls, crawler: Crawler) -> "Hosts":
        return _REGISTERS.setdefault(crawler, cls())

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
        left = self[url].left
        if left is not None:
            raise left.for_url(url, f"not asked, because {place_of(url)} was left for this crawl: {left.detail}")


_REGISTERS: WeakKeyDictionary[Crawler, Hosts] = WeakKeyDictionary()


class LeftHostMiddleware:
    """Spends nothing on a host that was left."""

    def __init__(self, hosts: Hosts) -> None:
        self._hosts = hosts

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> "LeftHostMiddleware":
        return cls(Hosts.of(crawler))

    def process_request(self, request: Request) -> None:
        self._hosts.refuse_if_left(request.url)
