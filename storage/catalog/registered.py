"""The registry's rows in the catalog: going in, and questions to them."""

from collections.abc import Iterable, Iterator
from typing import Any

from sqlalchemy import Connection, Row, func, select

from gongkai.chinese import fold
from gongkai.site import region_prefix
from storage.catalog.agencies import enter_states
from storage.catalog.dialect import insert_missing, put_rows
from storage.catalog.filing import gazetteer
from storage.catalog.following import refollow
from storage.catalog.schema import site_events, sites
from storage.records import SiteRecord
from storage.registry import RegistryEvent, event_row, newer, site_rows

_AT_ONCE = 500


def enter_event(connection: Connection, event: RegistryEvent) -> None:
    """Doing it again, or in another order, gives the same rows."""
    said = gazetteer(connection)
    rows = [{**row, "agency_id": said.standing(row["agency_id"])} for row in site_rows(event)]
    known = rows_of(connection, [row["site_id"] for row in rows])
    standing = [newer(known.get(row["site_id"]), row) for row in rows]
    put_rows(connection, sites, standing)
    refollow(connection, [*known.values(), *standing])
    insert_missing(connection, site_events, [event_row(event)])
    enter_states(connection, event.event_id, event.agencies)


def rows_of(connection: Connection, site_ids: Iterable[str]) -> dict[str, dict[str, Any]]:
    wanted = list(site_ids)
    found: dict[str, dict[str, Any]] = {}
    for start in range(0, len(wanted), _AT_ONCE):
        asked = select(sites).where(sites.c.site_id.in_(wanted[start:start + _AT_ONCE]))
        found |= {row.site_id: dict(row._mapping) for row in connection.execute(asked)}
    return found


def known_events(connection: Connection) -> set[str]:
    return set(connection.execute(select(site_events.c.event_id)).scalars())


def newest_event(connection: Connection) -> str | None:
    return connection.execute(select(func.max(site_events.c.event_id))).scalar()


def site_records(connection: Connection, *, region: str | None, agency: str | None, retired: bool | None,
                 limit: int | None) -> Iterator[SiteRecord]:
    asked = select(sites).order_by(sites.c.region_code, sites.c.agency, sites.c.site_id)
    if region is not None:
        asked = asked.where(sites.c.region_code.startswith(region_prefix(region), autoescape=True))
    if agency is not None:
        asked = asked.where((sites.c.agency_id == agency) | sites.c.folded.contains(fold(agency), autoescape=True))
    if retired is not None:
        asked = asked.where(sites.c.retired.is_(retired))
    return map(site_record, connection.execute(asked.limit(limit)).all())


def site_record(row: Row[Any]) -> SiteRecord:
    return SiteRecord(
        site_id=row.site_id, url=row.url, agency=row.agency or None, agency_id=row.agency_id or None,
        region_code=row.region_code or None, admin_level=row.admin_level, former_names=tuple(row.former_names),
        schedule=row.schedule, retired=row.retired, added_at=row.added_at, changed_at=row.changed_at,
        source=row.source)
