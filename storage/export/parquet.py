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
_GROUP_BYTES = 12 << 20


class ParquetTables:
    def open(self, shape: TableShape, path: Path) -> "ParquetTable":
        return ParquetTable(shape, path)


class ParquetTable:
    """Rows are held as columns until they fill a group: what a file says of each group and column, 0.85 KiB, stays in
    memory until it is closed, and groups of 20,000 cells would have come to 300 MiB of that for three million
    reports."""

    def __init__(self, shape: TableShape, path: Path) -> None:
        self._shape, self._schema = shape, _schema(shape)
        self._out = pq.ParquetWriter(path, self._schema, compression="zstd")
        self._held, self._bytes = list[Any](), 0

    def write(self, rows: Sequence[tuple[Any, ...]]) -> None:
        columns = [pa.array([_value(value, column) for value in values], _TYPES[column.type])
                   for column, values in zip(self._shape.columns, zip(*rows, strict=True), strict=True)]
        table = pa.table(columns, schema=self._schema)
        self._held.append(table)
        self._bytes += table.nbytes
        if self._bytes >= _GROUP_BYTES:
            self._flush()

    def close(self) -> None:
        self._flush()
        self._out.close()

    def _flush(self) -> None:
        if self._held:
            self._out.write_table(pa.concat_tables(self._held))
        self._held, self._bytes = [], 0


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
