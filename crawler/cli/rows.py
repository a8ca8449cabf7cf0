"""Rows for programs on stdout: JSON lines, or CSV that a spreadsheet opens without running anything."""

import csv
import json
import sys
from collections.abc import Iterable, Mapping


def write_rows(rows: Iterable[Mapping[str, object]], as_format: str) -> None:
    """The columns of the CSV are those of the first row; several values in one field are joined by semicolons."""
    writer: csv.DictWriter[str] | None = None
    for row in rows:
        if as_format == "jsonl":
            sys.stdout.write(json.dumps(row, ensure_ascii=False) + "\n")
            continue
        if writer is None:
            writer = csv.DictWriter(sys.stdout, fieldnames=list(row))
            writer.writeheader()
        writer.writerow({key: harmless(value) for key, value in row.items()})


def harmless(value: object) -> object:
    """A text a spreadsheet would take for a formula becomes text."""
    if isinstance(value, list):
        value = ";".join(map(str, value))
    return f"'{value}" if isinstance(value, str) and value.startswith(("=", "+", "-", "@")) else value
