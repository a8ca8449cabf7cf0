"""``gongkai show``, ``history`` and ``diff``: one report, its versions, what changed; and tables of several."""

import json
import sys
from collections.abc import Iterable
from typing import Annotated, Any, Literal

import typer
from rich.text import Text

from crawler.cli.options import ArchiveOption
from crawler.cli.speech import out, table, tell, words
from crawler.cli.speech import show as show_table
from gongkai.chinese import printable
from gongkai.settings import load_settings
from storage import Absence, Archive, ReportRecord, StoredVersion, VersionEntry

ID_CHARACTERS = 10
"""As many characters of an identifier as tables print; commands take any unambiguous prefix."""

IdArgument = Annotated[str, typer.Argument(metavar="ID", help="报告编号或其前几位 · a report's id or its beginning")]
ROLES = {
    "canonical": ("正本", "canonical"),
    "copy": ("副本", "copy"),
    "rendition": ("其他格式", "rendition"),
    "revision": ("修订", "revision"),
}

WHY = {
    "same text": ("文字相同", "same text"),
    "same figures": ("数字相同", "same figures"),
    "same words and figures": ("数字与文字相同", "same words and figures"),
    "not read": ("尚未读取", "not read"),
    "other figures": ("数字不同", "other figures"),
    "other words": ("文字不同", "other words"),
}
STEPS = {
    "first": ("首次发布", "first published"),
    "reissue": ("同址更新", "re-issued"),
    "correction": ("另页更正", "corrected beside it"),
    "move": ("迁址", "moved"),
    "copy": ("转载", "copied"),
    "rendition": ("其他格式", "other format"),
}


def show(
    report_id: IdArgument,
    version: Annotated[
        int | None, typer.Option("--version", metavar="N", help="第几版，默认最新 · default the latest")
    ] = None,
    as_format: Annotated[
        Literal["text", "json", "raw"], typer.Option("--format", help="输出格式 · output format")
    ] = "text",
    archive: ArchiveOption = None,
) -> None:
    """一份报告的正文、数据或原件 · one report's text, data or original bytes."""
    with open_index(archive) as opened:
        stored = opened.version(report_id, version)
        if as_format == "raw":
            sys.stdout.buffer.write(stored.raw)
        elif as_format == "json":
            sys.stdout.write(json.dumps(_as_json(stored), ensure_ascii=False, indent=1) + "\n")
        else:
            sys.stdout.write(printable(stored.text).rstrip("\n") + "\n")


def history(
    report_id: IdArgument,
    as_json: Annotated[bool, typer.Option("--json", help="每版一个 JSON 对象 · one JSON object a version")] = False,
    archive: ArchiveOption = None,
) -> None:
    """一份报告的各版及其改动 · its versions and what each changed."""
    with open_index(archive) as opened:
        detail = opened.report(report_id)
    if as_json:
        for entry in detail.history:
            sys.stdout.write(json.dumps(entry.as_json(), ensure_ascii=False) + "\n")
        return
    made = table(
        ("版", "version"),
        ("事由", "step"),
        ("性质", "role"),
        ("首次见到", "first seen"),
        ("最近见到", "last seen"),
        ("格式", "format"),
        ("抓取", "captures"),
        ("改动", "changes"),
        ("网址", "address"),
        title=f"{detail.record.title or ''} ({detail.record.report_id})",
    )
    for entry in detail.history:
        made.add_row(
            str(entry.number),
            words(*STEPS[entry.step]) + "".join(f"\n{_absence(one)}" for one in entry.absences),
            words(*ROLES[entry.role]) + _why(entry),
            entry.first_seen,
            entry.last_seen,
            entry.doc_format,
            str(entry.captures),
            _changes(entry),
            entry.url,
        )
    show_table(made)


