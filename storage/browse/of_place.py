"""Reports of one prefecture or county: how many of each kind, and the newest. The search index has no order for them,
and looked up each of some ten thousand; here an index of the catalog has all that is asked, row by row."""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, case, func, literal_column, or_, select, tuple_

from storage.catalog import queries
from storage.catalog.regions import region_range
from storage.catalog.schema import coverage_counts, reports
from storage.search.asked import SearchQuery

_ONE: ColumnElement[int] = literal_column("1")


def kinds_of_place(query: SearchQuery, digits: int, connection: Connection) -> Iterator[Sequence[Any]]:
    """As `SearchIndex.kinds`: region (its first digits), year, level, type, form, failed, changed, number."""
    return _kinds(narrowed(select(), query), digits, connection)


def kinds_of_country(digits: int, connection: Connection) -> Iterator[Sequence[Any]]:
    """A place after the other: sorting three million rows by kind at once took a quarter of a minute."""
    places = connection.execute(select(coverage_counts.c.place).where(
        coverage_counts.c.whose == "all", coverage_counts.c.level == digits).distinct()).scalars().all()
    for place in places:
        here = region_range(reports.c.region_code, place) if len(place) == digits else reports.c.region_code == place
        yield from _kinds(select().where(here), digits, connection)


def _kinds(asked: Select[Any], digits: int, connection: Connection) -> Iterator[Sequence[Any]]:
    """Grouped by the columns as the index has them, in its order: by what is told of them took three times as long."""
    columns = reports.c
    kind = (columns.region_code, columns.report_year, columns.admin_level, columns.agency_type, columns.form_id,
            columns.checks_fail, columns.versions)
    found: Counter[tuple[Any, ...]] = Counter()
    for region, *what, failed, states, number in connection.execute(
            asked.add_columns(*kind, func.count()).group_by(*kind)):
        found[region[:digits], *what, failed > 0, states > 1] += number
    return ((*kind, number) for kind, number in found.items())


def newest_of_place(query: SearchQuery, limit: int, after: Any, connection: Connection) -> list[str]:
    """Ids by day of publication, the newest first, on from the row `after`. A date after the first capture is a
    misprint."""
    first = func.substr(reports.c.first_seen, _ONE, literal_column("10"))
    published = reports.c.published
    day: ColumnElement[str] = case((or_(published.is_(None), published > first), first), else_=published)
    order = (day, reports.c.report_year, reports.c.report_id)
    asked = narrowed(select(reports.c.report_id), query).order_by(*(one.desc() for one in order)).limit(limit)
    if after is not None:
        place = connection.execute(select(*order).where(reports.c.report_id == after)).first()
        if place is None:
            return []
        asked = asked.where(tuple_(*order) < tuple_(*place))
    return list(connection.execute(asked).scalars())


def narrowed(asked: Select[Any], query: SearchQuery) -> Select[Any]:
    """By all conditions of `query` but words and agency."""
    asked = queries.narrowed(asked, query)
    if query.level is not None:
        asked = asked.where(reports.c.admin_level == query.level)
    if query.changed is not None:
        asked = asked.where(reports.c.versions > 1 if query.changed else reports.c.versions <= 1)
    return asked
