"""Reports a page at a time, in the order asked."""

from collections.abc import Sequence
from functools import partial
from typing import Any, Literal

from sqlalchemy import Connection, Row, Select, func, select, tuple_

from gongkai.errors import ConfigurationError, NotFoundError
from gongkai.site import region_prefix
from storage.browse.of_place import narrowed, newest_of_place
from storage.catalog.engine import Catalog
from storage.catalog.queries import ReportQuery, record, records_of
from storage.catalog.schema import reports
from storage.objects import ObjectStore
from storage.search.answers import SearchHit, hits
from storage.search.asked import Rank, SearchQuery
from storage.search.index import SearchIndex

ListOrder = Literal["place", "year", "newest", "relevance"]

_BY_PLACE = (reports.c.region_code, reports.c.agency, reports.c.report_year, reports.c.report_id)
_IN_YEAR = (reports.c.region_code, reports.c.agency, reports.c.report_id)


def listing(catalog: Catalog, index: SearchIndex, objects: ObjectStore, query: SearchQuery, order: ListOrder,
            limit: int, after: str | Rank | None, *, snippets: bool, years: Sequence[int] | None) -> list[SearchHit]:
    """`years`, where they are known, are those that have such reports, the newest first: a form that was used for two
    years is not looked for in twenty."""
    if query.text:
        if order not in ("newest", "relevance"):
            raise ConfigurationError(f"sort: {order} is an order for listings without words; with words it is newest "
                                     "or relevance")
        place = _place(index, after) if isinstance(after, str) else after
        return list(hits(catalog, index, objects, query, order, limit, snippets, place))
    if order == "relevance" or isinstance(after, Rank):
        raise ConfigurationError("sort: relevance needs words to weigh (q)")
    if years is not None and not years:
        return []
    if order == "newest":
        named = _newest(catalog, index, query, limit, after)
        records = records_of(catalog, named)
        return [SearchHit(records[report]) for report in named if report in records]
    standing = catalog.read(partial(_standing, after)) if after is not None else None
    if order == "place":
        rows = _by_place(catalog, query, limit, standing)
    else:
        rows = _by_year(catalog, query, limit, standing, years)
    return [SearchHit(record(row)) for row in rows]


def _newest(catalog: Catalog, index: SearchIndex, query: SearchQuery, limit: int, after: str | None) -> list[str]:
    if query.agency is None and len(region_prefix(query.region or "")) > 2:
        if after is not None:
            catalog.read(partial(_standing, after))
        return catalog.read(partial(newest_of_place, query, limit, after))
    return [report for report, _ in index.browse(query, limit, _place(index, after))]


def _place(index: SearchIndex, after: str | None) -> int | None:
    if after is None:
        return None
    place = index.place_of(after)
    if place is None:
        raise _gone(after)
    return place


def _gone(after: str) -> NotFoundError:
    return NotFoundError(f"no report {after!r} to go on after; it may have been filed under another agency since: "
                         "begin the listing anew")


def _standing(after: str, connection: Connection) -> Any:
    row: Any = connection.execute(select(*_BY_PLACE).where(reports.c.report_id == after)).first()
    if row is None:
        raise _gone(after)
    return row


def _by_place(catalog: Catalog, query: SearchQuery, limit: int, after: Row[Any] | None) -> list[Row[Any]]:
    asked = _asked(query).order_by(*_BY_PLACE).limit(limit)
    if after is not None:
        asked = asked.where(tuple_(*_BY_PLACE) > tuple_(*after))
    return catalog.read(lambda connection: list(connection.execute(asked)))


def _by_year(catalog: Catalog, query: SearchQuery, limit: int, after: Row[Any] | None,
             years: Sequence[int] | None) -> list[Row[Any]]:
    """A year after the other, each in the order of an index: one order for all of them none gives."""
    found: list[Row[Any]] = []
    if years is None:
        years = [query.year] if query.year is not None else catalog.read(_years)
    for year in years:
        if after is not None and year > after.report_year:
            continue
        if len(found) >= limit:
            break
        asked = _asked(query).where(reports.c.report_year == year).order_by(*_IN_YEAR).limit(limit - len(found))
        if after is not None and after.report_year == year:
            asked = asked.where(tuple_(*_IN_YEAR) > tuple_(after.region_code, after.agency, after.report_id))
        found += catalog.read(partial(_rows, asked))
    return found


def _rows(asked: Select[Any], connection: Connection) -> list[Row[Any]]:
    return list(connection.execute(asked))


def _years(connection: Connection) -> list[int]:
    """Each found by key, since listing them would read every report."""
    found: list[int] = []
    asked = select(func.max(reports.c.report_year))
    year = connection.execute(asked).scalar()
    while year is not None:
        found.append(year)
        year = connection.execute(asked.where(reports.c.report_year < year)).scalar()
    return found


def _asked(query: SearchQuery) -> Select[Any]:
    return narrowed(ReportQuery(query.agency).statement().order_by(None), query)
