"""``gongkai verify`` and ``gongkai rebuild``: is everything as it was kept, and make the catalog again."""

import json
import sys
from collections.abc import Callable
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
) -> None:
    """逐一核对每个对象与每行目录 · check every object and row, naming each damage."""
    with _opened_for_verifying(load_settings(archive=archive)) as opened, _bar() as progress:
        result = opened.verify(_follow(progress))
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


def _opened_for_verifying(settings: Settings) -> Archive:
    """For writing, which puts in order what dead processes left; a read-only copy is verified as it stands."""
    try:
        return Archive.open(settings, create=False)
    except StorageError:
        return Archive.open(settings, create=False, read_only=True)


def rebuild(archive: ArchiveOption = None) -> None:
    """仅凭对象重建目录 · make the catalog again from the objects alone."""
    with Archive.open(load_settings(archive=archive), create=False) as opened, _bar() as progress:
        counts = opened.rebuild(_follow(progress))
    told = "，".join(f"{name} {count}" for name, count in counts.items())
    tell(f"目录已重建：{told}", f"catalog rebuilt: {told}", style="green")


def _bar() -> Progress:
    return Progress(console=err, transient=True, disable=not err.is_terminal)


def _follow(progress: Progress) -> Callable[[int, int | None], None]:
    task = progress.add_task("", total=None)
    return lambda done, total: progress.update(task, completed=done, total=total)
