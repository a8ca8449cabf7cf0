"""Keeps captures, documents, versions and reports, and answers questions about them. Knows nothing of crawling.

    from storage import Archive
"""

from storage.absence import Absence
from storage.archive import Archive
from storage.copying import CopyFailure, CopySummary
from storage.coverage import CoverageCell, CoverageCount, CoverageQuery
from storage.crawllog import CrawlLog
from storage.damage import Damage, Leftover, VerifyReport
from storage.export import Codebook, ExportSummary, Selection
from storage.records import (
    AgencyRecord,
    ArchiveStats,
    CellChange,
    Changes,
    KeptFile,
    LastCapture,
    PendingItem,
    RegistryChange,
    ReportDetail,
    ReportRecord,
    SiteRecord,
    StoredVersion,
    VersionEntry,
)
from storage.renewing import Renewal, RenewalQuery
from storage.search import Counts, SearchQuery, Snippet
from storage.search.answers import SearchHit

__all__ = [
    "Absence",
    "AgencyRecord",
    "Archive",
    "ArchiveStats",
    "CellChange",
    "Changes",
    "Codebook",
    "CopyFailure",
    "CopySummary",
    "Counts",
    "CoverageCell",
    "CoverageCount",
    "CoverageQuery",
    "CrawlLog",
    "Damage",
    "ExportSummary",
    "KeptFile",
    "LastCapture",
    "Leftover",
    "PendingItem",
    "RegistryChange",
    "Renewal",
    "RenewalQuery",
    "ReportDetail",
    "ReportRecord",
    "SearchHit",
    "SearchQuery",
    "Selection",
    "SiteRecord",
    "Snippet",
    "StoredVersion",
    "VerifyReport",
    "VersionEntry",
]
