"""The budget of a crawl. Sizes, times and redirects are bounded where they arise; this bounds their number."""

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.statscollectors import StatsCollector

from crawler.fetching.problem import FetchProblem


class BudgetMiddleware:
    """Downloader middleware behind all refusals: counts what is about to be sent, redirects and retries included.

    robots.txt is not counted: asking for permission must not cost pages.
    """

    def __init__(self, max_requests: int, stats: StatsCollector) -> None:
        self._max_requests = max_requests
        self._stats = stats
        self._spent = 0

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> "BudgetMiddleware":
        assert crawler.stats is not None
        return cls(crawler.settings.getint("GONGKAI_MAX_REQUESTS"), crawler.stats)

    def process_request(self, request: Request) -> None:
        if request.meta.get("robots_txt"):
            return
        if self._spent >= self._max_requests:
            raise FetchProblem("budget", f"the crawl has spent its {self._max_requests} requests (max_requests)",
                               request.url)
        self._spent += 1
        self._stats.set_value("fetching/requests", self._spent)
