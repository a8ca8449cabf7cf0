"""``gongkai verify`` and ``gongkai rebuild``: is everything as it was kept, and make the catalog again."""

import json
import sys
from collections.abc import Callable
from dataclasses import asdict
from typing import Annotated

import typer
from rich.progress import Progress, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn

from crawler.cli.options import ArchiveOption
from crawler.cli.speech import err, tell
from gongkai.errors import DAMAGE, DONE
from gongkai.settings import load_settings
from storage import Archive


def verify(
    archive: ArchiveOption = None,
    as_json: Annotated[bool, typer.Option("--json", help="结果为一个 JSON 对象 · the result as one JSON object")] = False,
) -> None:
    """逐一核对每个对象与每行目录 · check every object and row, naming each damage."""
    with Archive.open(load_settings(archive=archive), create=False) as opened, _bar() as progress:
        result = opened.verify(_counter(progress))
    if as_json:
        sys.stdout.write(json.dumps({
            "damages": [asdict(d) for d in result.damages], "leftovers": [asdict(n) for n in result.leftovers],
            "counts": result.counts}, ensure_ascii=False) + "\n")
    else:
        for damage in result.damages:
            sys.stdout.write(f"{damage.kind}\t{damage.key}\t{damage.says}; {damage.advice}\n")
        for note in result.leftovers:
            tell(f"残留（无害）：{note.key} {note.says}", f"leftover (harmless): {note.key} {note.says}", style="dim")
        counts = "，".join(f"{name} {count}" for name, count in result.counts.items())
        tell(f"已核对：{counts}；损坏 {len(result.damages)} 处", f"checked: {counts}; {len(result.damages)} damaged",
             style="red" if result.damages else "green")
    raise typer.Exit(DAMAGE if result.damages else DONE)


def rebuild(archive: ArchiveOption = None) -> None:
    """仅凭对象重建目录 · make the catalog again from the objects alone."""
    with Archive.open(load_settings(archive=archive), create=False) as opened, _bar() as progress:
        counts = opened.rebuild(_counter(progress))
    told = "，".join(f"{name} {count}" for name, count in counts.items())
    tell(f"目录已重建：{told}", f"catalog rebuilt: {told}", style="green")


def _bar() -> Progress:
    return Progress(SpinnerColumn(), TextColumn("{task.description} {task.completed}"), TimeElapsedColumn(), console=err,
                    transient=True, disable=not err.is_terminal)


def _counter(progress: Progress) -> Callable[[str, int], None]:
    """A line for each kind of thing gone through."""
    tasks: dict[str, TaskID] = {}

    def count(what: str, done: int) -> None:
        if what not in tasks:
            tasks[what] = progress.add_task(what, total=None)
        progress.update(tasks[what], completed=done)

    return count
