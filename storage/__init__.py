"""Keeps captures, documents, versions and reports, and answers questions about them. Knows nothing of crawling.

    from storage import Archive
"""

from storage.archive import Archive
from storage.crawllog import CrawlLog
from storage.damage import Damage, Leftover, VerifyReport
from storage.export import Codebook, ExportSummary, Selection
from storage.records import (
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

__all__ = [
    "Archive",
    "ArchiveStats",
    "CellChange",
    "Changes",
    "Codebook",
    "CrawlLog",
    "Damage",
    "ExportSummary",
    "KeptFile",
    "LastCapture",
    "Leftover",
    "PendingItem",
    "RegistryChange",
    "ReportDetail",
    "ReportRecord",
    "Selection",
    "SiteRecord",
    "StoredVersion",
    "VerifyReport",
    "VersionEntry",
]
