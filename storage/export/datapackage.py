"""A Frictionless Data Package: CSV, and Parquet where pyarrow is installed. Nothing of ours is needed to read it.

CSV is UTF-8 with a byte order mark. Without one, Excel on a Chinese Windows takes UTF-8 for GBK and shows nonsense;
frictionless, DuckDB, pandas and readr take the mark away (Python's csv wants ``encoding="utf-8-sig"``).
"""

import csv
import json
from contextlib import ExitStack
from decimal import Decimal
from pathlib import Path
from typing import Any

from storage.export.destination import digest_of
from storage.export.tables import TableShape, rows_of, shapes
from storage.export.work import Work

# How much of a table is held as rows before it becomes columns.
_ROWS_AT_ONCE = 2_000
_CHARS_AT_ONCE = 500_000  # whole texts are rows too
_VALUES_AT_ONCE = 25_000  # a wide table has some 250 columns
# Said, because readers that guess go wrong where a text fills the first hundred lines.
_DIALECT = {"delimiter": ",", "quoteChar": '"', "doubleQuote": True, "lineTerminator": "\r\n", "header": True}
_MIME = {"csv": "text/csv", "parquet": "application/vnd.apache.parquet"}


def write_datapackage(work: Work) -> list[str]:
    notes = []
    parquet = _parquet_writer()
    if parquet is None:
        notes.append("没有安装 pyarrow，只写了 CSV（pip install 'gongkai[export]' 后另有 Parquet）· pyarrow is not "
                     "installed: CSV only")
    made = shapes(work.codebook)
    with ExitStack() as stack:
        tables = {shape.name: stack.enter_context(Table(shape, work.folder, parquet)) for shape in made}
        agencies: set[str] = set()
        for found in work.chosen():
            captures = {v.entry.number: work.captures(v) for v in found.versions}
            for name, row in rows_of(found, work.codebook, captures):
                if name == "agencies":
                    if row[0] in agencies:
                        continue
                    agencies.add(row[0])
                tables[name].write(row)
    package = _description(work, made, [(name, table.rows) for name, table in tables.items()], parquet is not None)
    (work.folder / "datapackage.json").write_text(json.dumps(package, ensure_ascii=False, indent=1) + "\n", "utf-8")
    return notes


class Table:
    """One table in both forms, never more than so many rows in memory."""

    def __init__(self, shape: TableShape, folder: Path, parquet: Any) -> None:
        self.rows = 0
        self._group, self._chars = list[tuple[Any, ...]](), 0
        for kind in ("csv", "parquet") if parquet else ("csv",):
            (folder / kind).mkdir(exist_ok=True)
        self._file = (folder / "csv" / f"{shape.name}.csv").open("w", encoding="utf-8-sig", newline="")
        self._csv = csv.writer(self._file)
        self._csv.writerow([column.name for column in shape.columns])
        self._out: Any = parquet.open(shape, folder / "parquet" / f"{shape.name}.parquet") if parquet else None

    def __enter__(self) -> "Table":
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()
        if self._out is not None:
            self._flush()
            self._out.close()

    def write(self, row: tuple[Any, ...]) -> None:
        self.rows += 1
        self._csv.writerow([_text(value) for value in row])
        if self._out is not None:
            self._group.append(row)
            self._chars += sum(len(value) for value in row if isinstance(value, str))
            if (len(self._group) >= _ROWS_AT_ONCE or self._chars >= _CHARS_AT_ONCE
                    or len(self._group) * len(row) >= _VALUES_AT_ONCE):
                self._flush()

    def _flush(self) -> None:
        if self._group:
            self._out.write(self._group)
        self._group, self._chars = [], 0


def _text(value: Any) -> Any:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):  # a NUL ends a cell for some readers
        return value.replace("\0", "")
    if isinstance(value, Decimal):
        return format(value, "f")
    return "" if value is None else value


def _parquet_writer() -> Any:
    try:
        from storage.export.parquet import ParquetTables
    except ImportError:
        return None
    return ParquetTables()


def _description(work: Work, made: tuple[TableShape, ...], rows: list[tuple[str, int]], parquet: bool,
                 ) -> dict[str, Any]:
    counts = dict(rows)
    resources = []
    for kind in ("csv", "parquet") if parquet else ("csv",):
        for shape in made:
            path = f"{kind}/{shape.name}.{kind}"
            digest, size = digest_of(work.folder / path)
            about: dict[str, Any] = {
                "name": shape.name if kind == "csv" else f"{shape.name}-parquet", "title": shape.title, "path": path,
                "format": kind, "mediatype": _MIME[kind], "bytes": size, "hash": f"sha256:{digest}"}
            if kind == "csv":
                about |= {"type": "table", "profile": "tabular-data-resource", "encoding": "utf-8", "dialect": _DIALECT,
                          "schema": shape.schema(), "rowcount": counts[shape.name]}
            else:
                about |= {"type": "file", "description": f"the rows of {shape.name}"}
            resources.append(about)
    return {
        "name": "gongkai-annual-reports", "title": "政府信息公开工作年度报告",
        "description": "Annual reports of Chinese administrative organs on the disclosure of government information: "
                       "texts, statutory cells, checks and provenance. Roll-ups (scope) must not be added to the "
                       "reports of the agencies they sum up.",
        "version": work.moment, "created": work.moment, "homepage": work.origin.contact,
        "keywords": ["政府信息公开", "open government", "China"],
        "licenses": [{"name": "CC0-1.0", "title": "the compilation; the reports are official documents, outside "
                      "copyright under article 5 of China's Copyright Law",
                      "path": "https://creativecommons.org/publicdomain/zero/1.0/"}],
        "sources": [{"title": "the agencies' own web sites; column url of table captures has each address"}],
        "contributors": [{"title": work.origin.contact, "role": "publisher"}],
        "gongkai": work.about(), "resources": resources}
