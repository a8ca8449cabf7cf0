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
from storage.timetable.condition import Condition
from storage.timetable.leases import LeaseLostError
from storage.timetable.records import Allowance, Due, Lease, Order, SiteRun
from storage.timetable.timetable import Timetable
from storage.timetable.troubles import Trouble

__all__ = [
    "Absence",
    "AgencyRecord",
    "Allowance",
    "Archive",
    "ArchiveStats",
    "CellChange",
    "Changes",
    "Codebook",
    "Condition",
    "CopyFailure",
    "CopySummary",
    "Counts",
    "CoverageCell",
    "CoverageCount",
    "CoverageQuery",
    "CrawlLog",
    "Damage",
    "Due",
    "ExportSummary",
    "KeptFile",
    "LastCapture",
    "Lease",
    "LeaseLostError",
    "Leftover",
    "Order",
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
    "SiteRun",
    "Snippet",
    "StoredVersion",
    "Timetable",
    "Trouble",
    "VerifyReport",
    "VersionEntry",
]
