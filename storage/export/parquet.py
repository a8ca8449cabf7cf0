"""Tables as Parquet. Imported only where pyarrow (extra ``export``) is installed."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from gongkai.clock import parse_stamp
from storage.export.tables import Column, TableShape

_TYPES = {"string": pa.string(), "integer": pa.int64(), "boolean": pa.bool_(), "date": pa.date32(),
          "datetime": pa.timestamp("s", tz="UTC"), "number": pa.decimal128(30, 6)}
_LARGEST = 10**18


class ParquetTables:
    def open(self, shape: TableShape, path: Path) -> Any:
        return pq.ParquetWriter(path, _schema(shape), compression="zstd")

    def write(self, out: Any, shape: TableShape, rows: Sequence[tuple[Any, ...]]) -> None:
        columns = [pa.array([_value(value, column) for value in values], _TYPES[column.type])
                   for column, values in zip(shape.columns, zip(*rows, strict=True), strict=True)]
        out.write_table(pa.table(columns, schema=_schema(shape)))


def _schema(shape: TableShape) -> Any:
    return pa.schema([pa.field(c.name, _TYPES[c.type], metadata={"title": c.title}) for c in shape.columns])


def _value(value: Any, column: Column) -> Any:
    if value is None or value == "":
        return None
    if column.type == "datetime":
        return parse_stamp(value)
    if column.type == "date":
        return date.fromisoformat(value)
    if column.type == "number":
        return Decimal(value).quantize(Decimal("0.000001")) if abs(value) < _LARGEST else None
    if column.type == "integer":
        return int(value) if abs(value) < 2**63 else None
    return value
