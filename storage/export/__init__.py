"""Handing the archive out: one selection, five formats, a small module each; whole or not at all."""

import json
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from gongkai.clock import stamp, utc_now
from gongkai.errors import ConfigurationError
from storage.export.codebook import CellMeaning, Codebook, FormMeaning
from storage.export.datapackage import write_datapackage
from storage.export.destination import destination, refuse_taken
from storage.export.jsonl import write_jsonl
from storage.export.selection import Selection
from storage.export.tree import write_tree
from storage.export.wacz import write_wacz
from storage.export.warc import write_warc
from storage.export.work import Origin, Progress, Work

if TYPE_CHECKING:
    from storage.archive import Archive

__all__ = ["FORMATS", "CellMeaning", "Codebook", "ExportSummary", "FormMeaning", "Format", "Origin", "Selection",
           "Split", "export", "update"]

Format = Literal["datapackage", "jsonl", "warc", "wacz", "tree"]
Split = Literal["none", "site", "year"]
FORMATS: dict[str, Callable[[Work], list[str]]] = {
    "datapackage": write_datapackage, "jsonl": write_jsonl, "warc": write_warc, "wacz": write_wacz, "tree": write_tree}
_ABOUT = "export.json"
_SCHEMA = "gongkai/export/1"


@dataclass(frozen=True)
class ExportSummary:
    """`folder` is None when an update found nothing new. `left_out` names what is damaged and was not handed out."""

    folder: Path | None
    reports: int
    versions: int
    left_out: tuple[str, ...]
    notes: tuple[str, ...]


def export(archive: "Archive", target: Path, kind: Format, selection: Selection, codebook: Codebook, origin: Origin, *,
           running_since: str | None, split: Split = "none", progress: Progress | None = None,
           keep_empty: bool = True) -> ExportSummary:
    """`running_since` is when the oldest crawl still running began: a later update must look from there."""
    if kind not in FORMATS:
        raise ConfigurationError(f"{kind!r} is no export format; expected one of {', '.join(FORMATS)}")
    if selection.since_stamp is not None:  # said before anything is read
        selection = replace(selection, since=selection.since_stamp)
    refuse_taken(target)
    moment = _next_second()
    with destination(target) as folder:
        work = Work(archive, folder, selection, codebook, origin, moment, split, progress or _silent)
        notes = FORMATS[kind](work)
        about = {"schema": _SCHEMA, "format": kind, "split": split, "until": min(moment, running_since or moment),
                 **work.about()}
        (folder / _ABOUT).write_text(json.dumps(about, ensure_ascii=False, indent=1) + "\n", "utf-8")
        if not work.reports and not keep_empty and not work.left_out.problems:
            raise _NothingNew
    return ExportSummary(target, work.reports, work.versions, tuple(work.left_out.problems), tuple(notes))


def update(archive: "Archive", target: Path, kind: Format | None, codebook: Codebook, origin: Origin, *,
           running_since: str | None, progress: Progress | None = None) -> ExportSummary:
    """What is new since the export in `target`, as an export of its own in a folder ``since-…`` of it: same format,
    same selection. Updates follow each other."""
    base = _about(target)
    if kind is not None and kind != base["format"]:
        raise ConfigurationError(f"{target} is a {base['format']} export; an update has the same format")
    steps = [base, *(_about(path) for path in target.glob("since-*") if path.is_dir())]
    since = max(step["until"] for step in steps)
    chosen = Selection(**{**base["selection"], "years": tuple(base["selection"]["years"]), "since": since})
    folder = target / f"since-{since.replace(':', '').replace('-', '')}"
    try:
        return export(archive, folder, base["format"], chosen, codebook, origin, running_since=running_since,
                      split=base["split"], progress=progress, keep_empty=False)
    except _NothingNew:
        return ExportSummary(None, 0, 0, (), ())


class _NothingNew(Exception):
    """Ends an update that found nothing, so that no empty folder stays."""


def _about(folder: Path) -> dict[str, Any]:
    try:
        said: dict[str, Any] = json.loads((folder / _ABOUT).read_text("utf-8"))
        if said["schema"] != _SCHEMA:
            raise ValueError(f"its schema is {said['schema']!r}")
        return said
    except (OSError, ValueError, KeyError, TypeError) as problem:
        raise ConfigurationError(f"{folder} holds no export that can be updated ({_ABOUT}: {problem}); export into a "
                                 "new directory first") from None


def _next_second() -> str:
    """Stamps are whole seconds: what was seen in the second that now ends belongs to this export, all later to the
    next."""
    now = utc_now()
    time.sleep(1.0 - now.microsecond / 1e6)
    return stamp(utc_now())


def _silent(done: int, total: int | None) -> None:
    pass
