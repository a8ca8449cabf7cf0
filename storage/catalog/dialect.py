"""The one place that knows how each database spells an insert that meets an existing row."""

from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection, Table
from sqlalchemy.dialects import postgresql, sqlite

_INSERTS: dict[str, Any] = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}

Row = Mapping[str, Any]


def insert_missing(connection: Connection, table: Table, rows: Iterable[Row]) -> None:
    """Rows whose key is there already are left as they are: facts do not change."""
    new = [dict(row) for row in rows]
    if new:
        connection.execute(_inserting(connection.dialect.name, table), new)


def put_row(connection: Connection, table: Table, row: Row) -> None:
    """Insert, or replace what stands under the primary key. `row` has every column."""
    put_rows(connection, table, [row])


def put_rows(connection: Connection, table: Table, rows: Iterable[Row]) -> None:
    """The same for many; no two under one key."""
    new = [dict(row) for row in rows]
    if new:
        connection.execute(_putting(connection.dialect.name, table), new)


@lru_cache(maxsize=64)
def _inserting(dialect: str, table: Table) -> Any:
    return _INSERTS[dialect](table).on_conflict_do_nothing()


@lru_cache(maxsize=64)
def _putting(dialect: str, table: Table) -> Any:
    """Built once: naming the columns anew took as long as the database took to write them."""
    keys = [column.name for column in table.primary_key]
    statement = _INSERTS[dialect](table)
    return statement.on_conflict_do_update(index_elements=keys, set_={
        column.name: statement.excluded[column.name] for column in table.c if column.name not in keys})
