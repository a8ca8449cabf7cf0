"""Live progress of a crawl, as events for whoever started it."""

import asyncio
import json
import os
from dataclasses import asdict
from typing import Any, TextIO

from scrapy import signals
from scrapy.crawler import Crawler
from scrapy.exceptions import NotConfigured

from crawler.session import ArchiveSession
from gongkai.capture import Step, Verdict
from spiders.told import lead_settled

_EVERY_S = 0.25


class ProgressEvents:
    """Scrapy extension: one JSON line a quarter second while figures change, and one for every finding settled.

    Installed only where the setting EVENTS_FD holds a file descriptor; a plain ``scrapy crawl`` has its log.
    """

    def __init__(self, crawler: Crawler, stream: TextIO) -> None:
        self._crawler = crawler
        self._stream = stream
        self._last: dict[str, Any] = {}

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> "ProgressEvents":
        number = crawler.settings.get("EVENTS_FD")
        if number is None:
            raise NotConfigured
        events = cls(crawler, os.fdopen(os.dup(number), "w", encoding="utf-8"))
        crawler.signals.connect(events._opened, signal=signals.spider_opened)
        crawler.signals.connect(events._settled, signal=signals.item_scraped)
        crawler.signals.connect(events._explained, signal=lead_settled)
        crawler.signals.connect(events._closed, signal=signals.spider_closed)
        return events

    def _opened(self) -> None:
        self._task = asyncio.ensure_future(self._tick())

    async def _tick(self) -> None:
        while True:
            self._report()
            await asyncio.sleep(_EVERY_S)

    def _report(self) -> None:
        stats = self._crawler.stats
        assert stats is not None
        figures = {
            name: stats.get_value(key, 0)
            for name, key in (
                ("requests", "downloader/request_count"),
                ("pages", "spider/pages"),
                ("queue", "spider/queue"),
                ("reports", "spider/reports"),
            )
        }
        if figures != self._last:
            self._last = figures
            self._write({"event": "progress", **figures, "crawl_id": ArchiveSession.of(self._crawler).crawl_id})

    def _settled(self, item: Any) -> None:
        if isinstance(item, Verdict):
            hints = item.finding.hints
            self._write(
                {
                    "event": "finding",
                    "outcome": item.outcome,
                    "kind": item.kind,
                    "year": item.report_year,
                    "own": item.own,
                    "title": hints.anchor,
                    "url": item.finding.page.final_url,
                }
            )

    def _explained(self, step: Step) -> None:
        self._write({"event": "step", **asdict(step)})

    def _closed(self) -> None:
        self._task.cancel()
        self._report()

    def _write(self, event: dict[str, Any]) -> None:
        self._stream.write(json.dumps(event, ensure_ascii=False) + "\n")
        self._stream.flush()
