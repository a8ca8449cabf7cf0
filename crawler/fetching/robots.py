"""robots.txt by the rule of RFC 9309: what is missing permits, what cannot be reached does not.

Scrapy's own middleware reads a 5xx page as rules and takes a time-out for permission; measured, a site answering 503 to
robots.txt was crawled whole.
"""

import asyncio
import logging
from dataclasses import dataclass
from typing import Any, Protocol
from urllib.parse import urlsplit

from protego import Protego
from scrapy import Request, signals
from scrapy.crawler import Crawler
from scrapy.exceptions import StopDownload
from scrapy.http import Response
from scrapy.http.request import NO_CALLBACK

from crawler.fetching.downloader import Downloader
from crawler.fetching.hosts import Hosts
from crawler.fetching.problem import FetchProblem
from gongkai.clock import utc_now

logger = logging.getLogger(__name__)

SIZE_CAP_BYTES = 500 * 1024
"""What RFC 9309 asks a crawler to read at least; the rest of a longer file is not fetched."""

CRAWL_DELAY_CAP_S = 60.0
LIFETIME_S = 24 * 3600
"""How long a copy may be used (RFC 9309, 2.4)."""
_REASON = "may we ask? (robots.txt)"
_NEVER_MIND = frozenset({"egress", "redirects"})
"""A robots.txt redirected out of the rules or in circles is no robots.txt of this host (RFC 9309, 2.3.1.2)."""


@dataclass(frozen=True)
class Rules:
    """What robots.txt says to us: everything is permitted where `parsed` is None."""

    parsed: Protego | None = None
    crawl_delay_s: float | None = None
    site_maps: tuple[str, ...] = ()

    def permit(self, url: str, agent: str) -> bool:
        return self.parsed is None or self.parsed.can_fetch(url, agent)


class Memory(Protocol):
    """What a spider keeps over an interruption and forgets when its crawl is done; it may have one as `memory`."""

    def fact(self, name: str) -> Any: ...

    def set_fact(self, name: str, value: Any) -> None: ...


