"""Changes to the registry going in: the event object first, then the catalog."""

import getpass
import logging
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import Connection

from gongkai.address import canonical, identity
from gongkai.errors import ConfigurationError, DamageError, NotFoundError, StorageError
from gongkai.site import AgencySite
from storage.catalog.agencies import file_anew, filed_under, named_agency, parted
from storage.catalog.engine import Catalog
from storage.catalog.filing import gazetteer
from storage.catalog.registered import enter_event, known_events, newest_event, rows_of
from storage.catalog.rows import VersionRow, version_row
from storage.gazetteer import AgencyState, Gazetteer
from storage.identity import site_id
from storage.layout import REGISTRY, event_key, parse_event
from storage.locks import exclusively
from storage.objects import ObjectStore
from storage.records import RegistryChange
from storage.registry import RegistryEvent, SiteState, load_event, new_event, put_event
from storage.rereading import standing_version

logger = logging.getLogger(__name__)

_SHORTEST_PREFIX = 4


class Registrar:
    def __init__(self, objects: ObjectStore, catalog: Callable[[], Catalog], state: Path) -> None:
        self._objects, self._catalog, self._state = objects, catalog, state

    def add(self, wanted: Iterable[AgencySite], *, reason: str, source: str, by: str | None) -> RegistryChange:
        rows = _each_once(wanted)
        with exclusively(self._state / "locks" / "registry.lock"):
            self._catch_up()
            with self._catalog().reading() as connection:
                known = rows_of(connection, rows)
            states = [state for name, site in rows.items() if (state := _state(site, known.get(name), source))]
            event = self._enter(states, reason=reason, source=source, by=by)
        actions = [state.action for state in states]
        return RegistryChange(event, actions.count("added"), actions.count("changed"), len(rows) - len(states))

    def retire(self, url: str, *, reason: str, by: str | None) -> RegistryChange:
        with exclusively(self._state / "locks" / "registry.lock"):
            self._catch_up()
            name = site_id(url)
            with self._catalog().reading() as connection:
                row = rows_of(connection, [name]).get(name)
            if row is None:
                raise NotFoundError(f"{url} is not in the registry of {self._objects.place}; gongkai sites list shows "
                                    "what is")
            if row["retired"]:
                return RegistryChange(None, 0, 0, 1)
            event = self._enter([SiteState("retired", _site(row), row["source"])], reason=reason,
                                source="gongkai sites retire", by=by)
        return RegistryChange(event, 0, 1, 0)

    def merge(self, one: str, other: str, *, reason: str, by: str | None) -> str | None:
        """Files what stands under `one` under `other`; None where it is so already."""
        def states(connection: Connection, said: Gazetteer) -> list[AgencyState]:
            target = _agency(connection, other, said, self._objects.place)
            source = _agency(connection, one, said, self._objects.place)
            if source.agency_id == target.agency_id:
                return []
            return [AgencyState(source.agency_id, into=target.agency_id),
                    AgencyState(target.agency_id, name=target.agency)]

        return self._say(states, reason=reason, source="gongkai agencies merge", by=by)

    def unmerge(self, one: str, *, reason: str, by: str | None) -> str | None:
        """A merge of `one` into another is taken back: what was read as its is filed under it again. The merge stays in
        the books; None where it stands by itself already."""
        def states(connection: Connection, said: Gazetteer) -> list[AgencyState]:
            name = one.strip().lower()
            if len(name) < _SHORTEST_PREFIX:
                raise NotFoundError(f"{one!r} is too short for an agency's id; give at least {_SHORTEST_PREFIX} of it")
            merged = [id_ for id_, state in said.states.items() if state.into and id_.startswith(name)]
            if len(merged) > 1:
                raise NotFoundError(f"{one!r} is the beginning of several merged ids: {', '.join(sorted(merged))}")
            if not merged and not named_agency(connection, name):
                raise NotFoundError(f"no agency {one!r} in {self._objects.place} was merged into another; gongkai "
                                    "agencies list shows the ids merged into each")
            return [AgencyState(merged[0])] if merged else []

        return self._say(states, reason=reason, source="gongkai agencies unmerge", by=by)

    def rename(self, agency: str, name: str, *, reason: str, by: str | None) -> str | None:
        """Calls an agency `name` in every listing; None where it is called that already."""
        def states(connection: Connection, said: Gazetteer) -> list[AgencyState]:
            found = _agency(connection, agency, said, self._objects.place)
            return [] if found.agency == name else [AgencyState(found.agency_id, name=name)]

        return self._say(states, reason=reason, source="gongkai agencies rename", by=by)

    def _say(self, states: Callable[[Connection, Gazetteer], list[AgencyState]], *, reason: str, source: str,
             by: str | None) -> str | None:
        if not reason.strip():
            raise ConfigurationError("say why: what is said of agencies is kept for ever with its reason (--why)")
        with exclusively(self._state / "locks" / "registry.lock"):
            self._catch_up()
            with self._catalog().reading() as connection:
                said = states(connection, gazetteer(connection))
            return self._enter([], agencies=said, reason=reason, source=source, by=by)

    def _enter(self, states: list[SiteState], *, reason: str, source: str, by: str | None,
               agencies: Sequence[AgencyState] = ()) -> str | None:
        if not (states or agencies):
            return None
        with self._catalog().reading() as connection:
            newest = newest_event(connection)
        event = new_event(states, by=by or _whoever(), reason=reason, source=source, newest=newest,
                          agencies=agencies)
        put_event(self._objects, event)
        self._enter_in_catalog(event)
        return event.event_id

    def _enter_in_catalog(self, event: RegistryEvent) -> None:
        """Where a merge is undone, what it had filed elsewhere is filed by what its objects say."""
        with self._catalog().reading() as connection:
            ids = parted(gazetteer(connection), event.agencies)
            rows = filed_under(connection, ids) if ids else []
        read = [(row, as_read) for row in rows if (as_read := self._as_read(row)) is not None]
        with self._catalog().writing() as connection:
            enter_event(connection, event)
            file_anew(connection, read)

    def _as_read(self, row: VersionRow) -> VersionRow | None:
        try:
            found = standing_version(self._objects, row.document_id, row.number, row.reading)
        except (DamageError, StorageError) as problem:
            logger.warning("%s %s stays filed under %s: %s", row.url, row.report_year, row.agency, problem)
            return None
        return version_row(found.manifest, found.reading)

    def _catch_up(self) -> None:
        """Enters events the catalog does not know: of a process that died between object and catalog, or of another
        machine with a catalog of its own."""
        with self._catalog().reading() as connection:
            known = known_events(connection)
        for name in sorted(set(filter(None, map(parse_event, self._objects.keys(REGISTRY)))) - known):
            event = load_event(name, self._objects.get(event_key(name)))
            self._enter_in_catalog(event)
            logger.info("entered registry event %s, which the catalog did not know", name)


