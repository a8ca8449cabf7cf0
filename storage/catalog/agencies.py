"""The gazetteer in the catalog: what is said of ids, and the agencies the archive knows."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from sqlalchemy import Connection, func, select, update

from gongkai.chinese import fold
from storage.catalog.dialect import put_row, put_rows
from storage.catalog.entry import queue, regroup
from storage.catalog.filing import gazetteer
from storage.catalog.following import refollow
from storage.catalog.regions import region_range
from storage.catalog.rows import VersionRow
from storage.catalog.schema import agencies, agency_states, reports, sites, versions
from storage.gazetteer import AgencyState, Gazetteer
from storage.identity import agency_id
from storage.records import AgencyRecord


def enter_states(connection: Connection, event_id: str, states: Iterable[AgencyState]) -> None:
    """Of two events that name one id the newer stands, whichever was met first; what is filed follows at once."""
    named = list(states)
    if not named:
        return
    known = {row.agency_id: row.event_id for row in connection.execute(
        select(agency_states.c.agency_id, agency_states.c.event_id))}
    newer = [state for state in named if event_id >= known.get(state.agency_id, "")]
    left = parted(gazetteer(connection), newer)
    put_rows(connection, agency_states, [
        {"agency_id": s.agency_id, "into_id": s.into, "name": s.name, "event_id": event_id} for s in newer])
    _sites_anew(connection, left)
    refile(connection)


def _sites_anew(connection: Connection, ids: Iterable[str]) -> None:
    said = gazetteer(connection)
    for site in connection.execute(select(sites).where(sites.c.agency_id.in_(list(ids)))).all():
        if site.agency and site.region_code:
            own = said.standing(agency_id(site.agency, site.region_code))
            connection.execute(update(sites).where(sites.c.site_id == site.site_id).values(agency_id=own))


def refile(connection: Connection) -> None:
    """Files what stands under ids of which something is said; doing it again changes nothing."""
    said = gazetteer(connection)
    for agency in said.states:
        if (standing := said.standing(agency)) != agency:
            connection.execute(update(sites).where(sites.c.agency_id == agency).values(agency_id=standing))
    refollow(connection, (), {*said.states, *map(said.standing, said.states)})
    touched: set[str] = set()
    for found in connection.execute(select(versions).where(versions.c.agency_id.in_(sorted(said.states)))).all():
        row = VersionRow.from_row(found)
        filed = said.filed(row)
        if filed != row:
            put_row(connection, versions, vars(filed))
            touched |= {row.report_id, filed.report_id}
    for report in sorted(touched):
        regroup(connection, report)
        queue(connection, report)


def parted(before: Gazetteer, states: Iterable[AgencyState]) -> list[str]:
    """Ids under which something is filed that these states file elsewhere again: a merge is undone."""
    named = list(states)
    after = Gazetteer({**before.states, **{state.agency_id: state for state in named}})
    return sorted({before.standing(state.agency_id) for state in named
                   if before.standing(state.agency_id) not in (state.agency_id, after.standing(state.agency_id))})


def filed_under(connection: Connection, ids: Iterable[str]) -> list[VersionRow]:
    asked = select(versions).where(versions.c.agency_id.in_(list(ids)))
    return [VersionRow.from_row(row) for row in connection.execute(asked)]


def file_anew(connection: Connection, rows: Iterable[tuple[VersionRow, VersionRow]]) -> None:
    """After ids were parted: `rows` are versions as they stood under them and as their objects have them."""
    said = gazetteer(connection)
    touched: set[str] = set()
    for was, read in rows:
        filed = said.filed(read)
        if filed != was:
            put_row(connection, versions, vars(filed))
            touched |= {was.report_id, filed.report_id}
    for report in sorted(touched):
        regroup(connection, report)
        queue(connection, report)


def agency_records(connection: Connection, *, region: str | None, agency: str | None) -> Iterator[AgencyRecord]:
    """In order of region and name, with every name printed over the years and the ids that were merged into each."""
    asked = select(agencies.c.agency_id, agencies.c.agency, agencies.c.region_code, agencies.c.admin_level,
                   func.count(), func.min(reports.c.report_year), func.max(reports.c.report_year)).join(
        reports, reports.c.agency_id == agencies.c.agency_id).group_by(
        agencies.c.agency_id, agencies.c.agency, agencies.c.region_code, agencies.c.admin_level).order_by(
        agencies.c.region_code, agencies.c.agency, agencies.c.agency_id)
    if region is not None:
        asked = asked.where(region_range(agencies.c.region_code, region))
    names = _names(connection)
    said = gazetteer(connection)
    merged: dict[str, list[str]] = {}
    for other in sorted(said.states):
        if said.standing(other) != other:
            merged.setdefault(said.standing(other), []).append(other)
    for name, title, place, level, number, first, last in connection.execute(asked).all():
        printed = names.get(name, {})
        if agency not in (None, name) and not any(fold(agency or "") in fold(one) for one in (title, *printed)):
            continue
        yield AgencyRecord(name, title, place or None, level, printed, number, first or None, last or None,
                           tuple(merged.get(name, ())))


def _names(connection: Connection) -> Mapping[str, dict[str, tuple[int, int]]]:
    """Of each agency the names printed in its reports, with the first and the last report year of each."""
    asked = select(versions.c.agency_id, versions.c.agency_printed, func.min(versions.c.report_year),
                   func.max(versions.c.report_year)).where(versions.c.agency_printed != "").group_by(
        versions.c.agency_id, versions.c.agency_printed).order_by(func.min(versions.c.report_year),
                                                                  versions.c.agency_printed)
    found: dict[str, dict[str, tuple[int, int]]] = {}
    for agency, name, first, last in connection.execute(asked):
        found.setdefault(agency, {})[name] = (first, last)
    return found


def named_agency(connection: Connection, name: str) -> list[Any]:
    """Rows of agencies whose id is or begins with `name`; three at most."""
    asked = select(agencies).where(agencies.c.agency_id.startswith(name, autoescape=True))
    return list(connection.execute(asked.limit(3)).all())
