"""``gongkai schedule``: follow the registered sites for as long as it runs; say what would run when; take orders."""

import getpass
import json
import sys
from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Annotated, Any

import typer

from crawler.cli.options import (
    AgencyNameOption,
    ArchiveOption,
    FormatOption,
    FormerNamesOption,
    HomePageArgument,
    RegionCodeOption,
)
from crawler.cli.rows import write_rows
from crawler.cli.running import run_schedule
from crawler.cli.speech import show, table, tell, words
from crawler.jobs.planning import PlannedRun, planned
from crawler.jobs.rhythm import Rhythm
from crawler.sites.file import site_of
from gongkai.clock import parse_stamp, stamp, utc_now
from gongkai.errors import DONE, NotFoundError
from gongkai.hours import BEIJING
from gongkai.settings import load_settings
from storage import Archive, Order
from storage.identity import site_id

schedule = typer.Typer(
    rich_markup_mode=None,
    invoke_without_command=True,
    help="按节律持续抓取登记的站点，直到被停止。\n\nCrawls what is due or ordered, one child process a site, until "
    "it is stopped: SIGTERM or Ctrl-C lets the pages under way be stored, a second one ends at once. Several may run "
    "on one archive. Exit codes: 0 stopped; 1 the archive cannot be written; 2 wrong use or configuration.",
)

WHY = {
    "first": ("首次抓取", "first crawl"), "dense": ("法定期限前后", "around a deadline"), "sparse": ("每月", "monthly"),
    "own": ("本站周期", "its own interval"), "cron": ("本站时刻", "its own times"),
    "rest": ("失败后休息", "after a rest"),
    "goes_on": ("上次请求数用完，继续", "goes on where it ran out of requests"),
    "off": ("不自动抓取", "not by itself"),
    "catch_up": ("补停机期间错过的", "missed while nothing ran"), "": ("未定", "not decided yet"),
}
STATES = {
    "waiting": ("等待", "waiting"), "running": ("进行", "running"), "done": ("完成", "done"),
    "failed": ("失败", "failed"),     "refused": ("拒绝", "refused"), "cancelled": ("取消", "cancelled"),
}


@schedule.callback()
def run(
    context: typer.Context,
    jobs: Annotated[
        int | None, typer.Option("--jobs", metavar="N", min=1, help="同时抓取的站点数 · sites at the same time")
    ] = None,
    metrics_port: Annotated[
        int | None,
        typer.Option("--metrics-port", metavar="PORT", min=0, max=65535,
                     help="Prometheus 指标端口，仅本机 · metrics on 127.0.0.1; 0 takes a free port"),
    ] = None,
    defer: Annotated[
        bool, typer.Option("--defer", help="不自行抓取，放入队列交给 gongkai worker · leave the crawls to workers")
    ] = False,
    archive: ArchiveOption = None,
) -> None:
    if context.invoked_subcommand is None:
        raise typer.Exit(run_schedule(load_settings(archive=archive, jobs=jobs), metrics_port, defer=defer))


@schedule.command("plan")
def plan(
    days: Annotated[int, typer.Option("--days", metavar="N", min=1, max=400, help="今后几天 · so many days")] = 30,
    counts: Annotated[
        bool, typer.Option("--counts", help="只列每天的数目 · numbers by day only")
    ] = False,
    as_format: FormatOption = "table",
    archive: ArchiveOption = None,
) -> None:
    """今后各站点将在何时抓取，不作任何更改 · what would run when; changes nothing."""
    settings = load_settings(archive=archive)
    with Archive.open(settings, create=False, read_only=True) as opened:
        sites = opened.timetable.sites()
    now = utc_now()
    found = planned(sites, Rhythm.of(settings), now, now + timedelta(days=days), jobs=settings.jobs,
                    delay_s=settings.delay_s)
    if counts:
        _print_days(found, as_format)
    elif as_format == "table":
        _print_plan(found)
    else:
        write_rows(map(_planned_row, found), as_format)
    tell(f"登记 {len(sites)} 个站点", f"{len(sites)} sites are followed", style="dim")


@schedule.command("show")
def show_state(
    url: Annotated[str | None, typer.Argument(metavar="URL", help="只看这个站点 · this site only")] = None,
    orders: Annotated[bool, typer.Option("--orders", help="列出抓取单 · the orders instead")] = False,
    as_format: FormatOption = "table",
    archive: ArchiveOption = None,
) -> None:
    """各站点上次与下次抓取、正在进行的抓取、抓取单 · each site's last and next crawl, what runs now, orders."""
    settings = load_settings(archive=archive)
    with Archive.open(settings, create=False, read_only=True) as opened:
        timetable = opened.timetable
        if orders:
            _print_orders(timetable.orders(site_id=site_id(_address(url)) if url else None, limit=1000), as_format)
            return
        runs = [run for run in timetable.sites() if url is None or run.site_id == site_id(_address(url))]
        running = {lease.site_id: lease for lease in timetable.running()}
    if url and not runs:
        raise NotFoundError(f"{url} is not in the registry of {settings.archive}; gongkai sites list shows what is")
    if as_format != "table":
        write_rows(({**run.as_json(), "running": run.site_id in running} for run in runs), as_format)
        return
    made = table(("网站", "site"), ("机关", "agency"), ("上次", "last"), ("结果", "outcome"), ("连败", "failures"),
                 ("下次", "next"), ("缘由", "why"))
    for run in runs:
        held = running.get(run.site_id)
        following = words("正在抓取", "running") if held else _local(run.next_due)
        made.add_row(run.site.url, run.site.agency or "", _local(run.last_run_at), run.last_outcome,
                     str(run.failures or ""), following, words(*WHY.get(run.why, (run.why, run.why))))
    show(made)
    tell("时间为北京时间", "times are Beijing time", style="dim")


