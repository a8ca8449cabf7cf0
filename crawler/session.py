"""The archive a running crawl writes to: opened once, shared by journal and pipelines, closed with the spider."""

import asyncio
import logging
import sqlite3
from functools import cached_property
from pathlib import Path
from typing import Any

from scrapy import signals
from scrapy.crawler import Crawler
from twisted.python.failure import Failure

from crawler.fetching.problem import archive_away
from crawler.jobs.summary import SiteSummary
from gongkai.capture import Step, Verdict
from gongkai.errors import GongkaiError
from gongkai.settings import Settings, load_settings
from spiders.told import lead_settled
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
        crawler.signals.connect(session._kept, signal=signals.item_scraped)
        for settled in (signals.item_scraped, signals.item_error, signals.item_dropped):
            crawler.signals.connect(session._settled, signal=settled)
        crawler.signals.connect(session._explained, signal=lead_settled)
        crawler.signals.connect(session._broke, signal=signals.spider_error)
        crawler.signals.connect(session.fail, signal=archive_away)
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

    @property
    def crawl_id(self) -> str | None:
        """None before the first fetch."""
        return self.log.crawl_id if "log" in self.__dict__ else None

    def fail(self, problem: Exception) -> None:
        """The archive cannot be written: stop now and say why once. What is not stored stays undone in the frontier."""
        if self.failure is not None:
            return
        self.failure = str(problem) or type(problem).__name__
        logger.error("stopping, because the archive cannot be written: %s", self.failure)
        engine = self._crawler.engine
        if engine is not None:
            self._stopping = asyncio.ensure_future(engine.close_spider_async(reason="archive_failed"))

    def _kept(self, item: Any) -> None:
        if isinstance(item, Verdict):
            self.verdicts.append(item)

    def _explained(self, step: Step) -> None:
        if self.failure is None:
            try:
                self.log.explain(step)
            except (GongkaiError, OSError) as problem:
                self.fail(problem)

    def _settled(self) -> None:
        self._looking = asyncio.ensure_future(self._look_again())

    async def _look_again(self) -> None:
        """Scrapy 2.19 told to close while an item from ``start()`` is in the pipelines waits forever: nothing looks
        again when that item has settled. A full disk and Ctrl-C both come at that moment."""
        engine = self._crawler.engine
        slot = engine.scraper.slot if engine is not None else None
        while slot is not None and not slot.is_idle():
            await asyncio.sleep(0.01)
        if slot is not None and slot.closing is not None and not slot.closing.called:
            assert self._crawler.spider is not None
            slot.closing.callback(self._crawler.spider)

    def _broke(self, failure: Failure) -> None:
        """The spider itself ended with an exception; without a word here its crawl would look interrupted."""
        problem = failure.value
        if self.failure is None and isinstance(problem, sqlite3.Error):
            self.failure = frontiers_failure(self.settings.state_dir / "frontiers", problem)
        elif self.failure is None:
            self.failure = f"{type(problem).__name__}: {problem}; the traceback is in the crawl's log"
        logger.error("stopping: %s", self.failure)

    def _closed(self, spider: Any, reason: str) -> None:
        stats = self._crawler.stats
        assert stats is not None
        requests = stats.get_value("downloader/request_count", 0)
        self.summary = SiteSummary.of(spider, self.verdicts, requests=requests, failure=self.failure)
        try:
            if self.failure is None:
                self.log.finish(self.summary.as_json())
        except (GongkaiError, OSError) as problem:
            logger.error("the crawl log stays a journal and is sealed by the next run: %s", problem)
            self.summary = SiteSummary.of(spider, self.verdicts, requests=requests, failure=str(problem))
        finally:
            logger.info("%s", self.summary.sentence())
            if "archive" in self.__dict__:
                self.archive.close()


def frontiers_failure(place: Path, problem: sqlite3.Error) -> str:
    """In the words the archive has for a disk that fails."""
    said = str(problem).lower()
    if "full" in said or "disk i/o" in said:
        why, what = f": no space left or the disk fails ({problem})", "Free some space"
    else:
        why, what = f" cannot be used ({problem})", "Check the owner and the mount of that directory"
    return f"the frontiers in {place}{why}. {what}, then run the same command again; what was stored is kept"
