"""Reports by region, year and state, kept up to date with each report: the whole country is asked for at once, and
counting three million rows anew took seconds."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, delete, func, insert, select, update

from storage.catalog.schema import coverage_counts, reports

KEY = ("region_code", "report_year", "coverage")
_COLUMNS = [reports.c[name] for name in KEY]


def count(connection: Connection, before: Mapping[str, Any] | None, after: Mapping[str, Any] | None) -> None:
    """A report's row was this and is now that; None where there was or is none."""
    was, now = (tuple(row[name] for name in KEY) if row is not None else None for row in (before, after))
    if was == now:
        return
    for key, change in ((was, -1), (now, 1)):
        if key is None:
            continue
        named = [coverage_counts.c[name] == value for name, value in zip(KEY, key, strict=True)]
        changed = connection.execute(update(coverage_counts).where(*named).values(
            reports=coverage_counts.c.reports + change))
        if changed.rowcount == 0:
            connection.execute(insert(coverage_counts), {**dict(zip(KEY, key, strict=True)), "reports": change})


def count_anew(connection: Connection) -> None:
    connection.execute(delete(coverage_counts))
    connection.execute(insert(coverage_counts).from_select(
        [*KEY, "reports"], select(*_COLUMNS, func.count()).group_by(*_COLUMNS)))


def are_right(connection: Connection) -> bool:
    counted = {tuple(row[:3]): row[3] for row in connection.execute(
        select(*_COLUMNS, func.count()).group_by(*_COLUMNS))}
    kept = {tuple(row[:3]): row[3] for row in connection.execute(
        select(*(coverage_counts.c[name] for name in KEY), coverage_counts.c.reports)) if row[3]}
    return counted == kept
