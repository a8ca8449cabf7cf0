"""``gongkai export``: hand the archive out, whole or in part."""

import json
import re
import sys
from pathlib import Path
from typing import Annotated, Literal

import typer
from rich.progress import Progress

from crawler.cli.options import ArchiveOption
from crawler.cli.speech import err, tell
from crawler.reports.codebook import codebook
from gongkai.errors import DAMAGE, DONE, ConfigurationError
from gongkai.settings import load_settings
from storage import Archive, ExportSummary, Selection

FormatName = Literal["datapackage", "jsonl", "warc", "wacz", "tree"]
_MOST_YEARS = 200


def export(
    target: Annotated[Path, typer.Argument(metavar="DIR", help="写到这个新目录 · a directory that does not exist yet")],
    as_format: Annotated[
        FormatName | None,
        typer.Option("--format", help="格式；更新时沿用原格式 · the format; an update keeps that of the export"),
    ] = None,
    agency: Annotated[
        str | None, typer.Option("--agency", metavar="NAME", help="机关编号或名称中的文字 · id or words of its name")
    ] = None,
    region: Annotated[
        str | None, typer.Option("--region", metavar="CODE", help="区划代码或其前几位 · code or prefix")
    ] = None,
    years: Annotated[
        str | None, typer.Option("--year", metavar="YEARS", help="报告年度：2020，或 2008-2018,2021 · report years")
    ] = None,
    form: Annotated[str | None, typer.Option("--form", metavar="ID", help="格式编号 · a form, as cn-gov-2021")] = None,
    agency_type: Annotated[
        Literal["government", "department", "township"] | None,
        typer.Option("--type", help="机关类别：政府、部门、乡镇街道 · kind of body"),
    ] = None,
    failed: Annotated[
        bool | None, typer.Option("--failed/--passed", help="勾稽有不符的或全部相符的 · whether a check fails")
    ] = None,
    query: Annotated[
        str | None, typer.Option("--query", metavar="TEXT", help="标题与正文中的文字 · words in title or text")
    ] = None,
    since: Annotated[
        str | None,
        typer.Option("--since", metavar="DATE", help="只要此后首见或改动的 · first seen or changed since"),
    ] = None,
    split: Annotated[
        Literal["none", "site", "year"], typer.Option("--split", help="WARC、WACZ 的分法 · how to part WARC and WACZ")
    ] = "none",
    update: Annotated[
        bool, typer.Option("--update", help="把上次导出之后的新内容放到它旁边 · put what is new since beside an export")
    ] = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="结果为一个 JSON 对象 · the result as one JSON object")
    ] = False,
    archive: ArchiveOption = None,
) -> None:
    """整体或部分带走存档 · take the archive away: data package, JSON lines, WARC, WACZ or folders."""
    selection = Selection(agency, region, _years(years), form, query, since, agency_type, failed)
    if update and selection != Selection():
        raise ConfigurationError("--update keeps the filters of the export it goes on from; leave them out")
    if not update and as_format is None:
        raise ConfigurationError("--format is missing; expected datapackage, jsonl, warc, wacz or tree")
    with (
        Archive.open(load_settings(archive=archive), create=False, read_only=True) as opened,
        Progress(console=err, transient=True, disable=not err.is_terminal) as bar,
    ):
        task = bar.add_task("", total=None if selection != Selection() or update else opened.stats().reports)

        def follow(done: int, _: int | None) -> None:
            bar.update(task, completed=done)

        if update:
            made = opened.update_export(target, as_format, codebook=codebook(), progress=follow)
        else:
            assert as_format is not None
            made = opened.export(target, as_format, selection, codebook=codebook(), split=split, progress=follow)
    _report(made, as_json=as_json)
    raise typer.Exit(DAMAGE if made.left_out else DONE)


def _report(made: ExportSummary, *, as_json: bool) -> None:
    for note in made.notes:
        tell(note, note, style="yellow")
    for problem in made.left_out:
        tell(f"未导出（已损坏）：{problem}", f"left out (damaged): {problem}", style="red")
    if as_json:
        said = {"folder": str(made.folder) if made.folder else None, "reports": made.reports,
                "versions": made.versions, "left_out": list(made.left_out)}
        sys.stdout.write(json.dumps(said, ensure_ascii=False) + "\n")
    elif made.folder is None:
        tell("没有新内容", "nothing is new", style="dim")
    else:
        tell(f"已导出 {made.reports} 份报告、{made.versions} 个版本到 {made.folder}",
             f"exported {made.reports} reports, {made.versions} versions to {made.folder}", style="green")


def _years(text: str | None) -> tuple[int, ...]:
    if text is None:
        return ()
    found: set[int] = set()
    for piece in text.split(","):
        match = re.fullmatch(r"\s*(\d{4})(?:\s*-\s*(\d{4}))?\s*", piece)
        if match is None or not 0 <= int(match[2] or match[1]) - int(match[1]) <= _MOST_YEARS:
            raise ConfigurationError(f"--year {text!r}: expected years like 2020 or 2008-2018,2021")
        found.update(range(int(match[1]), int(match[2] or match[1]) + 1))
    return tuple(sorted(found))
