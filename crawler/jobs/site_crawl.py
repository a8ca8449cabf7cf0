"""One site's crawl in a process of its own: ``python -m crawler.jobs.site_crawl``.

The job comes as one JSON line on stdin, events go as JSON lines to stdout, the log to a file. The process lives no
longer than whoever started it: when stdin closes it stops at once, and the frontier keeps what was not yet stored.
SIGTERM ends it after the page under way. One process at a time crawls one site into one archive.
"""

import gc
import json
import logging
import os
import threading
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


def main() -> None:
    job = json.loads(_first_line())
    events = _take_over_stdout()
    threading.Thread(target=_die_with_parent, daemon=True).start()
    summary, crawl_id = run(job, events)
    _send(events, {"event": "summary", "summary": summary, "crawl_id": crawl_id})
    logging.shutdown()
    os._exit(0)  # all is kept and said; taking the libraries down in order would cost a third of a second


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
    process.start()
    session = ArchiveSession.of(crawler)
    if session.summary is None:
        raise RuntimeError(f"the crawl of {site.url} ended without closing; see {job['log_file']}")
    return session.summary.as_json(), session.crawl_id


def _first_line() -> bytes:
    line = b""
    while not line.endswith(b"\n") and (piece := os.read(0, 65536)):
        line += piece
    return line


def _take_over_stdout() -> TextIO:
    """Events get the real stdout for themselves; whatever a library prints goes to stderr."""
    events = os.fdopen(os.dup(1), "w", encoding="utf-8", buffering=1)
    os.dup2(2, 1)
    return events


def _die_with_parent() -> None:
    while os.read(0, 4096):  # not sys.stdin: its lock would be held when the interpreter ends
        pass
    os._exit(1)


def _send(events: TextIO, event: dict[str, Any]) -> None:
    try:
        events.write(json.dumps(event, ensure_ascii=False) + "\n")
        events.flush()
    except BrokenPipeError:
        os._exit(1)


if __name__ == "__main__":
    main()
