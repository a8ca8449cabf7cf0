"""What the gazetteer says, from the catalog: under which id an agency's reports are filed."""

from sqlalchemy import Connection, select

from storage.catalog.schema import agency_states
from storage.gazetteer import AgencyState, Gazetteer


def gazetteer(connection: Connection) -> Gazetteer:
    return Gazetteer.of(AgencyState(row.agency_id, row.into_id, row.name)
                        for row in connection.execute(select(agency_states)))
