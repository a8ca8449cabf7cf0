"""Lists of reports as they prove themselves: which gave own reports, which are another's, which run dry.

Which lists gave own reports is remembered in the frontier file, so the next crawl starts there.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from spiders.page import Page
from spiders.scoring import Promise

DRY_PAGES = 3
"""Further pages of one list read in a row without a report of the agency before the rest is left."""
_FOREIGN = 4
_REJECTED = 5


@dataclass
class Hub:
    own: int = 0
    foreign: int = 0
    rejected: int = 0
    dry: int = 0

    @property
    def disappoints(self) -> str:
        """Why nothing more is expected of the list; empty while it may still give."""
        if self.own:
            return ""
        if self.foreign >= _FOREIGN:
            return f"its first {self.foreign} reports are another agency's"
        if self.rejected >= _REJECTED:
            return f"its first {self.rejected} entries are no reports"
        return ""


class Hubs:
    """Keyed by the identity of a list's first page. `own` is what an interrupted crawl had of them already."""

    def __init__(self, own: Mapping[str, int]) -> None:
        self._hubs = {source: Hub(own=count) for source, count in own.items()}

    def of(self, source: str) -> Hub:
        return self._hubs.setdefault(source, Hub())

    def turned(self, source: str, gave: bool) -> bool:
        """A page of the list was read; returns whether the list has run dry."""
        hub = self.of(source)
        hub.dry = 0 if gave else hub.dry + 1
        return hub.dry >= DRY_PAGES


def lists_reports(page: Page, promises: list[Promise]) -> bool:
    """Whether a page is a hub: two reports or two year columns named on it, or it calls itself the list of reports."""
    reports = {p.year for p in promises if p.role == "report" and p.whose != "other"}
    columns = {p.year for p in promises if p.role == "year_column"}
    return len(reports) >= 2 or len(columns) >= 2 or page.is_report_column
