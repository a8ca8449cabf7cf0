"""When a report was due.

Since 2019-05-15 (国务院令第711号, art. 49): departments of governments at county level and above publish before
31 January, the governments' own report before 31 March. Before (国务院令第492号, art. 31): everybody by 31 March, which
the reports for 2018 still followed. Townships and sub-districts are not named in art. 49; they are held to the later
day.
"""

from datetime import date

FIRST_YEAR_OF_ART_49 = 2019
FIRST_YEAR = 2008
"""The regulation came into force on 2008-05-01."""


EARLY, LATE = "01-31", "03-31"


def deadline(report_year: int, agency_type: str, scope: str = "unknown") -> str:
    """Month and day, in the year after the one that is reported."""
    if report_year < FIRST_YEAR_OF_ART_49 or agency_type != "department" or scope == "government_rollup":
        return LATE
    return EARLY


def due(report_year: int, agency_type: str, scope: str = "unknown") -> date:
    return date.fromisoformat(f"{report_year + 1:04d}-{deadline(report_year, agency_type, scope)}")


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
