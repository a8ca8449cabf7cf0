"""``gongkai worker``: one of many machines that crawl and read for one archive."""

import json
import logging
import os
import sys
from typing import Annotated

import typer

from crawler.cli.options import ArchiveOption
from crawler.cli.speech import show, table, tell
from gongkai.errors import DONE, UNEXPECTED, ConfigurationError
from gongkai.settings import load_settings


def worker(
    crawls: Annotated[
        int, typer.Option("--crawls", metavar="N", min=0, help="同时抓取的站点数，0 为不抓取 · sites at a time")
    ] = 8,
    readers: Annotated[
        int | None,
        typer.Option("--readers", metavar="N", min=0,
                     help="同时重读的文件数，0 为不重读；默认为处理器数 · readers at a time, default one a core"),
    ] = None,
    alive: Annotated[
        bool, typer.Option("--alive", help="只查本机的 worker 是否正常（供健康检查） · is this machine's worker alive?")
    ] = False,
    status: Annotated[
        bool, typer.Option("--status", help="只说明队列与各 worker 的状况 · tell how queue and workers stand")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="状况为 JSON · the status as JSON")] = False,
    archive: ArchiveOption = None,
) -> None:
    """加入多机：从 PostgreSQL 队列领取抓取与重读任务 · join many machines: take jobs from the queue in PostgreSQL."""
    settings = load_settings(archive=archive)
    try:
        from crawler.jobs.machines.worker import is_alive, run_worker
    except ModuleNotFoundError as problem:
        raise ConfigurationError(f"gongkai worker needs the Python module {problem.name}; install the extra: pip "
                                 "install 'gongkai[cluster]'") from None
    if alive:
        raise typer.Exit(DONE if is_alive(settings) else UNEXPECTED)
    if status:
        _show_status(settings, as_json)
        return
    if not crawls and readers == 0:
        raise ConfigurationError("--crawls 0 --readers 0: a worker that does nothing; let one of them be more")
    logging.basicConfig(stream=sys.stderr, level=settings.log_level,
                        format="%(asctime)s %(levelname)-7s %(message)s")
    logging.getLogger("procrastinate").setLevel(logging.WARNING)
    tell(f"worker 已启动：同时抓取 {crawls} 站；按 Ctrl-C 在存好手头工作后停止",
         f"worker started: {crawls} crawls at a time; Ctrl-C stops it when what is under way is stored")
    stopped_by = run_worker(settings, crawls=crawls, readers=readers if readers is not None else os.cpu_count() or 1)
    tell("worker 已停止，没有任务遗失。", "worker stopped; no job is lost.", style="green")
    raise typer.Exit(DONE if stopped_by is not None else UNEXPECTED)


def _show_status(settings: "object", as_json: bool) -> None:
    from crawler.jobs.machines.standing import standing
    from gongkai.settings import Settings

    assert isinstance(settings, Settings)
    found = standing(settings)
    if as_json:
        sys.stdout.write(json.dumps(found.as_json(), ensure_ascii=False) + "\n")
        return
    jobs = table(("队列", "queue"), ("状态", "state"), ("任务", "jobs"))
    for (queue, state), count in sorted(found.jobs.items()):
        jobs.add_row(queue, state, str(count))
    show(jobs)
    tell(f"worker {found.workers} 个，失联 {found.silent} 个", f"{found.workers} workers, {found.silent} silent")
    for failure in found.failures:
        tell(f"{failure['at']} {failure['job']} 第 {failure['attempt']} 次：{failure['reason']}",
             f"{failure['at']} {failure['job']} try {failure['attempt']}: {failure['reason']}", style="yellow")