class RobotsMiddleware:
    """Asks each scheme, host and port once a crawl, however often that is interrupted; everything else for it waits
    until the answer is there."""

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        self._agent: str = crawler.settings["ROBOTSTXT_USER_AGENT"]
        self._hosts = Hosts.of(crawler)
        self._rules: dict[str, asyncio.Task[Rules]] = {}

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> "RobotsMiddleware":
        middleware = cls(crawler)
        crawler.signals.connect(middleware._enough, signal=signals.bytes_received)
        return middleware

    async def process_request(self, request: Request) -> None:
        if request.meta.get("robots_txt"):
            return
        origin = _origin(request.url)
        if origin not in self._rules:
            self._rules[origin] = asyncio.ensure_future(self._ask(origin))
        try:
            rules = await asyncio.shield(self._rules[origin])
        except FetchProblem as problem:
            raise problem.for_url(request.url, problem.detail) from problem
        if not rules.permit(request.url, self._agent):
            raise FetchProblem("robots", "robots.txt of the host asks crawlers not to read this", request.url)

    async def _ask(self, origin: str) -> Rules:
        url = f"{origin}/robots.txt"
        if (rules := self._remembered(origin)) is not None:
            return self._heed(rules, url)
        request = Request(url, meta={"robots_txt": True, "reason": _REASON}, callback=NO_CALLBACK, priority=1000)
        assert self._crawler.engine is not None
        try:
            response = await self._crawler.engine.download_async(request)
        except FetchProblem as problem:
            rules = self._without_answer(problem, url)
        else:
            rules = self._from_answer(response, url)
            answered_by = _origin(response.url)
            if urlsplit(response.url).path == "/robots.txt" and answered_by not in self._rules:
                self._rules[answered_by] = asyncio.ensure_future(_settled(rules))
            self._remember(origin, response)
        return self._heed(rules, url)

    def _heed(self, rules: Rules, url: str) -> Rules:
        if rules.crawl_delay_s:
            self._obey_delay(url, rules.crawl_delay_s)
        if rules.site_maps and self._crawler.stats is not None:  # for the spider, which sees no robots.txt
            known = self._crawler.stats.get_value("fetching/site_maps", [])
            self._crawler.stats.set_value("fetching/site_maps", [*known, *rules.site_maps])
        return rules

    @property
    def _memory(self) -> Memory | None:
        return getattr(self._crawler.spider, "memory", None)

    def _remember(self, origin: str, response: Response) -> None:
        """Only what the host answered: a failure is asked again."""
        if self._memory is not None:
            body = response.body[:SIZE_CAP_BYTES].decode("utf-8", "replace") if response.status == 200 else ""
            read = {"at": utc_now().timestamp(), "body": body}
            self._memory.set_fact("robots", {**(self._memory.fact("robots") or {}), origin: read})

    def _remembered(self, origin: str) -> Rules | None:
        """The rules as the crawl read them before it was interrupted."""
        read = (self._memory.fact("robots") or {}).get(origin) if self._memory is not None else None
        if read is None or not 0 <= utc_now().timestamp() - read["at"] < LIFETIME_S:
            return None
        logger.info("%s/robots.txt stands as this crawl read it before it was interrupted", origin)
        return read_rules(read["body"].encode(), self._agent)

    def _without_answer(self, problem: FetchProblem, url: str) -> Rules:
        status = problem.response.status if problem.response is not None else None
        if problem.kind in _NEVER_MIND and not self._is_about(problem, url):
            return Rules()
        if problem.kind == "challenge" and status is not None and 400 <= status < 500:
            return Rules()
        if problem.kind in ("dns", "egress", "challenge", "back_off"):
            raise self._hosts.leave(FetchProblem(problem.kind, problem.detail, url)) from problem
        raise self._unavailable(url, problem.detail) from problem

    @staticmethod
    def _is_about(problem: FetchProblem, url: str) -> bool:
        """Is it the host itself that may not be asked (then nothing may), or only where its robots.txt points?"""
        return problem.kind == "egress" and problem.response is None and _origin(problem.url) == _origin(url)

    def _from_answer(self, response: Response, url: str) -> Rules:
        if response.status >= 500:
            raise self._unavailable(url, f"it answers {response.status}")
        if response.status != 200:
            return Rules()
        return read_rules(response.body[:SIZE_CAP_BYTES], self._agent)

    def _unavailable(self, url: str, why: str) -> FetchProblem:
        return self._hosts.leave(FetchProblem(
            "robots_unavailable", f"robots.txt cannot be read, so nothing may be asked until it can: {why}", url))

    def _obey_delay(self, url: str, asked_s: float) -> None:
        delay_s = min(asked_s, CRAWL_DELAY_CAP_S)
        Downloader.of(self._crawler).slow_down(url, delay_s)
        assert self._crawler.stats is not None
        self._crawler.stats.max_value("fetching/crawl_delay_s", delay_s)
        logger.info("%s asks for %g s between requests; keeping %g s", url, asked_s, delay_s)

    def _enough(self, data: bytes, request: Request) -> None:
        """Stop reading an endless robots.txt; what came is used."""
        if not request.meta.get("robots_txt"):
            return
        request.meta["robots_bytes"] = request.meta.get("robots_bytes", 0) + len(data)
        if request.meta["robots_bytes"] > SIZE_CAP_BYTES:
            raise StopDownload(fail=False)


def read_rules(body: bytes, agent: str) -> Rules:
    """Rules of a robots.txt body. An HTML page answered in its place (common with these sites) holds none."""
    text = body.decode("utf-8-sig", "replace")
    if text.lstrip().startswith("<"):
        return Rules()
    parsed = Protego.parse(text)
    delay = parsed.crawl_delay(agent)
    return Rules(parsed, float(delay) if delay and delay > 0 else None, tuple(parsed.sitemaps)[:20])


async def _settled(rules: Rules) -> Rules:
    return rules


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc.lower()}"
