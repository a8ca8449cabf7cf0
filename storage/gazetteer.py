"""Which ids are one agency and what it is called: what people found out, over what every reading says by itself.

Kept as events of the registry. Each row is the whole row of one id as it stands afterwards, so that the newest event
that names an id decides. Readings and manifests keep the ids they gave; the catalog files by these.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from storage.catalog.rows import VersionRow
from storage.identity import report_id


@dataclass(frozen=True)
class AgencyState:
    """`into` is the id this one is the same body as, `name` what it is called; empty where nothing is said."""

    agency_id: str
    into: str = ""
    name: str = ""


@dataclass(frozen=True)
class Gazetteer:
    """What is said of ids; of most nothing is."""

    states: Mapping[str, AgencyState]

    @classmethod
    def of(cls, states: Iterable[AgencyState]) -> "Gazetteer":
        return cls({state.agency_id: state for state in states})

    def standing(self, agency: str) -> str:
        """The id an id is filed under. Two machines may have merged in a ring: the smallest id of it stands."""
        met = [agency]
        while (state := self.states.get(met[-1])) and state.into:
            if state.into in met:
                return min(met[met.index(state.into):])
            met.append(state.into)
        return met[-1]

    def filed(self, row: VersionRow) -> VersionRow:
        """The row as the catalog has it."""
        if not row.agency_id or not self.states:
            return row
        agency = self.standing(row.agency_id)
        state = self.states.get(agency)
        name = state.name if state and state.name else row.agency
        if (agency, name) == (row.agency_id, row.agency):
            return row
        report = report_id(agency, row.report_year or None, row.document_id)
        return replace(row, agency_id=agency, agency=name, report_id=report)


NOTHING_SAID = Gazetteer({})