def diff(
    report_id: IdArgument,
    older: Annotated[int | None, typer.Argument(metavar="[A", help="较早的版 · the earlier version")] = None,
    newer: Annotated[int | None, typer.Argument(metavar="B]", help="较晚的版 · the later version")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="结果为一个 JSON 对象 · one JSON object")] = False,
    archive: ArchiveOption = None,
) -> None:
    """两版之间的差别：逐格与逐行 · what changed between two versions, cells and text."""
    from crawler.reports.captions import caption  # loads the forms, which a listing does not need

    with open_index(archive) as opened:
        detail = opened.report(report_id)
        changes = opened.changes(report_id, older, newer)
    b = newer if newer is not None else detail.latest.number
    a = older if older is not None else detail.history[b - 1].before
    form = next((entry.form_id for entry in detail.history if entry.number == b), None)
    captions = [caption(cell.table, cell.row, cell.column, form) for cell in changes.cells]
    if as_json:
        cells = [{**vars(cell), "caption": said} for cell, said in zip(changes.cells, captions, strict=True)]
        told = {"report_id": detail.record.report_id, "a": a, "b": b, "cells": cells,
                "text_diff": list(changes.text_diff)}
        sys.stdout.write(json.dumps(told, ensure_ascii=False) + "\n")
        return
    for cell, said in zip(changes.cells, captions, strict=True):
        sys.stdout.write(printable(f"{cell}" + (f"　{said}" if said else "")) + "\n")
    for line in changes.text_diff:
        sys.stdout.write(printable(line).rstrip("\n") + "\n")
    if not changes.cells and not changes.text_diff:
        tell(f"第 {a} 版与第 {b} 版相同", f"versions {a} and {b} are the same", style="dim")


def print_table(records: Iterable[ReportRecord]) -> None:
    """Reports for a person's eye, on stdout."""
    made = table(
        ("年度", "year"),
        ("机关", "agency"),
        ("标题", "title"),
        ("格式", "form"),
        ("发布", "published"),
        ("版本", "versions"),
        ("勾稽", "checks"),
        ("编号", "id"),
    )
    for r in records:
        made.add_row(
            str(r.report_year or "?"),
            r.agency or "",
            (r.title or "") + _pending_mark(r),
            r.form_id or "",
            r.published or "",
            str(r.versions),
            _checks(r.checks),
            r.report_id[:ID_CHARACTERS],
        )
    show_table(made)


def _pending_mark(record: ReportRecord) -> str:
    return " " + words("［附件待读］", "[file pending]") if record.pending else ""


def _checks(checks: dict[str, int]) -> Text:
    fails = checks.get("fail", 0)
    if not sum(checks.values()):
        return Text("—")
    return Text(f"✗ {fails}", "red") if fails else Text(f"✓ {checks.get('pass', 0)}", "green")


def _why(entry: VersionEntry) -> str:
    """What makes it a copy, rendition or revision, and of which state."""
    if entry.why is None:
        return ""
    shared = "" if entry.shared is None else f" {entry.shared:.0%}"
    return "\n" + words(*WHY[entry.why]) + shared + words(f"（第 {entry.like} 版）", f" (as version {entry.like})")


def _absence(absence: Absence) -> str:
    """Since when a page is gone, and whether it came back."""
    since, until = absence.since[:10], (absence.until or "")[:10]
    if absence.until is None:
        looks = absence.failures
        return words(f"{since} 起网页消失（{looks} 次未见）", f"gone since {since} ({looks} looks)")
    return words(f"{since} 消失，{until} 恢复", f"gone {since}, back {until}")


def _changes(entry: VersionEntry) -> str:
    before, text_changed, cells = entry.before, entry.text_changed, entry.changed_cells
    if before is None:
        return ""
    told = list(cells[:6]) + ([f"… {len(cells) - 6}"] if len(cells) > 6 else [])
    if text_changed and not cells:
        told = [words("文字有改动", "text changed")]
    return "\n".join([words(f"较第 {before} 版：", f"against version {before}:"), *(told or [words("无", "nothing")])])


def _as_json(stored: StoredVersion) -> dict[str, Any]:
    from crawler.reports.record import extract_record  # loads the recogniser, which a listing does not need

    manifest = stored.manifest
    record = extract_record(stored.main.filename, stored.reading)
    return {
        "report_id": manifest.report.report_id,
        "version": stored.entry.as_json(),
        "url": manifest.url,
        "captures": [{**vars(c), "headers": [list(h) for h in c.headers]} for c in manifest.captures],
        "filed_under": manifest.report.filed_under,
        **record,
    }


def open_index(archive: str | None) -> Archive:
    out.soft_wrap = True
    return Archive.open(load_settings(archive=archive), create=False, read_only=True)
