"""Tables as Parquet. Imported only where pyarrow (extra ``export``) is installed."""

from collections.abc import Callable, Sequence
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
_HELD_BYTES = 32 << 20


class ParquetTables:
    """Rows are held as columns until they make a group worth writing: what a file says of each group and column, 0.85
    KiB, stays in memory until it is closed, and groups of 20,000 cells would have come to 300 MiB of that for three
    million reports. All tables share what may be held, and the one that holds most is written: with as much for each,
    the small ones went on growing until 100,000 reports."""

    def __init__(self) -> None:
        self._tables = list[ParquetTable]()

    def open(self, shape: TableShape, path: Path) -> "ParquetTable":
        self._tables.append(ParquetTable(shape, path, self._keep_in_bounds))
        return self._tables[-1]

    def _keep_in_bounds(self) -> None:
        if sum(table.held_bytes for table in self._tables) >= _HELD_BYTES:
            max(self._tables, key=lambda table: table.held_bytes).flush()


class ParquetTable:
    def __init__(self, shape: TableShape, path: Path, grown: Callable[[], None]) -> None:
        self._shape, self._schema = shape, _schema(shape)
        self._out = pq.ParquetWriter(path, self._schema, compression="zstd")
        self._held, self.held_bytes, self._grown = list[Any](), 0, grown

    def write(self, rows: Sequence[tuple[Any, ...]]) -> None:
        columns = [pa.array([_value(value, column) for value in values], _TYPES[column.type])
                   for column, values in zip(self._shape.columns, zip(*rows, strict=True), strict=True)]
        table = pa.table(columns, schema=self._schema)
        self._held.append(table)
        self.held_bytes += table.nbytes
        self._grown()

    def close(self) -> None:
        self.flush()
        self._out.close()

    def flush(self) -> None:
        if self._held:
            self._out.write_table(pa.concat_tables(self._held))
        self._held, self.held_bytes = [], 0


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
