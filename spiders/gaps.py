"""Where a missing year's report may stand in a long list of other things, judged by the dates of its entries."""

from collections.abc import Iterable, Sequence
from datetime import date

_NEAR = 1


def likely_pages(listed: Sequence[str], number: int, total: int, missing: Iterable[int]) -> tuple[set[int], set[int]]:
    """The pages to look at first, and their neighbours, in a list sorted by date with the newest first.

    `listed` are the ISO dates on page `number` of `total`. A report for a year is published from January to March of
    the next; entries are taken to be spread evenly, which the next page's dates then correct.
    """
    dates = sorted(date.fromisoformat(d) for d in listed if _is_date(d))
    if len(dates) < 2:
        return set(), set()
    days_a_page = max((dates[-1] - dates[0]).days, 1)
    middle = dates[len(dates) // 2]
    guesses = {number + round((middle - date(year + 1, 2, 15)).days / days_a_page) for year in missing}
    first = {min(max(guess, 1), total) for guess in guesses}
    near = {page + step for page in first for step in range(-_NEAR, _NEAR + 1) if 1 <= page + step <= total}
    return first, near - first


def _is_date(text: str) -> bool:
    try:
        return date.fromisoformat(text).year > 1990  # zero dates of migrated pages say nothing
    except ValueError:
        return False
