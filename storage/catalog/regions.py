"""Conditions on administrative division codes, as ranges: an index answers those, and not a LIKE in SQLite."""

from typing import Any

from sqlalchemy import ColumnElement, and_

_PAIRS = 2


def region_prefix(code: str) -> str:
    """350000 means all of Fujian: pairs of zeros at the end name a whole."""
    while len(code) in (4, 6) and code.endswith("00"):
        code = code[:-_PAIRS]
    return code


def region_range(column: Any, code: str) -> ColumnElement[bool]:
    """`column` must be compared byte by byte."""
    prefix = region_prefix(code)
    return and_(column >= prefix, column < prefix + "\x7f")