def _agency(connection: Connection, name: str, said: Gazetteer, place: str) -> Any:
    """The row of an agency by its id, the beginning of one, or an id that was merged into it."""
    found = named_agency(connection, said.standing(name.strip().lower()))
    if not found or len(name.strip()) < _SHORTEST_PREFIX:
        raise NotFoundError(f"no agency {name!r} in {place}; gongkai agencies list shows the ids")
    if len(found) > 1:
        raise NotFoundError(f"{name!r} is the beginning of several ids: "
                            f"{', '.join(f'{row.agency_id} ({row.agency})' for row in found)}; give more of it")
    return found[0]


def _each_once(wanted: Iterable[AgencySite]) -> dict[str, AgencySite]:
    rows: dict[str, AgencySite] = {}
    for site in wanted:
        if canonical(site.url) is None:
            raise ConfigurationError(f"{site.url!r} is not a web address")
        other = rows.setdefault(site_id(site.url), site)
        if other != site:
            raise ConfigurationError(f"{site.url} stands twice with different facts (as {other.agency} at {other.url} "
                                     f"and as {site.agency}): both are {identity(site.url)}; keep one row")
    return rows


def _state(site: AgencySite, row: dict[str, object] | None, source: str) -> SiteState | None:
    """None where nothing changes. What a row leaves open keeps what is known."""
    if row is None or row["retired"]:
        return SiteState("added", site, source)
    known = _site(row)
    merged = AgencySite(site.url, site.agency or known.agency, site.region_code or known.region_code,
                        site.former_names or known.former_names, site.schedule or known.schedule)
    return None if merged == known else SiteState("changed", merged, source)


def _site(row: dict[str, object]) -> AgencySite:
    fields = {name: row[name] or None for name in ("agency", "region_code", "schedule")}
    names = row["former_names"]
    assert isinstance(names, list)
    return AgencySite(url=str(row["url"]), former_names=tuple(names), **fields)  # type: ignore[arg-type]


def _whoever() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError):  # a container's user id without a name
        return "unknown"
