"""The two derived files of a version: document.json (everything read) and text.md (for reading)."""

import json
import re

import orjson
from pydantic import TypeAdapter, ValidationError

from gongkai.document import Document, Table
from gongkai.errors import DamageError
from gongkai.report import Reading
from storage.cells import cells_of, packed
from storage.objects.port import ObjectMissingError, ObjectStore

SCHEMA = "gongkai/document/1"
_READING = TypeAdapter(Reading)
_LONE_SURROGATE = re.compile("[\ud800-\udfff]")


def document_json(reading: Reading) -> tuple[Reading, bytes]:
    """The reading as it is kept, and the file: blocks, grids, sections, cells with the raw text beside each figure,
    checks, evidence. Nothing of the moment of reading is in it: the same bytes read by the same pipeline give the same
    file. Broken PDFs give halves of surrogate pairs, which no encoding takes: they become the replacement character."""
    fields = {"schema": SCHEMA, **_READING.dump_python(reading, mode="json")}
    try:
        # The standard encoder gives the same bytes in seven times the time, a twelfth of what keeping a report takes.
        return reading, orjson.dumps(fields, option=orjson.OPT_SORT_KEYS | orjson.OPT_APPEND_NEWLINE)
    except orjson.JSONEncodeError:
        text = json.dumps(fields, ensure_ascii=False)
        return document_json(load_reading(_LONE_SURROGATE.sub("\ufffd", text).encode()))


def load_reading(data: bytes) -> Reading:
    try:
        return _READING.validate_json(data)
    except ValidationError as problem:
        raise DamageError(f"not a readable document.json ({str(problem).splitlines()[0]})") from None


def packed_cells(objects: ObjectStore, key: str) -> bytes | None:
    """The cells in the document.json under `key`, as the catalog keeps them; None where it cannot be read, which verify
    names."""
    try:
        return packed(cells_of(load_reading(objects.get(key)).report))
    except (DamageError, ObjectMissingError):
        return None


def reading_text(document: Document) -> str:
    """Markdown of the blocks in order; the plain text where there are none."""
    if not document.blocks:
        return document.text.strip() + "\n"
    pieces = []
    for block in document.blocks:
        if block.table is not None:
            pieces.append(_table(block.table))
        elif block.kind == "heading":
            pieces.append(f"## {' '.join(block.text.split())}")
        else:
            pieces.append(block.text.strip())
    return "\n\n".join(piece for piece in pieces if piece) + "\n"


def _table(table: Table) -> str:
    grid = [[""] * table.cols for _ in range(table.rows)]
    for cell in table.cells:
        grid[cell.row][cell.col] = " ".join(cell.text.split()).replace("|", "\\|")
    if not grid:
        return ""
    lines = [f"| {' | '.join(row)} |" for row in grid]
    return "\n".join([lines[0], "|" + " --- |" * table.cols, *lines[1:]])
