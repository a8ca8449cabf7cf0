"""``gongkai renormalise``: stored bytes read again with today's readers."""

import json
import os
import sys
from collections import Counter
from typing import Annotated

import typer
from rich.progress import Progress

from crawler.cli.options import ArchiveOption
from crawler.cli.running import needs_extra
from crawler.cli.speech import err, tell
from gongkai import PIPELINE_VERSION
from gongkai.chinese import printable
from gongkai.errors import ConfigurationError
from gongkai.settings import Settings, load_settings
from storage import Archive, Renewal, RenewalQuery

_OUTCOMES = {
    "unchanged": ("不变", "unchanged"),
    "confirmed": ("结果相同", "confirmed"),
    "renewed": ("重新读取", "renewed"),
    "refiled": ("重新归档", "refiled"),
    "left": ("保持原样", "left as they were"),
}


def renormalise(
    ids: Annotated[
        list[str] | None, typer.Argument(metavar="[ID]…", help="报告或文件的编号或其前几位 · reports or documents")
    ] = None,
    pending: Annotated[bool, typer.Option("--pending", help="只读有待读附件的 · only those with unread files")] = False,
    older_than: Annotated[
        int | None,
        typer.Option("--older-than", metavar="VERSION", min=1,
                     help=f"只读早于此读取规则版本的（现为 {PIPELINE_VERSION}）· last read by an earlier pipeline"),
    ] = None,
    agency: Annotated[
        str | None, typer.Option("--agency", metavar="NAME", help="名称中的文字或编号 · words of its name or its id")
    ] = None,
    year: Annotated[int | None, typer.Option("--year", metavar="YYYY", help="报告年度 · report year")] = None,
    jobs: Annotated[int | None, typer.Option("--jobs", metavar="N", min=1, help="并行数 · so many at a time")] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="只读取并说明，不写入 · read and tell, write nothing")
    ] = False,
    queue: Annotated[
        bool, typer.Option("--queue", help="分批放入队列，由 gongkai worker 重读 · leave it to the workers, in batches")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="每版一个 JSON 对象 · one JSON object a version")] = False,
    archive: ArchiveOption = None,
) -> None:
    """用现在的读取规则重读已存原件，不产生新版本 · read stored bytes again; facts and versions stay."""
    if older_than is not None and older_than > PIPELINE_VERSION:
        raise ConfigurationError(f"--older-than {older_than}: this program's pipeline is version {PIPELINE_VERSION}, "
                                 f"and it can bring versions up to that; give {PIPELINE_VERSION} or less")
    settings = load_settings(archive=archive)
    query = RenewalQuery(pending, older_than, agency, year, tuple(ids or ()))
    if queue:
        if dry_run or as_json or jobs:
            raise ConfigurationError("--queue leaves the reading to workers; --dry-run, --json and --jobs do not go "
                                     "with it")
        _put(settings, query)
        return
    from crawler.normalise.sandbox import Sandbox  # these load the readers
    from crawler.renormalising import renormalise as read_again

    counts: Counter[str] = Counter()
    with (Archive.open(settings, create=False, read_only=dry_run) as opened, Sandbox(settings) as sandbox,
          Progress(console=err, transient=True, disable=not err.is_terminal) as progress):
        task = progress.add_task("", total=None)
        due = opened.renewable(query)
        for one in read_again(opened, due, sandbox, jobs=jobs or os.cpu_count() or 1, apply=not dry_run,
                              progress=lambda done, total: progress.update(task, completed=done, total=total)):
            counts[one.outcome] += 1
            _write(one, as_json)
    _sum_up(counts, len(due), dry_run)


def _put(settings: Settings, query: RenewalQuery) -> None:
    needs_extra()
    from crawler.jobs.machines.queue import Queue

    with Queue.open(settings) as opened, Archive.open(settings, create=False) as archive:
        due = archive.renewable(query)
        batches = opened.put_readings(due)
    tell(f"{len(due)} 版分 {batches} 批放入队列", f"{len(due)} versions put into the queue in {batches} batches",
         style="green")


def _write(one: Renewal, as_json: bool) -> None:
    if as_json:
        sys.stdout.write(json.dumps(vars(one), ensure_ascii=False) + "\n")
    elif one.outcome not in ("unchanged", "confirmed"):
        line = f"{one.outcome}\t{one.document_id[:10]}\tv{one.number}\t{one.url}\t{one.detail}"
        sys.stdout.write(printable(line.replace("\n", " ")) + "\n")


def _sum_up(counts: Counter[str], total: int, dry_run: bool) -> None:
    zh = "，".join(f"{names[0]} {counts[key]}" for key, names in _OUTCOMES.items() if counts[key])
    en = ", ".join(f"{names[1]} {counts[key]}" for key, names in _OUTCOMES.items() if counts[key])
    note = ("（未作改动）", " (nothing was written)") if dry_run else ("", "")
    tell(f"已重读 {total} 版{note[0]}" + (f"：{zh}" if zh else ""),
         f"{total} versions read again{note[1]}" + (f": {en}" if en else ""), style="green")
