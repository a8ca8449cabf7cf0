"""``gongkai worker``: one of many machines that crawl and read for one archive."""

import json
import os
import sys
from typing import Annotated

import typer

from crawler.cli.options import ArchiveOption
from crawler.cli.running import join_machines, needs_extra
from crawler.cli.speech import show, table, tell
from gongkai.errors import ConfigurationError
from gongkai.settings import Settings, load_settings


def worker(
    crawls: Annotated[
        int, typer.Option("--crawls", metavar="N", min=0, help="同时抓取的站点数，0 为不抓取 · sites at a time")
    ] = 8,
    readers: Annotated[
        int | None,
        typer.Option("--readers", metavar="N", min=0,
                     help="同时重读的文件数，0 为不重读；默认为处理器数 · readers at a time, default one a core"),
    ] = None,
    status: Annotated[
        bool, typer.Option("--status", help="只说明队列与各 worker 的状况 · tell how queue and workers stand")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="状况为 JSON · the status as JSON")] = False,
    archive: ArchiveOption = None,
) -> None:
    """加入多机：从 PostgreSQL 队列领取抓取与重读任务 · join many machines: take jobs from the queue in PostgreSQL."""
    settings = load_settings(archive=archive)
    needs_extra()
    if status:
        _show_status(settings, as_json)
        return
    if not crawls and readers == 0:
        raise ConfigurationError("--crawls 0 --readers 0: a worker that does nothing; let one of them be more")
    taken = readers if readers is not None else os.cpu_count() or 1
    raise typer.Exit(join_machines(settings, crawls=crawls, readers=taken))


def _show_status(settings: Settings, as_json: bool) -> None:
    from crawler.jobs.machines.standing import standing  # needs an extra

    found = standing(settings)
    if as_json:
        sys.stdout.write(json.dumps(found.as_json(), ensure_ascii=False) + "\n")
        return
    jobs = table(("队列", "queue"), ("状态", "state"), ("任务", "jobs"))
    for (queue, state), count in sorted(found.jobs.items()):
        jobs.add_row(queue, state, str(count))
    show(jobs)
    tell(f"领取任务的进程部分 {found.workers} 个（每个 worker 至多两个），失联 {found.silent} 个",
         f"{found.workers} takers of jobs (up to two a worker), {found.silent} silent")
    for failure in found.failures:
        tell(f"{failure['at']} {failure['job']} 第 {failure['attempt']} 次：{failure['reason']}",
             f"{failure['at']} {failure['job']} try {failure['attempt']}: {failure['reason']}", style="yellow")
