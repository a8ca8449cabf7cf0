"""One crawl in a process of its own: ``python -m tests.spiders.child '<json>'``; prints what the spider learnt as JSON.

The JSON names the spider's arguments under ``args``, further Scrapy settings under ``settings``, the settings module to
start from under ``base`` (plain Scrapy when empty), and under ``findings`` a file that gets one line a finding.
"""

import json
import os
import sys
import time
from multiprocessing.connection import Connection
from typing import Any

from scrapy import signals
from scrapy.crawler import AsyncCrawlerProcess
from scrapy.settings import Settings

from gongkai.capture import Finding
from spiders.agency import AgencySpider


class Keep:
    """A last pipeline that keeps what a test asks about, as durably as the real one: written before it answers."""

    def __init__(self, path: str, pause_s: float) -> None:
        self._path, self._pause_s = path, pause_s

    @classmethod
    def from_crawler(cls, crawler: Any) -> "Keep":
        return cls(crawler.settings["FINDINGS"], crawler.settings.getfloat("PAUSE_S"))

    def process_item(self, item: Finding) -> Finding:
        time.sleep(self._pause_s)
        line = {
            "url": item.page.url,
            "final_url": item.page.final_url,
            "hops": list(item.page.redirects),
            "parts": [p.url for p in item.parts],
            "hints": vars(item.hints),
            "reason": item.page.reason,
            "attachments": [
                {"url": a.url, "got": a.capture is not None, "problem": a.problem} for a in item.attachments
            ],
        }
        with open(self._path, "a", encoding="utf-8") as out:  # noqa: PTH123
            out.write(json.dumps(line, ensure_ascii=False) + "\n")
        return item


def run(task: dict[str, Any]) -> dict[str, Any]:
    settings = Settings()
    if task.get("base"):
        settings.setmodule(task["base"])
    plain: dict[str, Any] = {
        "DOWNLOAD_DELAY": 0,
        "LOG_LEVEL": "INFO",
        "TELNETCONSOLE_ENABLED": False,
        "REMOTE_CONTROL_ENABLED": False,
        "RETRY_TIMES": 1,
        "DOWNLOAD_TIMEOUT": 20,
        "ITEM_PIPELINES": {},
    }
    if task.get("findings"):
        plain |= {"ITEM_PIPELINES": {Keep: 1}, "FINDINGS": task["findings"]}
    settings.setdict(plain | task.get("settings", {}), priority="cmdline")
    process = AsyncCrawlerProcess(settings)
    crawler = process.create_crawler(AgencySpider)
    found: dict[str, int] = {}

    def look(spider: AgencySpider) -> None:
        found.update(spider.course.frontier.found() if spider.course else {})

    crawler.signals.connect(look, signal=signals.spider_idle)  # the frontier closes with the spider
    process.crawl(crawler, **task["args"])
    process.start()
    spider: Any = crawler.spider
    assert crawler.stats is not None
    assert not crawler.stats.get_value("spider_exceptions/count"), "the spider failed: see the log"
    return {
        "outcome": spider.outcome,
        "explanation": spider.explanation,
        "years": spider.years,
        "found": found,
        "missing_years": spider.missing_years,
        "incidents": spider.incidents,
        "requests": crawler.stats.get_value("downloader/request_count", 0),
        "reports": crawler.stats.get_value("spider/reports", 0),
    }


def answer(task: dict[str, Any], environment: dict[str, str], reply: Connection) -> None:
    """The same in a process forked from one that has Scrapy loaded already."""
    os.environ.update(environment)
    reply.send(run(task))


if __name__ == "__main__":
    print(json.dumps(run(json.loads(sys.argv[1])), ensure_ascii=False))
