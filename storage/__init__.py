"""Keeps captures, documents, versions and reports, and answers questions about them. Knows nothing of crawling.

    from storage import Archive
"""

from storage.absence import Absence
from storage.archive import Archive
from storage.browse import (
    Agency,
    AgencyYears,
    Browse,
    Change,
    CoverageMap,
    CrawlEntry,
    CrawlLogRead,
    Deadline,
    FacetCounts,
    ListedAgency,
    ListOrder,
    Numbers,
    PlaceCoverage,
    PlaceYear,
    PrintedName,
    Season,
    Source,
    YearFigures,
)
from storage.copying import CopyFailure, CopySummary
from storage.coverage import CoverageCell, CoverageCount, CoverageQuery, ExpectedAgency
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
    "Agency",
    "AgencyRecord",
    "AgencyYears",
    "Allowance",
    "Archive",
    "ArchiveStats",
    "Browse",
    "CellChange",
    "Change",
    "Changes",
    "Codebook",
    "Condition",
    "CopyFailure",
    "CopySummary",
    "Counts",
    "CoverageCell",
    "CoverageCount",
    "CoverageMap",
    "CoverageQuery",
    "CrawlEntry",
    "CrawlLog",
    "CrawlLogRead",
    "Damage",
    "Deadline",
    "Due",
    "ExpectedAgency",
    "ExportSummary",
    "FacetCounts",
    "KeptFile",
    "LastCapture",
    "Lease",
    "LeaseLostError",
    "Leftover",
    "ListOrder",
    "ListedAgency",
    "Numbers",
    "Order",
    "PendingItem",
    "PlaceCoverage",
    "PlaceYear",
    "PrintedName",
    "RegistryChange",
    "Renewal",
    "RenewalQuery",
    "ReportDetail",
    "ReportRecord",
    "SearchHit",
    "SearchQuery",
    "Season",
    "Selection",
    "SiteRecord",
    "SiteRun",
    "Snippet",
    "Source",
    "StoredVersion",
    "Timetable",
    "Trouble",
    "VerifyReport",
    "VersionEntry",
    "YearFigures",
]
