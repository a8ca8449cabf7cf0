"""The published shape of the objects and of exported lines, as JSON Schema files; `made` writes them from the types."""

import json
from functools import cache
from importlib import resources
from typing import Any

from pydantic import TypeAdapter

from gongkai.report import Reading
from storage.manifest import SCHEMA as MANIFEST_NAME
from storage.manifest import Manifest
from storage.rereading import SCHEMA as READING_NAME
from storage.rereading import Rereading
from storage.schemas.export_line import NAME as LINE_NAME
from storage.schemas.export_line import line_model

DOCUMENT_NAME = "gongkai/document/1"
FILES = {MANIFEST_NAME: "manifest-1.json", DOCUMENT_NAME: "document-1.json", READING_NAME: "reading-1.json",
         LINE_NAME: "export-report-1.json"}
"""A file's ``schema`` field and the file that describes it. What is published stays: a change that would refuse a file
written before takes the next number."""

_DIALECT = "https://json-schema.org/draft/2020-12/schema"


def made() -> dict[str, str]:
    """Each file and its text, from the types that write the objects."""
    return {FILES[MANIFEST_NAME]: _spelt(MANIFEST_NAME, "A version of a document: where it came from, what it is, and "
                                         "the digests that prove it.", TypeAdapter(Manifest).json_schema()),
            FILES[DOCUMENT_NAME]: _spelt(DOCUMENT_NAME, "Everything read from a version: blocks, tables as grids, "
                                         "sections, statutory cells, checks, evidence.",
                                         TypeAdapter(Reading).json_schema()),
            FILES[READING_NAME]: _spelt(READING_NAME, "A later reading of a version: what a newer pipeline makes of "
                                        "the same bytes.", TypeAdapter(Rereading).json_schema()),
            FILES[LINE_NAME]: _spelt(LINE_NAME, "A line of reports.jsonl: one report with every version of it in full.",
                                     line_model().model_json_schema())}


def problem(fields: Any) -> str | None:
    """The first way in which a file is not what the schema it names allows; None for one that is."""
    name = fields.get("schema") if isinstance(fields, dict) else None
    if name not in FILES:
        return f"it names no schema this program knows ({name!r})"
    found = next(_validator(name).iter_errors(fields), None)
    return None if found is None else f"{'/'.join(map(str, found.absolute_path)) or 'it'}: {found.message[:200]}"


def load_schema(name: str) -> dict[str, Any]:
    text = resources.files(__name__).joinpath(FILES[name]).read_text(encoding="utf-8")
    found: dict[str, Any] = json.loads(text)
    return found


@cache
def _validator(name: str) -> Any:
    from jsonschema import Draft202012Validator  # 0.1 s to import, and only verify asks

    return Draft202012Validator(load_schema(name))


def _spelt(name: str, says: str, schema: dict[str, Any]) -> str:
    properties = {**schema["properties"], "schema": {"const": name}}
    required = sorted({*schema.get("required", ()), "schema"})
    whole = {**schema, "$schema": _DIALECT, "$id": f"urn:{name.replace('/', ':')}", "title": name,
             "description": says, "properties": properties, "required": required}
    return json.dumps(whole, ensure_ascii=False, indent=1, sort_keys=True) + "\n"
