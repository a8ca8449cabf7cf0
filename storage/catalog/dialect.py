"""The one place that knows how each database spells an insert that meets an existing row."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Table
from sqlalchemy.dialects import postgresql, sqlite

_INSERTS: dict[str, Any] = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}

Row = Mapping[str, Any]


def insert_missing(connection: Connection, table: Table, rows: Iterable[Row]) -> None:
    """Rows whose key is there already are left as they are: facts do not change."""
    for row in rows:
        connection.execute(_insert(connection, table).values(**row).on_conflict_do_nothing())


def put_row(connection: Connection, table: Table, row: Row) -> None:
    """Insert, or replace what stands under the primary key."""
    keys = [column.name for column in table.primary_key]
    rest: Sequence[str] = [name for name in row if name not in keys]
    statement = _insert(connection, table).values(**row)
    connection.execute(statement.on_conflict_do_update(
        index_elements=keys, set_={name: statement.excluded[name] for name in rest}))


def _insert(connection: Connection, table: Table) -> Any:
    return _INSERTS[connection.dialect.name](table)
