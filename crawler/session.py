"""The archive a running crawl writes to: opened once, shared by journal and pipelines, closed with the spider."""

import asyncio
import logging
from functools import cached_property
from typing import Any

from scrapy import signals
from scrapy.crawler import Crawler

from crawler.jobs.summary import SiteSummary
from gongkai.capture import Verdict
from gongkai.errors import GongkaiError
from gongkai.settings import Settings, load_settings
from storage import Archive, CrawlLog

logger = logging.getLogger(__name__)


class ArchiveSession:
    """Scrapy extension. The crawl enters the archive's books with its first fetch and leaves them with its summary."""

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        self.verdicts: list[Verdict] = []
        self.failure: str | None = None
        self.summary: SiteSummary | None = None

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> "ArchiveSession":
        session = cls(crawler)
        crawler.signals.connect(session._settled, signal=signals.item_scraped)
        crawler.signals.connect(session._closed, signal=signals.spider_closed)
        return session

    @classmethod
    def of(cls, crawler: Crawler) -> "ArchiveSession":
        """The session of this crawl; the settings module always installs one."""
        session = crawler.get_extension(cls)
        assert session is not None, "crawler.session.ArchiveSession is missing from EXTENSIONS"
        return session

    @cached_property
    def settings(self) -> Settings:
        return load_settings()

    @cached_property
    def archive(self) -> Archive:
        return Archive.open(self.settings)

    @cached_property
    def log(self) -> CrawlLog:
        spider: Any = self._crawler.spider
        return self.archive.begin_crawl(spider.agency_site)

    def fail(self, problem: Exception) -> None:
        """The archive cannot be written: stop now and say why once. What is not stored stays undone in the frontier."""
        if self.failure is not None:
            return
        self.failure = str(problem) or type(problem).__name__
        logger.error("stopping, because the archive cannot be written: %s", self.failure)
        engine = self._crawler.engine
        if engine is not None:
            self._stopping = asyncio.ensure_future(engine.close_spider_async(reason="archive_failed"))

    def _settled(self, item: Any) -> None:
        if isinstance(item, Verdict):
            self.verdicts.append(item)

    def _closed(self, spider: Any, reason: str) -> None:
        stats = self._crawler.stats
        assert stats is not None
        requests = stats.get_value("downloader/request_count", 0)
        self.summary = SiteSummary.of(spider, self.verdicts, requests=requests, failure=self.failure)
        logger.info("%s", self.summary.sentence())
        try:
            if self.failure is None:
                self.log.finish(self.summary.as_json())
        except (GongkaiError, OSError) as problem:
            self.failure = str(problem)
            logger.error("the crawl log stays a journal and is sealed by the next run: %s", problem)
        finally:
            if "archive" in self.__dict__:
                self.archive.close()
