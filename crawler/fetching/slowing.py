"""Hosts that answer article addresses with another page under load are asked more slowly from then on."""

import logging

from scrapy.crawler import Crawler

from crawler.fetching.downloader import Downloader
from gongkai.address import place_of
from spiders.soft_failures import wrong_page_served

logger = logging.getLogger(__name__)

SLOWEST_S = 30.0
_SHORTEST_S = 0.25


class Slowing:
    """Scrapy extension: each wrong page doubles the delay of its host, up to `SLOWEST_S` (or the delay as set)."""

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        self._delay_s = crawler.settings.getfloat("DOWNLOAD_DELAY")
        self._delays: dict[str, float] = {}

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> "Slowing":
        slowing = cls(crawler)
        crawler.signals.connect(slowing.slow_down, signal=wrong_page_served)
        return slowing

    def slow_down(self, url: str) -> None:
        place = place_of(url)
        now_s = self._delays.get(place, max(self._delay_s, _SHORTEST_S))
        self._delays[place] = max(self._delay_s, min(now_s * 2, SLOWEST_S))
        Downloader.of(self._crawler).slow_down(url, self._delays[place])
        assert self._crawler.stats is not None
        self._crawler.stats.max_value("fetching/slowed_to_s", self._delays[place])
        logger.warning("%s answers with other pages than asked; keeping %g s between requests from now on", place,
                       self._delays[place])
