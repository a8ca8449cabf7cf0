"""Further tries: after a pause the whole host is granted, and only where another try can go better."""

import logging
import random
import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.downloadermiddlewares.retry import get_retry_request
from scrapy.http import Response

from crawler.fetching.downloader import Downloader
from crawler.fetching.hosts import Hosts
from crawler.fetching.problem import FetchProblem
from gongkai.clock import utc_now

logger = logging.getLogger(__name__)

_ASKS_FOR_PATIENCE = frozenset({429, 503})
_TRANSIENT = frozenset({408, 425, 429, 500, 502, 503, 504, 520, 522, 524})
_SHORTEST_S = 0.5


class BackoffMiddleware:
    """Waits in the host's slot, not in the reactor: other hosts go on, and nothing of this host slips past the pause.

    A server that asks for more patience than ``max_backoff_s`` is left for a later crawl. An error page that stays
    after the last try goes to the spider with its status, except 429, which speaks for the host.
    """

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        self._hosts = Hosts.of(crawler)
        self._retries = crawler.settings.getint("RETRY_TIMES")
        self._longest_s = crawler.settings.getfloat("GONGKAI_MAX_BACKOFF_S")
        self._delay_s = crawler.settings.getfloat("DOWNLOAD_DELAY")

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> "BackoffMiddleware":
        return cls(crawler)

    def process_response(self, request: Request, response: Response) -> Request | Response:
        if response.status not in _TRANSIENT:
            self._hosts[request.url].failures = 0
            return response
        asked_s = self._asked_wait(request, response)
        again = self._again(request, f"status {response.status}", asked_s)
        if again is not None:
            return again
        if response.status == 429 or asked_s is not None:
            raise self._hosts.leave(FetchProblem(
                "back_off", f"the server still answers {response.status} and asks for patience after {self._retries} "
                "further tries", request.url, response=response))
        return response

    def process_exception(self, request: Request, exception: Exception) -> Request | None:
        if not isinstance(exception, FetchProblem) or exception.is_repeat:
            return None
        if exception.transient:
            again = self._again(request, exception.kind, None)
            if again is not None:
                return again
        if exception.transient or exception.kind in ("dns", "tls"):
            self._hosts.failed(exception)
        elif exception.kind == "too_large":
            self._hosts[request.url].failures = 0  # it answers, if too much
        return None

    def _asked_wait(self, request: Request, response: Response) -> float | None:
        if response.status not in _ASKS_FOR_PATIENCE:
            return None
        wait_s = retry_after((response.headers.get("Retry-After") or b"").decode("latin-1"), utc_now())
        if wait_s is not None and wait_s > self._longest_s:
            raise self._hosts.leave(FetchProblem(
                "back_off", f"the server answers {response.status} and asks to come back in {wait_s:.0f} s, longer "
                f"than max_backoff_s ({self._longest_s:.0f} s)", request.url, response=response))
        return wait_s

    def _again(self, request: Request, reason: str, asked_s: float | None) -> Request | None:
        assert self._crawler.spider is not None
        tried = request.meta.get("retry_times", 0)
        again = get_retry_request(request, spider=self._crawler.spider, reason=reason, max_retry_times=self._retries,
                                  give_up_log_level=logging.DEBUG, stats_base_key="fetching/retry")
        if again is None:
            return None
        growing = max(self._delay_s, _SHORTEST_S) * 2 ** (tried + 1) * random.uniform(1, 1.25)
        pause_s = min(growing, self._longest_s) if asked_s is None else asked_s
        Downloader.of(self._crawler).rest(request.url, pause_s)
        logger.info("%s for %s; its host rests %.1f s, then try %d of %d", reason, request.url, pause_s, tried + 2,
                    self._retries + 1)
        return again


def retry_after(value: str, now: datetime) -> float | None:
    """Seconds a ``Retry-After`` asks for, given as seconds or as an HTTP date; None when it says nothing readable."""
    value = value.strip()
    if re.fullmatch(r"\d{1,9}", value):
        return float(value)
    try:
        moment = parsedate_to_datetime(value)
    except ValueError:
        return None
    return max(0.0, (moment.replace(tzinfo=moment.tzinfo or UTC) - now).total_seconds())
