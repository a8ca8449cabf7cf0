"""When a report was due.

Since 2019-05-15 (国务院令第711号, art. 49): departments of governments at county level and above publish before
31 January, the governments' own report before 31 March. Before (国务院令第492号, art. 31): everybody by 31 March, which
the reports for 2018 still followed. Townships and sub-districts are not named in art. 49; they are held to the later
day.
"""

from datetime import date

_FIRST_YEAR_OF_ART_49 = 2019
FIRST_YEAR = 2008
"""The regulation came into force on 2008-05-01."""


def due(report_year: int, agency_type: str, scope: str = "unknown") -> date:
    if report_year < _FIRST_YEAR_OF_ART_49 or agency_type != "department" or scope == "government_rollup":
        return date(report_year + 1, 3, 31)
    return date(report_year + 1, 1, 31)


def latest_due(today: date) -> int:
    """The newest report year whose last deadline has passed."""
    year = today.year - 1
    return year if today > due(year, "government") else year - 1


def days_late(published: str | None, report_year: int, agency_type: str, scope: str) -> int | None:
    """Above zero for a late report; None where the date is unknown or cannot be (before the year it reports ended)."""
    if published is None or not report_year:
        return None
    try:
        day = date.fromisoformat(published)
    except ValueError:
        return None
    return (day - due(report_year, agency_type, scope)).days if day.year > report_year else None
