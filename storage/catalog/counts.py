"""Counts kept with what they count: the whole country is asked for at once, and counting three million rows anew took
seconds. Reports by place, year and state; reports by year, province and day; agencies by place and kind."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    Table,
    Update,
    bindparam,
    case,
    delete,
    func,
    insert,
    literal_column,
    or_,
    select,
    update,
)

from storage.catalog.schema import (
    agencies,
    agency_counts,
    archive_totals,
    coverage_counts,
    followed_agencies,
    reports,
    season_counts,
)
from storage.deadlines import EARLY, FIRST_YEAR_OF_ART_49, LATE, deadline

LEVELS = (2, 4, 6)
"""Digits of a code: province, prefecture, county."""
UNDATED = 99_999
"""In the place of `days_late` where the day of publication is unknown."""
COUNTED = tuple(reports.c[name] for name in (
    "agency_id", "region_code", "report_year", "coverage", "agency_type", "scope", "days_late", "versions"))
"""What of a report's row is counted by."""

Row = Mapping[Any, Any]
Key = tuple[Any, ...]

_FOLLOWED = select(followed_agencies.c.agency_id).where(
    followed_agencies.c.agency_id.in_(bindparam("agencies", expanding=True)))
_TABLES = (coverage_counts, season_counts, agency_counts, archive_totals)


def count(connection: Connection, before: Row | None, after: Row | None) -> None:
    """A report's row was this and is now that; None where there was or is none."""
    named = {row["agency_id"] for row in (before, after) if row is not None}
    followed = set(connection.execute(_FOLLOWED, {"agencies": sorted(named)}).scalars())
    change: Counter[tuple[Table, Key]] = Counter()
    for row, number in ((before, -1), (after, 1)):
        if row is not None:
            change[archive_totals, ("states",)] += number * row["versions"]
            for key in _keys(row, ("all", "followed") if row["agency_id"] in followed else ("all",)):
                change[key] += number
    _apply(connection, change)


def count_agency(connection: Connection, whose: str, before: Row | None, after: Row | None) -> None:
    change: Counter[tuple[Table, Key]] = Counter()
    for row, number in ((before, -1), (after, 1)):
        if row is not None:
            for level in LEVELS:
                change[agency_counts, (whose, level, row["region_code"][:level], row["agency_type"])] += number
    _apply(connection, change)


def count_followed(connection: Connection, agency: str, number: int) -> None:
    """The reports filed under an agency begin (1) or cease (-1) to be those of a followed one."""
    change: Counter[tuple[Table, Key]] = Counter()
    for row in connection.execute(select(*COUNTED).where(reports.c.agency_id == agency)):
        for key in _keys(row._mapping, ("followed",)):
            change[key] += number
    _apply(connection, change)


def count_anew(connection: Connection) -> None:
    for table in _TABLES:
        connection.execute(delete(table))
    for table, asked in _counted():
        connection.execute(insert(table).from_select([column.name for column in table.c], asked))


def are_right(connection: Connection) -> bool:
    counted: dict[str, dict[Key, int]] = {}
    for table, asked in _counted():
        counted.setdefault(table.name, {}).update(
            (tuple(row[:-1]), row[-1]) for row in connection.execute(asked) if row[-1])
    return all(counted[table.name] == {tuple(row[:-1]): row[-1] for row in connection.execute(select(table)) if row[-1]}
               for table in _TABLES)


def _keys(row: Row, whose: Iterable[str]) -> Iterator[tuple[Table, Key]]:
    region, year = row["region_code"], row["report_year"]
    day = UNDATED if row["days_late"] is None else row["days_late"]
    until = deadline(year, row["agency_type"], row["scope"])
    for one in whose:
        for level in LEVELS:
            yield coverage_counts, (one, level, region[:level], year, row["coverage"])
        yield season_counts, (one, year, region[:2], until, day)


def _apply(connection: Connection, change: Mapping[tuple[Table, Key], int]) -> None:
    for (table, key), number in change.items():
        if not number:
            continue
        names = [column.name for column in table.c]
        row = dict(zip(names, (*key, number), strict=True))
        changed = connection.execute(_adding(table), {f"its_{name}": value for name, value in row.items()})
        if changed.rowcount == 0:
            connection.execute(insert(table), row)


@cache
def _adding(table: Table) -> Update:
    """To the counter, the last column, of the row the others name."""
    *named, counter = table.c
    return update(table).where(*(column == bindparam(f"its_{column.name}") for column in named)).values(
        {counter: counter + bindparam(f"its_{counter.name}")})


def _counted() -> Iterator[tuple[Table, Select[Any]]]:
    """Each table of counts with what it must hold, some rows after the others."""
    early = case((or_(reports.c.report_year < FIRST_YEAR_OF_ART_49, reports.c.agency_type != "department",
                      reports.c.scope == "government_rollup"), literal_column(f"'{LATE}'")),
                 else_=literal_column(f"'{EARLY}'"))
    day = func.coalesce(reports.c.days_late, literal_column(str(UNDATED)))
    known = select(followed_agencies.c.agency_id)
    yield archive_totals, select(literal_column("'states'"), func.coalesce(func.sum(reports.c.versions), 0))
    for whose, source in (("all", agencies), ("followed", followed_agencies)):
        said: ColumnElement[Any] = literal_column(f"'{whose}'")
        narrowed = [] if whose == "all" else [reports.c.agency_id.in_(known)]
        for level in LEVELS:
            digits: ColumnElement[Any] = literal_column(str(level))
            place = _start(reports.c.region_code, level)
            yield coverage_counts, select(
                said, digits, place, reports.c.report_year, reports.c.coverage, func.count()).where(*narrowed).group_by(
                place, reports.c.report_year, reports.c.coverage)
            place = _start(source.c.region_code, level)
            yield agency_counts, select(said, digits, place, source.c.agency_type, func.count()).group_by(
                place, source.c.agency_type)
        place = _start(reports.c.region_code, 2)
        yield season_counts, select(said, reports.c.report_year, place, early, day, func.count()).where(
            *narrowed).group_by(reports.c.report_year, place, early, day)


def _start(column: ColumnElement[str], digits: int) -> ColumnElement[str]:
    return func.substr(column, literal_column("1"), literal_column(str(digits)))
