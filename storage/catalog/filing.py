"""What the gazetteer says, from the catalog: under which id an agency's reports are filed."""

from sqlalchemy import Connection, select

from storage.catalog.schema import agency_states
from storage.gazetteer import AgencyState, Gazetteer

_SAID = select(agency_states)


def gazetteer(connection: Connection) -> Gazetteer:
    return Gazetteer.of(AgencyState(row.agency_id, row.into_id, row.name)
                        for row in connection.execute(_SAID))
