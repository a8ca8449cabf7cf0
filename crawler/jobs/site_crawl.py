"""One site's crawl, to its end, in the process that calls it: Scrapy's reactor runs once in a process.

One process at a time crawls one site into one archive.
"""

import gc
import logging
from pathlib import Path
from typing import Any, TextIO

# First of all: while it loads it looks for the source of every frame above it and of every module known by then, which
# takes 35 ms here and 180 ms where Scrapy would load it.
import scrapy.core.downloader.handlers.http11  # noqa: F401
from scrapy.crawler import Crawler, CrawlerProcess
from scrapy.settings import Settings

from crawler.jobs.log_file import open_log
from crawler.jobs.memory import site_lock
from crawler.jobs.summary import SiteSummary
from crawler.session import ArchiveSession
from gongkai import __version__
from gongkai.settings import load_settings
from gongkai.site import AgencySite
from spiders.agency import AgencySpider

logger = logging.getLogger(__name__)


def run(job: dict[str, Any], events: TextIO) -> tuple[dict[str, Any], str | None]:
    """Crawl ``job["site"]``; returns the summary as JSON and the crawl's id, where it came to have one."""
    site = AgencySite(**{**job["site"], "former_names": tuple(job["site"]["former_names"])})
    given = load_settings()
    lock = site_lock(given, site.url)
    if not lock.try_exclusive():
        busy = f"another process is crawling {site.url} into {given.archive}; let it end before you run this again"
        return SiteSummary.failed(site.url, site.agency, busy, kind="busy").as_json(), None
    open_log(Path(job["log_file"]), given.log_level, given.log_format)
    budget = f"at most {given.max_requests} requests, {given.delay_s:g} s apart"
    logger.info("gongkai %s: %s into %s, %s", __version__, site.url, given.archive, budget)
    settings = Settings()
    settings.setmodule("crawler.settings", priority="project")
    settings.set("LOG_INSTALL_ROOT_HANDLER", False, priority="cmdline")
    settings.set("EVENTS_FD", events.fileno(), priority="cmdline")
    process = CrawlerProcess(settings)
    crawler: Crawler = process.create_crawler(AgencySpider)
    process.crawl(crawler, agency_site=site)
    gc.freeze()  # what was imported stays: looking through it again and again costs a tenth of a short crawl
    gc.enable()
    process.start()
    session = ArchiveSession.of(crawler)
    if session.summary is None:
        raise RuntimeError(f"the crawl of {site.url} ended without closing; see {job['log_file']}")
    return session.summary.as_json(), session.crawl_id
