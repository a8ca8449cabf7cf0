"""The way of a finding through Scrapy's item pipelines: normalise → recognise → archive.

Each stage takes what the stage before gave: Finding → Normalised → Recognised → Verdict. The work runs in threads (the
reading itself in a child process), so the event loop keeps its hosts' clocks.
"""

import asyncio
import logging
from dataclasses import dataclass

from scrapy.crawler import Crawler

from crawler.files import read_files
from crawler.normalise.sandbox import Sandbox
from crawler.reports import read_report
from crawler.session import ArchiveSession
from gongkai.capture import Finding, Verdict
from gongkai.errors import ConfigurationError, StorageError
from gongkai.report import Reading, SourceDocument

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Normalised:
    finding: Finding
    sources: tuple[SourceDocument, ...]


@dataclass(frozen=True)
class Recognised:
    finding: Finding
    reading: Reading


class _Stage:
    def __init__(self, session: ArchiveSession) -> None:
        self.session = session

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> "_Stage":
        return cls(ArchiveSession.of(crawler))


class NormalisePipeline(_Stage):
    """Bytes to text and tables, one sandboxed child a file. A file that cannot be read keeps its status and goes on."""

    def __init__(self, session: ArchiveSession) -> None:
        super().__init__(session)
        self._sandbox = Sandbox(session.settings)

    def close_spider(self) -> None:
        self._sandbox.close()

    async def process_item(self, finding: Finding) -> Normalised:
        return Normalised(finding, await asyncio.to_thread(read_files, finding, self._sandbox))


class RecognisePipeline(_Stage):
    """Text and tables to: whose report, which year, which cells — or which look-alike."""

    async def process_item(self, item: Normalised) -> Recognised:
        finding = item.finding
        reading = await asyncio.to_thread(
            read_report, item.sources, site=finding.site, hints=finding.hints, url=finding.page.final_url
        )
        return Recognised(finding, reading)


class ArchivePipeline(_Stage):
    """Kept for good, or kept as a look-alike's bytes. Only after this is the page done in the frontier."""

    async def process_item(self, item: Recognised) -> Verdict:
        try:
            verdict = await asyncio.to_thread(self._keep, item)
        except (StorageError, ConfigurationError, OSError) as problem:  # S3 keys withdrawn meanwhile are configuration
            self.session.fail(problem)
            raise
        report = item.reading.report
        logger.info(
            "%s: %s %s %s (%s) %s",
            verdict.outcome,
            report.kind,
            report.report_year or "year unknown",
            report.filed_under or "",
            report.report_year_source or "-",
            item.finding.page.final_url,
        )
        return verdict

    def _keep(self, item: Recognised) -> Verdict:
        archive, crawl_id = self.session.archive, self.session.log.crawl_id
        keep = archive.keep if item.reading.report.is_report else archive.keep_rejected
        return keep(item.finding, item.reading, crawl_id=crawl_id)
