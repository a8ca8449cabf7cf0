"""Conditions on administrative division codes, as ranges: an index answers those, and not a LIKE in SQLite."""

from typing import Any

from sqlalchemy import ColumnElement, and_

from gongkai.site import region_prefix


def region_range(column: Any, code: str) -> ColumnElement[bool]:
    """`column` must be compared byte by byte."""
    prefix = region_prefix(code)
    return and_(column >= prefix, column < prefix + "\x7f")
