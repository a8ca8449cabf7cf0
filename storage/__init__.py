"""Keeps captures, documents, versions and reports, and answers questions about them. Knows nothing of crawling.

    from storage import Archive
"""

from storage.archive import Archive
from storage.crawllog import CrawlLog
from storage.damage import Damage, Leftover, VerifyReport
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
    "CrawlLog",
    "Damage",
    "KeptFile",
    "LastCapture",
    "Leftover",
    "PendingItem",
    "RegistryChange",
    "ReportDetail",
    "ReportRecord",
    "SiteRecord",
    "StoredVersion",
    "VerifyReport",
    "VersionEntry",
]
