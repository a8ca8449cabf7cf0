"""``gongkai status``: is everything followed, and what needs a human."""

import json
import sys
from typing import Annotated

import typer

from crawler.cli.options import ArchiveOption
from crawler.cli.size import in_words
from crawler.cli.speech import show, table, tell, words
from gongkai.errors import DONE, SITE_GAVE_NOTHING
from gongkai.settings import load_settings
from storage import Archive, Condition

KINDS = {
    "blocked": ("被拦截的主机", "host refuses"), "unreachable": ("无应答的主机", "host does not answer"),
    "failed": ("抓取失败", "crawls fail"), "stopped_yielding": ("曾有报告，现在没有", "gave reports, gives none"),
    "silent": ("久无成功抓取", "silent for long"), "order_failed": ("抓取单失败", "order failed"),
    "late": ("调度滞后", "schedule is late"), "disk": ("磁盘将满", "disk nearly full"),
}
_SHOWN = 40


def status(
    as_json: Annotated[bool, typer.Option("--json", help="结果为一个 JSON 对象 · one JSON object")] = False,
    archive: ArchiveOption = None,
) -> None:
    """跟踪是否正常、何处要人处理；有要处理的退出码为 3 · what needs a human (exit code 3), growth, disk."""
    with Archive.open(load_settings(archive=archive), create=False, read_only=True) as opened:
        found = opened.condition()
    if as_json:
        sys.stdout.write(json.dumps(found.as_json(), ensure_ascii=False) + "\n")
    else:
        _print(found)
    raise typer.Exit(SITE_GAVE_NOTHING if found.troubles else DONE)


def _print(found: Condition) -> None:
    tell(f"跟踪 {found.sites} 个站点，{found.never} 个尚未抓取，{found.due} 个到期待抓；"
         f"正在抓取 {len(found.running)} 个，抓取单等待 {found.orders.get('waiting', 0)} 个；"
         f"上次抓取 {found.last_run_at or '—'}",
         f"{found.sites} sites followed, {found.never} not crawled yet, {found.due} due; {len(found.running)} running, "
         f"{found.orders.get('waiting', 0)} orders waiting; last crawl {found.last_run_at or '–'}")
    if found.oldest_due:
        tell(f"最早到期 {found.oldest_due}", f"due first at {found.oldest_due}", style="dim")
    growth = table(("最近几天", "days"), ("抓取", "crawls"), ("请求", "requests"), ("收到", "received"),
                   ("新增", "new"), ("变化", "changed"))
    for one in found.growth:
        growth.add_row(str(one.days), str(one.crawls), str(one.requests), in_words(one.bytes), str(one.new),
                       str(one.changed))
    show(growth)
    if found.disk is not None:
        free, total = in_words(found.disk.free_bytes), in_words(found.disk.total_bytes)
        tell(f"磁盘剩余 {free}，共 {total}", f"disk: {free} of {total} free",
             style="bold red" if found.disk.low else "dim")
    if not found.troubles:
        tell("没有需要人处理的事", "nothing needs a human", style="green")
        return
    troubles = table(("何事", "what"), ("何处", "where"), ("自", "since"), ("详情", "detail"))
    for trouble in found.troubles[:_SHOWN]:
        troubles.add_row(words(*KINDS[trouble.kind]), trouble.subject, (trouble.since or "")[:10], trouble.detail)
    show(troubles)
    tell(f"共 {len(found.troubles)} 件需要人处理；--json 列出全部",
         f"{len(found.troubles)} things need a human; --json lists them all", style="bold red")
