"""Keeps captures, documents, versions and reports, and answers questions about them. Knows nothing of crawling.

    from storage import Archive
"""

from storage.absence import Absence
from storage.archive import Archive
from storage.coverage import CoverageCell, CoverageCount, CoverageQuery
from storage.crawllog import CrawlLog
from storage.damage import Damage, Leftover, VerifyReport
from storage.records import (
    ArchiveStats,
    CellChange,
    Changes,
    KeptFile,
    LastCapture,
    PendingItem,
    ReportDetail,
    ReportRecord,
    StoredVersion,
    VersionEntry,
)
from storage.search import Counts, SearchQuery, Snippet
from storage.search.answers import SearchHit

__all__ = [
    "Absence",
    "Archive",
    "ArchiveStats",
    "CellChange",
    "Changes",
    "Counts",
    "CoverageCell",
    "CoverageCount",
    "CoverageQuery",
    "CrawlLog",
    "Damage",
    "KeptFile",
    "LastCapture",
    "Leftover",
    "PendingItem",
    "ReportDetail",
    "ReportRecord",
    "SearchHit",
    "SearchQuery",
    "Snippet",
    "StoredVersion",
    "VerifyReport",
    "VersionEntry",
]
