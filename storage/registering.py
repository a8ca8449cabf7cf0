"""Changes to the registry going in: the event object first, then the catalog."""

import getpass
import logging
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import Connection

from gongkai.address import canonical, identity
from gongkai.errors import ConfigurationError, NotFoundError
from gongkai.site import AgencySite
from storage.catalog.agencies import named_agency
from storage.catalog.engine import Catalog
from storage.catalog.filing import gazetteer
from storage.catalog.registered import enter_event, known_events, newest_event, rows_of
from storage.gazetteer import AgencyState, Gazetteer
from storage.identity import site_id
from storage.layout import REGISTRY, event_key, parse_event
from storage.locks import exclusively
from storage.objects import ObjectStore
from storage.records import RegistryChange
from storage.registry import SiteState, load_event, new_event, put_event

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

    def rename(self, agency: str, name: str, *, reason: str, by: str | None) -> str | None:
        """Calls an agency `name` in every listing; None where it is called that already."""
        def states(connection: Connection, said: Gazetteer) -> list[AgencyState]:
            found = _agency(connection, agency, said, self._objects.place)
            return [] if found.agency == name else [AgencyState(found.agency_id, name=name)]

        return self._say(states, reason=reason, source="gongkai agencies rename", by=by)

    def _say(self, states: Callable[[Connection, Gazetteer], list[AgencyState]], *, reason: str, source: str,
             by: str | None) -> str | None:
        if not reason.strip():
            raise ConfigurationError("say why: a merge or a new name is kept for ever with its reason (--why)")
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
        with self._catalog().writing() as connection:
            enter_event(connection, event)
        return event.event_id

    def _catch_up(self) -> None:
        """Enters events the catalog does not know: of a process that died between object and catalog, or of another
        machine with a catalog of its own."""
        with self._catalog().reading() as connection:
            known = known_events(connection)
        for name in sorted(set(filter(None, map(parse_event, self._objects.keys(REGISTRY)))) - known):
            event = load_event(name, self._objects.get(event_key(name)))
            with self._catalog().writing() as connection:
                enter_event(connection, event)
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
