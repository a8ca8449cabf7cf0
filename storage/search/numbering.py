"""The number of an entry: day of publication, year, province and a running number. The greatest is the newest, and hits
are counted by year and province without looking any of them up, which took twice as long."""

from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Connection, func, literal_column, select

from storage.search.tables import entries

_PROVINCE_BITS, _YEAR_BITS, _RUNNING_BITS = 7, 12, 22


def first_number(row: Any) -> int:
    """Of all entries that share the day, year and province of a report's row."""
    province = row.region_code[:2]
    place = int(province) if len(province) == 2 and province.isascii() and province.isdigit() else 0
    year = row.report_year if 0 < row.report_year < 1 << _YEAR_BITS else 0
    return (((day(row) << _YEAR_BITS) + year << _PROVINCE_BITS) + place) << _RUNNING_BITS


def next_number(connection: Connection, row: Any, given: dict[int, int]) -> int:
    """`given` remembers the last one given within a transaction."""
    first = first_number(row)
    if first not in given:
        asked = select(func.max(entries.c.entry_id)).where(
            entries.c.entry_id.between(first, first + (1 << _RUNNING_BITS) - 1))
        given[first] = connection.execute(asked).scalar() or first
    given[first] += 1
    return given[first]


def year_and_place(number: ColumnElement[int]) -> ColumnElement[int]:
    """What of a number says year and province; `told` reads it."""
    return number.op(">>")(_constant(_RUNNING_BITS)).op("&")(_constant((1 << _YEAR_BITS + _PROVINCE_BITS) - 1))


def told(year_and_place: int) -> tuple[int, str]:
    """Report year, 0 where unknown, and the province's two digits, empty where unknown."""
    year, place = divmod(year_and_place, 1 << _PROVINCE_BITS)
    return year, f"{place:02d}" if place else ""


def day(row: Any) -> int:
    """Of publication; a date after the first capture is a misprint."""
    first = row.first_seen[:10]
    try:
        return date.fromisoformat(min(row.published or first, first)).toordinal()
    except ValueError:
        return 1


def _constant(number: int) -> ColumnElement[int]:
    """PostgreSQL shifts by plain integers alone, and drivers send larger ones."""
    return literal_column(str(number))