@schedule.command("order")
def order(
    url: HomePageArgument,
    agency: AgencyNameOption = None,
    region_code: RegionCodeOption = None,
    former_names: FormerNamesOption = None,
    why: Annotated[str, typer.Option("--why", metavar="TEXT", help="缘由 · why")] = "",
    priority: Annotated[int, typer.Option("--priority", metavar="N", help="大者先抓 · higher goes first")] = 0,
    recheck: Annotated[
        bool, typer.Option("--recheck", help="逐份重问已存的报告 · ask for every kept report again")
    ] = False,
    max_requests: Annotated[
        int | None, typer.Option("--max-requests", metavar="N", min=1, help="请求上限 · the crawl's budget")
    ] = None,
    archive: ArchiveOption = None,
) -> None:
    """下抓取单，由运行者尽快抓取 · have a site crawled as soon as a runner is free; prints the order's id."""
    settings = load_settings(archive=archive)
    site = site_of(url, settings, agency=agency, region_code=region_code, former_names=former_names)
    with Archive.open(settings, create=False) as opened:
        made = opened.timetable.order(site, why=why, by=_whoever(), priority=priority, recheck=recheck,
                                      max_requests=max_requests)
    sys.stdout.write(made + "\n")


@schedule.command("cancel")
def cancel(
    order_id: Annotated[str, typer.Argument(metavar="ORDER", help="抓取单号 · the order's id")],
    why: Annotated[str, typer.Option("--why", metavar="TEXT", help="缘由 · why")] = "",
    archive: ArchiveOption = None,
) -> None:
    """取消抓取单；正在抓取的存好手头网页后停止 · cancel an order; a crawl under way ends after its page."""
    with Archive.open(load_settings(archive=archive), create=False) as opened:
        found = opened.timetable.cancel(order_id, why=why or f"cancelled by {_whoever()}")
    told = words(*STATES[found.state])
    tell(f"{found.site.url}：{told}", f"{found.site.url}: {told}")
    raise typer.Exit(DONE)


def _address(url: str) -> str:
    return url if "://" in url else f"http://{url}"


def _whoever() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError):  # a container's user id without a name
        return "unknown"


def _local(at: str | datetime | None) -> str:
    if not at:
        return ""
    moment = parse_stamp(at) if isinstance(at, str) else at
    return f"{moment.astimezone(BEIJING):%Y-%m-%d %H:%M}"


def _planned_row(run: PlannedRun) -> dict[str, Any]:
    return {"at": stamp(run.at), "due": stamp(run.due), "site": run.run.site.url, "agency": run.run.site.agency,
            "host": run.run.host, "why": run.why, "recheck": run.recheck, "expected_requests": run.expected}


def _print_plan(found: Iterator[PlannedRun]) -> None:
    made = table(("北京时间", "Beijing time"), ("网站", "site"), ("机关", "agency"), ("缘由", "why"),
                 ("请求", "requests"))
    number = 0
    for run in found:
        number += 1
        why = words(*WHY.get(run.why, (run.why, run.why))) + (words("，逐份重问", ", recheck") if run.recheck else "")
        made.add_row(_local(run.at), run.run.site.url, run.run.site.agency or "", why, str(run.expected))
    show(made)
    tell(f"共 {number} 次抓取", f"{number} crawls", style="dim")


def _print_days(found: Iterator[PlannedRun], as_format: Any) -> None:
    crawls: Counter[str] = Counter()
    requests: Counter[str] = Counter()
    for run in found:
        day = f"{run.at.astimezone(BEIJING):%Y-%m-%d}"
        crawls[day] += 1
        requests[day] += run.expected
    if as_format != "table":
        rows = ({"day": day, "crawls": crawls[day], "expected_requests": requests[day]} for day in crawls)
        write_rows(rows, as_format)
        return
    made = table(("日期", "day"), ("抓取", "crawls"), ("请求", "requests"))
    for day, number in crawls.items():
        made.add_row(day, str(number), str(requests[day]))
    show(made)


def _print_orders(found: list[Order], as_format: Any) -> None:
    if as_format != "table":
        rows = (order.as_json() for order in found)
        if as_format == "csv":
            rows = ({name: json.dumps(value, ensure_ascii=False) if isinstance(value, dict) else value
                     for name, value in row.items()} for row in rows)
        write_rows(rows, as_format)
        return
    made = table(("抓取单", "order"), ("网站", "site"), ("状态", "state"), ("下单", "ordered"), ("何人", "by"),
                 ("说明", "reason"))
    for one in found:
        doing = one.progress.get("why", "") if one.state == "running" else one.reason
        made.add_row(one.order_id, one.site.url, words(*STATES[one.state]), _local(one.ordered_at), one.by, doing)
    show(made)


