"""``gongkai copy``: every object to another place: a backup, a restore, or the step from a directory to S3."""

import sys
from typing import Annotated

import typer
from rich.progress import Progress

from crawler.cli.options import ArchiveOption
from crawler.cli.speech import err, tell
from crawler.jobs.memory import hand_over
from gongkai.chinese import printable
from gongkai.errors import DAMAGE, DONE, ConfigurationError, StorageError
from gongkai.settings import Settings, load_settings
from storage import Archive


def copy(
    to: Annotated[
        str, typer.Option("--to", metavar="PLACE", help="目的地：目录或 s3://bucket/prefix · where to")
    ],
    check: Annotated[
        bool,
        typer.Option("--check", help="已在目的地的也逐字节核对 · compare what is there already byte by byte, too"),
    ] = False,
    archive: ArchiveOption = None,
) -> None:
    """把全部对象复制到另一处（备份、恢复、迁往 S3）；可中断续传，绝不覆盖 · copy every object to another place."""
    settings, target = load_settings(archive=archive), load_settings(archive=to)
    if settings.archive.rstrip("/") == target.archive.rstrip("/"):
        raise ConfigurationError(f"--to {to}: that is the archive itself; name another place")
    with _opened(settings) as opened, Progress(console=err, transient=True, disable=not err.is_terminal) as progress:
        task = progress.add_task("", total=None)
        done = opened.copy_to(target, check=check,
                              progress=lambda number, total: progress.update(task, completed=number, total=total))
    remembered = hand_over(settings, target)
    for failure in done.failures:
        sys.stdout.write(printable(f"{failure.key}\t{failure.detail}".replace("\n", " ")) + "\n")
    there = ("已在目的地且相同", "there already and equal") if check else ("已在目的地", "there already")
    tell(f"已复制 {done.copied} 个对象（{done.copied_bytes} 字节），{there[0]} {done.there}，未能复制 "
         f"{len(done.failures)}；站点记忆 {remembered} 份。下一步在目的地运行：gongkai rebuild --archive {to}",
         f"copied {done.copied} objects ({done.copied_bytes} bytes), {there[1]} {done.there}, not copied "
         f"{len(done.failures)}; what is remembered of {remembered} sites went along. Next, for the place copied to: "
         f"gongkai rebuild --archive {to}",
         style="red" if done.failures else "green")
    raise typer.Exit(DAMAGE if done.failures else DONE)


def _opened(settings: Settings) -> Archive:
    """For writing, so that the logs of crawls that died are sealed and go along; a read-only copy as it stands."""
    try:
        return Archive.open(settings, create=False)
    except StorageError:
        return Archive.open(settings, create=False, read_only=True)
