"""``gongkai verify``, ``repair`` and ``rebuild``: is everything as it was kept, and make again what can be."""

import json
import sys
from collections.abc import Callable
from datetime import datetime
from typing import Annotated

import typer
from rich.progress import Progress

from crawler.cli.options import ArchiveOption
from crawler.cli.speech import err, tell
from gongkai.errors import DAMAGE, DONE, StorageError
from gongkai.settings import Settings, load_settings
from storage import Archive


def verify(
    archive: ArchiveOption = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="结果为一个 JSON 对象 · the result as one JSON object")
    ] = False,
    sample: Annotated[
        int | None, typer.Option("--sample", metavar="N", min=1, help="抽查 N 个版本与原件 · so many, drawn by lot")
    ] = None,
    since: Annotated[
        datetime | None,
        typer.Option("--since", metavar="DATE", formats=["%Y-%m-%d"], help="只核对此日以来抓取的 · captured since"),
    ] = None,
) -> None:
    """逐一核对每个对象与每行目录 · check every object and row, naming each damage."""
    with _opened_to_look(load_settings(archive=archive)) as opened, _bar() as progress:
        day = since.date().isoformat() if since else None
        result = opened.verify(_follow(progress), sample=sample, since=day)
    if as_json:
        sys.stdout.write(json.dumps(result.as_json(), ensure_ascii=False) + "\n")
    else:
        for damage in result.damages:
            sys.stdout.write(f"{damage.kind}\t{damage.key}\t{damage.detail}; {damage.advice}\n")
        for left in result.leftovers:
            tell(f"残留（无害）：{left.key} {left.detail}", f"leftover: {left.key} {left.detail}", style="dim")
        counts = "，".join(f"{name} {count}" for name, count in result.counts.items())
        tell(
            f"已核对：{counts}；损坏 {len(result.damages)} 处",
            f"checked: {counts}; {len(result.damages)} damaged",
            style="red" if result.damages else "green",
        )
    raise typer.Exit(DAMAGE if result.damages else DONE)


def _opened_to_look(settings: Settings) -> Archive:
    """As it stands: opening for writing would put things in order before they are told of. Only a catalog of an earlier
    release must be brought forward first."""
    try:
        return Archive.open(settings, create=False, read_only=True)
    except StorageError:
        return Archive.open(settings, create=False)


def repair(
    dry_run: Annotated[bool, typer.Option("--dry-run", help="只说明将做什么 · say what would be done")] = False,
    archive: ArchiveOption = None,
) -> None:
    """仅凭完好的对象补全目录、检索与正文，绝不虚构 · make rows, search entries and texts again from sound objects."""
    settings = load_settings(archive=archive)
    opening = _opened_to_look(settings) if dry_run else Archive.open(settings, create=False)
    with opening as opened, _bar() as progress:
        done, after = opened.repair(apply=not dry_run, progress=_follow(progress))
    for mended in done:
        sys.stdout.write(f"{mended.key}\t{mended.what}\n")
    if dry_run:
        tell(f"可修复 {len(done)} 处（未作改动）", f"{len(done)} can be mended (nothing was changed)", style="dim")
    left = [damage for damage in after.damages if not dry_run or damage.key not in {m.key for m in done}]
    for damage in left:
        tell(f"仍有损坏：{damage.key} {damage.detail}；{damage.advice}",
             f"left: {damage.kind} {damage.key} {damage.detail}; {damage.advice}", style="red")
    if not dry_run:
        tell(f"已修复 {len(done)} 处，尚余 {len(left)} 处", f"{len(done)} mended, {len(left)} left",
             style="red" if left else "green")
    raise typer.Exit(DAMAGE if after.damages else DONE)


def rebuild(archive: ArchiveOption = None) -> None:
    """仅凭对象重建目录 · make the catalog again from the objects alone."""
    with Archive.open(load_settings(archive=archive), create=False) as opened, _bar() as progress:
        counts = opened.rebuild(_follow(progress))
    told = "，".join(f"{name} {count}" for name, count in counts.items())
    tell(f"目录已重建：{told}", f"catalog rebuilt: {told}", style="green")


def _bar() -> Progress:
    return Progress(console=err, transient=True, disable=not err.is_terminal)


def _follow(progress: Progress) -> Callable[[int, int | None], None]:
    """How much is done of how much, where that is known."""
    task = progress.add_task("", total=None)
    return lambda done, total: progress.update(task, completed=done, total=total)
