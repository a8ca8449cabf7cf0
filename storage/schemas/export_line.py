"""The shape of a line of the JSONL export: the index's record with the history, each version in full."""

from dataclasses import fields
from typing import Any, get_type_hints

from pydantic import BaseModel, ConfigDict, create_model

from gongkai.report import Check, Evidence, Section
from gongkai.site import AgencySite
from storage.manifest import CaptureEntry, Digests, PendingFile, Unfetched
from storage.records import ReportRecord, VersionEntry

NAME = "gongkai/export-report/1"
_STRICT = ConfigDict(extra="forbid")


class Cell(BaseModel):
    """A statutory cell: money is a decimal string in 元, `raw` what is printed, `flagged` what is in doubt."""

    model_config = _STRICT
    value: int | str | None
    raw: str
    semantic: str
    unit: str | None
    flagged: bool


class Provenance(BaseModel):
    """Every fetch of the version, the digest of the file it was read from, and what could not be fetched or read."""

    model_config = _STRICT
    captures: list[CaptureEntry]
    main_sha256: str
    unfetched: list[Unfetched]
    pending: list[PendingFile]
    site: AgencySite
    digests: Digests
    pipeline_version: int
    program_version: str
    manifest_sha256: str


def line_model() -> type[BaseModel]:
    version = create_model(
        "Version", __config__=_STRICT, __doc__="One state of the report, in order of time.", **_required(VersionEntry),
        title=(str | None, ...), agency_printed=(str | None, ...), text=(str, ...), sections=(list[Section], ...),
        tables=(dict[str, dict[str, dict[str, Cell]]], ...), checks=(list[Check], ...),
        evidence=(list[Evidence], ...), provenance=(Provenance, ...))
    return create_model("Line", __config__=_STRICT, **_required(ReportRecord, "shown"), latest_version=(int, ...),
                        history=(list[version], ...))  # type: ignore[valid-type]


def _required(kind: type, *without: str) -> dict[str, Any]:
    """Every field of a dataclass, none of which a line leaves out."""
    hints = get_type_hints(kind)
    return {one.name: (hints[one.name], ...) for one in fields(kind) if one.name not in without}
