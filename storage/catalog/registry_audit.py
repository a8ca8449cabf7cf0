"""The registry's rows held against what its events say they must be."""

from typing import Any

from sqlalchemy import Connection, select

from storage.catalog.following import follows_rightly
from storage.catalog.schema import agency_states, site_events, sites
from storage.damage import REBUILD, RESTORE, Findings
from storage.gazetteer import AgencyState, Gazetteer
from storage.layout import event_key
from storage.objects import ObjectStore
from storage.registry import RegistryEvent, event_row, newer, site_rows


class RegistryAudit:
    """Told first which events stand and what those that can be read say, then run."""

    def __init__(self, objects: ObjectStore, findings: Findings) -> None:
        self._objects, self._findings = objects, findings
        self._standing: set[str] = set()
        self._events: dict[str, dict[str, Any]] = {}
        self._sites: dict[str, dict[str, Any]] = {}
        self._agencies: dict[str, tuple[str, AgencyState]] = {}

    def stands(self, event_id: str) -> None:
        self._standing.add(event_id)

    def says(self, event: RegistryEvent) -> None:
        self._events[event.event_id] = event_row(event)
        for row in site_rows(event):
            self._sites[row["site_id"]] = newer(self._sites.get(row["site_id"]), row)
        for state in event.agencies:
            known = self._agencies.get(state.agency_id)
            if known is None or event.event_id >= known[0]:
                self._agencies[state.agency_id] = event.event_id, state

    @property
    def gazetteer(self) -> Gazetteer:
        """As the events that were told say."""
        return Gazetteer.of(state for _, state in self._agencies.values())

    def run(self, connection: Connection) -> None:
        listed = {row.event_id: dict(row._mapping) for row in connection.execute(select(site_events))}
        self._check_events(listed)
        # Where an event is lost or damaged, or not entered yet, it is named above and its rows cannot be told.
        whole = self._standing == set(self._events) == set(listed)
        said, sound = self.gazetteer, whole
        if whole:
            self._check_agencies(connection)
        for stored in connection.execute(select(sites)):
            self._findings.count("site rows")
            expected = self._sites.pop(stored.site_id, None)
            if expected is not None:
                expected = {**expected, "agency_id": said.standing(expected["agency_id"])}
            sound = sound and expected == dict(stored._mapping)
            if whole and expected != dict(stored._mapping):
                self._findings.damage(f"catalog:sites/{stored.site_id}", "stale" if expected else "dangling",
                                      "it is not what the registry's events say", REBUILD)
            elif stored.event_id not in listed:
                self._findings.damage(f"catalog:sites/{stored.site_id}", "dangling",
                                      f"it rests on event {stored.event_id}, which the catalog does not list", REBUILD)
        for lost in sorted(self._sites) if whole else ():
            self._findings.damage(f"catalog:sites/{lost}", "missing", "a registry event tells of this site", REBUILD)
        if sound and not self._sites and not follows_rightly(connection):
            self._findings.damage("catalog:followed_agencies/all", "stale", "it is not what the registry says", REBUILD)

    def _check_agencies(self, connection: Connection) -> None:
        stored = {row.agency_id: (row.event_id, AgencyState(row.agency_id, row.into_id, row.name))
                  for row in connection.execute(select(agency_states))}
        for agency in sorted(stored.keys() | self._agencies.keys()):
            if stored.get(agency) != self._agencies.get(agency):
                self._findings.damage(f"catalog:agency_states/{agency}", "stale",
                                      "it is not what the registry's events say", REBUILD)

    def _check_events(self, listed: dict[str, dict[str, Any]]) -> None:
        for event, row in sorted(listed.items()):
            if event not in self._standing:
                if not self._objects.exists(event_key(event)):
                    self._findings.damage(event_key(event), "missing", "the catalog has this change of the registry, "
                                          "the objects have not", RESTORE)
            elif event in self._events and self._events[event] != row:
                self._findings.damage(event_key(event), "altered", "it is not the event the catalog lists", RESTORE)
        for event in sorted(self._standing - set(listed)):
            self._findings.damage(event_key(event), "uncatalogued",
                                  "this change of the registry is kept but not in the catalog", REBUILD)
