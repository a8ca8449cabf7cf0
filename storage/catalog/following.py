"""The agencies the registry expects reports of, kept with it: one row each, however many sites name it."""

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import Connection, delete, select

from gongkai.agency_type import agency_type
from storage.catalog.counts import count_agency, count_followed
from storage.catalog.dialect import put_row
from storage.catalog.filing import gazetteer
from storage.catalog.schema import followed_agencies, sites
from storage.gazetteer import Gazetteer
from storage.identity import agency_id

_AT_ONCE = 400

Row = Mapping[Any, Any]


def refollow(connection: Connection, rows: Iterable[Row], ids: Iterable[str] = ()) -> None:
    """Brings what is expected up to date for the agencies that `rows` of the registry, as they were or are, and `ids`
    name."""
    said = gazetteer(connection)
    named = list(rows)
    touched = {*ids, *(name for row in named if (name := followed_id(row, said)))}
    unplaced = {row["agency"] for row in named if row["agency"] and not row["agency_id"]}
    standing = _standing(connection, touched, unplaced, said)
    known = _known(connection, touched)
    for agency in sorted(touched):
        _settle(connection, known.get(agency), standing.get(agency), agency)


def follow_anew(connection: Connection) -> None:
    """All of them, from the registry; counts are the caller's."""
    said = gazetteer(connection)
    connection.execute(delete(followed_agencies))
    for row in _all(connection, said).values():
        put_row(connection, followed_agencies, row)


def follows_rightly(connection: Connection) -> bool:
    known = {row.agency_id: dict(row._mapping) for row in connection.execute(select(followed_agencies))}
    return known == _all(connection, gazetteer(connection))


def followed_id(row: Row, said: Gazetteer) -> str:
    """The id a registry row's agency is filed under; empty where it names none."""
    if not row["agency"]:
        return ""
    return said.standing(row["agency_id"] or agency_id(row["agency"], row["region_code"] or None))


def _settle(connection: Connection, before: Row | None, after: Row | None, agency: str) -> None:
    if before == after:
        return
    if after is None:
        connection.execute(delete(followed_agencies).where(followed_agencies.c.agency_id == agency))
    else:
        put_row(connection, followed_agencies, after)
    count_agency(connection, "followed", before, after)
    if (before is None) != (after is None):
        count_followed(connection, agency, -1 if after is None else 1)


def _all(connection: Connection, said: Gazetteer) -> dict[str, Row]:
    return _chosen(connection.execute(select(sites).where(sites.c.retired.is_(False), sites.c.agency != "")), said)


def _standing(connection: Connection, touched: set[str], unplaced: set[str], said: Gazetteer) -> dict[str, Row]:
    """Of sites whose place is unknown only the name says which agency it is."""
    found: list[Any] = []
    followed = select(sites).where(sites.c.retired.is_(False), sites.c.agency != "")
    for column, wanted in ((sites.c.agency_id, sorted(touched)), (sites.c.agency, sorted(unplaced))):
        for start in range(0, len(wanted), _AT_ONCE):
            found += connection.execute(followed.where(column.in_(wanted[start:start + _AT_ONCE])))
    return _chosen(found, said)


def _chosen(found: Iterable[Any], said: Gazetteer) -> dict[str, Row]:
    """Where several sites name one agency, the row that was changed last."""
    chosen: dict[str, tuple[tuple[str, str], Row]] = {}
    for site in found:
        agency, age = followed_id(site._mapping, said), (site.event_id, site.site_id)
        if agency not in chosen or chosen[agency][0] < age:
            chosen[agency] = age, {
                "agency_id": agency, "agency": site.agency, "region_code": site.region_code,
                "agency_type": agency_type(site.agency), "site_id": site.site_id, "url": site.url}
    return {agency: row for agency, (_, row) in chosen.items()}


def _known(connection: Connection, touched: set[str]) -> dict[str, Row]:
    wanted = sorted(touched)
    found: dict[str, Row] = {}
    for start in range(0, len(wanted), _AT_ONCE):
        asked = select(followed_agencies).where(followed_agencies.c.agency_id.in_(wanted[start:start + _AT_ONCE]))
        found |= {row.agency_id: dict(row._mapping) for row in connection.execute(asked)}
    return found
