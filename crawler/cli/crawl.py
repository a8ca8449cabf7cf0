"""``gongkai crawl``: agency sites now, with live progress and a table at the end."""

import json
import sys
import threading
import time
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from crawler.cli.options import ArchiveOption, FormerNamesOption, RegionCodeOption
from crawler.cli.running import crawl_due
from crawler.cli.speech import err, show, table, tell, words
from crawler.fetching.chromium import lacking
from crawler.jobs.interruption import Interruption
from crawler.jobs.now import crawl_now
from crawler.jobs.summary import SiteSummary
from crawler.sites.file import read_sites, site_of
from gongkai.chinese import printable
from gongkai.errors import DONE, UNEXPECTED, ConfigurationError
from gongkai.settings import Settings, load_settings
from gongkai.site import AgencySite
from storage import Archive

OUTCOMES = {
    "complete": ("齐全", "complete"),
    "incomplete": ("有缺年", "years missing"),
    "budget": ("用完请求数", "out of requests"),
    "nothing": ("未找到报告", "no report found"),
    "blocked": ("被拦截", "blocked"),
    "unreachable": ("无法访问", "unreachable"),
    "failed": ("失败", "failed"),
}
FINDINGS = {
    "new": ("新增", "new"),
    "changed": ("有变化", "changed"),
    "unchanged": ("无变化", "unchanged"),
    "copy": ("副本", "copy"),
    "rejected": ("不是年报", "not a report"),
}


def crawl(
    urls: Annotated[
        list[str] | None, typer.Argument(metavar="URL…", help="机关网站首页 · agencies' home pages")
    ] = None,
    sites: Annotated[
        Path | None, typer.Option("--sites", metavar="FILE", help="站点清单 CSV/YAML · sites file")
    ] = None,
    agency: Annotated[
        str | None,
        typer.Option("--agency", metavar="NAME",
                     help="机关全称；配合 --registered 为名称中的文字 · full name; with --registered words of it"),
    ] = None,
    region_code: RegionCodeOption = None,
    former_names: FormerNamesOption = None,
    registered: Annotated[
        bool, typer.Option("--registered", help="登记的站点（gongkai sites list） · the sites of the registry")
    ] = False,
    due: Annotated[
        bool, typer.Option("--due", help="登记站点中到期的与已下单的，各抓一次 · what is due or ordered, once")
    ] = False,
    region: Annotated[
        str | None,
        typer.Option("--region", metavar="CODE", help="只取该区划（配合 --registered） · code or its beginning"),
    ] = None,
    limit: Annotated[
        int | None,
        typer.Option("--limit", metavar="N", min=1, help="至多几个站点（配合 --registered） · at most N of them"),
    ] = None,
    archive: ArchiveOption = None,
    max_requests: Annotated[
        int | None, typer.Option("--max-requests", metavar="N", help="每站请求上限 · a site's budget")
    ] = None,
    delay: Annotated[
        float | None, typer.Option("--delay", metavar="S", help="同一主机请求间隔秒数 · seconds between requests")
    ] = None,
    browser: Annotated[
        bool, typer.Option("--browser", help="用本机 Chromium 打开脚本绘制的页面 · draw pages filled by script")
    ] = False,
    recheck: Annotated[
        bool,
        typer.Option("--recheck", help="逐份重问已存的报告（条件请求） · ask for every kept report again"),
    ] = False,
    explain: Annotated[
        bool,
        typer.Option("--explain", help="逐条说明为何请求、得到什么 · say why each request was made, what it gave"),
    ] = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="每站一个 JSON 对象 · one JSON object per site on stdout")
    ] = False,
) -> None:
    """立即抓取机关网站 · crawl agency sites now."""
    settings = load_settings(archive=archive, max_requests=max_requests, delay_s=delay, browser=browser or None,
                             recheck=recheck or None)
    if settings.browser and (lacks := lacking(settings.browser_path)):
        raise ConfigurationError(f"--browser: {words(*lacks)}")
    if due:
        if any((urls, sites, registered, region, limit, agency, region_code, former_names, explain)):
            raise ConfigurationError("--due crawls what the schedule says; give no URL, file or choice of sites with "
                                     "it (gongkai schedule plan shows what is due when)")
        raise typer.Exit(crawl_due(settings, as_json=as_json))
    if registered:
        if urls or sites or region_code or former_names:
            raise ConfigurationError("--registered crawls the registry's sites; give no URL, --sites, --region-code or "
                                     "--former-names with it, but --region, --agency or --limit to choose among them")
        wanted = _registered(settings, region, agency, limit)
    elif region or limit:
        raise ConfigurationError("--region and --limit choose among the sites of --registered")
    else:
        wanted = _sites(urls or [], sites, settings, agency=agency, region_code=region_code, former_names=former_names)
    summaries, interrupted = crawl_with_progress(wanted, settings, explain=explain)
    if as_json:
        for summary in summaries:
            sys.stdout.write(json.dumps(summary.as_json(), ensure_ascii=False) + "\n")
        _explain([s for s in summaries if s.exit_code != DONE])
    else:
        print_summaries(summaries)
    raise typer.Exit(interrupted or exit_code(summaries))


def exit_code(summaries: list[SiteSummary]) -> int:
    """A failure of ours outweighs a site that gave nothing."""
    codes = {s.exit_code for s in summaries}
    return UNEXPECTED if UNEXPECTED in codes else max(codes)


def _sites(urls: list[str], file: Path | None, settings: Settings, **row: Any) -> list[AgencySite]:
    if bool(urls) == bool(file):
        raise ConfigurationError(
            "give the agency's home page, as in: gongkai crawl http://cgj.xm.gov.cn/ — or --sites FILE, or "
            "--registered"
        )
    if file:
        if any(row.values()):
            raise ConfigurationError(
                "--agency, --region-code and --former-names go with one URL; --sites takes them from the file"
            )
        return read_sites(file, settings)
    if len(urls) > 1 and any(row.values()):
        raise ConfigurationError(
            "--agency, --region-code and --former-names describe one site; give one URL, or use --sites FILE"
        )
    return [site_of(url, settings, **row) for url in urls]


def _registered(settings: Settings, region: str | None, agency: str | None, limit: int | None) -> list[AgencySite]:
    """Sites of the registry, each judged again: what may be asked may have changed since it was entered."""
    with Archive.open(settings, create=False, read_only=True) as opened:
        wanted = [record.site for record in opened.sites(region, agency, limit=limit)]
    if not wanted:
        raise ConfigurationError(f"no such site is in the registry of {settings.archive}; gongkai sites list shows "
                                 "what is, gongkai sites import enters more")
    for site in wanted:
        site_of(site.url, settings, where="registry")
    return wanted


def crawl_with_progress(
    sites: list[AgencySite], settings: Settings, *, explain: bool = False
) -> tuple[list[SiteSummary], int | None]:
    """Crawl and show it live: bars on a terminal, a line for each finding and every ten seconds elsewhere; with
    `explain` each request too, as it was decided on. The second value is the exit code of a crawl that Ctrl-C or
    SIGTERM cut short."""
    view = _Bars() if err.is_terminal else _Lines()

    def shown(site: AgencySite, event: dict[str, Any]) -> None:
        if event["event"] != "step":
            view.event(site, event)
        elif explain:
            view.say(_step(event))

    with Interruption(_say_that_it_ends) as interruption, view:
        summaries = crawl_now(sites, settings, shown, interruption)
    return summaries, interruption.exit_code


def _say_that_it_ends() -> None:
    tell(
        "正在停止：等手头的网页存好；再按一次 Ctrl-C 立即结束。下次运行从这里继续。",
        "Stopping when the page under way is stored; Ctrl-C again ends at once. The next run goes on from here.",
        style="yellow",
    )


def print_summaries(summaries: list[SiteSummary]) -> None:
    """The table a crawl ends with, on stderr."""
    made = table(
        ("网站", "site"),
        ("机关", "agency"),
        ("报告", "found"),
        ("新增", "new"),
        ("变化", "changed"),
        ("不变", "unchanged"),
        ("缺少年份", "missing years"),
        ("请求", "requests"),
        ("结果", "outcome"),
    )
    for s in summaries:
        made.add_row(
            s.site,
            s.agency or "",
            str(s.reports),
            str(s.new),
            str(s.changed),
            str(s.unchanged),
            years_in_words(s.missing_years),
            str(s.requests),
            words(*OUTCOMES.get(s.outcome, (s.outcome, s.outcome))),
        )
    show(made, err)
    _explain(summaries)


def _explain(summaries: list[SiteSummary]) -> None:
    """Why each site ended as it did, and what stood in the way."""
    for s in summaries:
        if s.explanation:
            style = "dim" if s.exit_code == DONE else "bold red"
            tell(f"{s.site}：{s.explanation}", f"{s.site}: {s.explanation}", style=style)
        if s.harvest:
            tell(f"  第几次请求找到所得年份的：{s.spent}；每次请求得 {s.harvest['rate']:.2f} 年",
                 f"  requests to what was found: {s.spent}; {s.harvest['rate']:.2f} years a request", style="dim")
        if s.looked and s.missing_years:
            places = ", ".join(f"{name or '?'} ({pages})" for name, pages in s.looked.items())
            tell(f"  缺少的年份还找过：{places}", f"  missing years were also looked for in: {places}", style="dim")
        told = [i for i in s.incidents if i["detail"] not in s.explanation]
        for i in told[:10]:
            tell(
                f"  异常 {i['kind']}：{i['url']} {i['detail']}",
                f"  incident {i['kind']}: {i['url']} {i['detail']}",
                style="yellow",
            )
        if len(told) > 10:
            tell(
                f"  另有 {len(told) - 10} 条异常，见抓取日志",
                f"  and {len(told) - 10} more; see the crawl log",
                style="yellow",
            )
        for url in s.pending:
            tell(f"  待读（原件已存）：{url}", f"  pending (bytes kept): {url}", style="cyan")


def years_in_words(years: tuple[int, ...] | list[int]) -> str:
    """2008-2011, 2016."""
    runs: list[list[int]] = []
    for year in sorted(years):
        if runs and year == runs[-1][-1] + 1:
            runs[-1].append(year)
        else:
            runs.append([year])
    return ", ".join(str(r[0]) if len(r) == 1 else f"{r[0]}-{r[-1]}" for r in runs) or "—"


def _step(event: dict[str, Any]) -> str:
    head = f"{event['number']:>4}  {event['promise']:>5.1f}  {event['url']}"
    told = ((words("因", "why"), event["why"]), (words("得", "gave"), event["gave"]))
    return "\n      ".join(printable(line) for line in (head, *(f"{name}: {text}" for name, text in told)))


def _finding(event: dict[str, Any]) -> str:
    kind = "" if event["kind"] == "annual_report" else f" [{event['kind']}]"
    said = f"{words(*FINDINGS[event['outcome']])} {event['year'] or '????'}{kind} {event['title'] or ''} {event['url']}"
    return printable(said)


class _Bars:
    """One live line a site."""

    def __init__(self) -> None:
        self._progress = Progress(
            SpinnerColumn(),
            TextColumn("{task.description}"),
            BarColumn(bar_width=18),
            TextColumn(
                words(
                    "{task.fields[pages]} 页  {task.fields[reports]} 份报告  队列 {task.fields[queue]}",
                    "{task.fields[pages]} pages  {task.fields[reports]} reports  queue {task.fields[queue]}",
                )
            ),
            TimeElapsedColumn(),
            console=err,
            transient=True,
        )
        self._tasks: dict[str, Any] = {}
        self._lock = threading.Lock()

    def __enter__(self) -> "_Bars":
        self._progress.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._progress.stop()

    def say(self, text: str) -> None:
        self._progress.console.print(text, markup=False, highlight=False)

    def event(self, site: AgencySite, event: dict[str, Any]) -> None:
        with self._lock:
            if site.url not in self._tasks:
                self._tasks[site.url] = self._progress.add_task(site.url, total=None, pages=0, reports=0, queue=0)
            task = self._tasks[site.url]
        if event["event"] == "progress":
            done = event["pages"]
            self._progress.update(
                task,
                completed=done,
                total=done + event["queue"],
                pages=done,
                reports=event["reports"],
                queue=event["queue"],
            )
        elif event["event"] == "finding":
            self._progress.console.print(_finding(event), markup=False, no_wrap=True, overflow="ellipsis")
        else:
            self._progress.update(task, visible=False)


class _Lines:
    """For logs and pipes: no control characters."""

    _EVERY_S = 10.0

    def __init__(self) -> None:
        self._next = time.monotonic() + self._EVERY_S

    def __enter__(self) -> "_Lines":
        return self

    def __exit__(self, *_: object) -> None:
        return None

    def say(self, text: str) -> None:
        err.print(text, markup=False, highlight=False)

    def event(self, site: AgencySite, event: dict[str, Any]) -> None:
        if event["event"] == "finding":
            err.print(_finding(event), markup=False)
        elif event["event"] == "progress" and time.monotonic() >= self._next:
            self._next = time.monotonic() + self._EVERY_S
            tell(
                f"{site.url}：{event['pages']} 页，{event['reports']} 份报告，队列 {event['queue']}",
                f"{site.url}: {event['pages']} pages, {event['reports']} reports, queue {event['queue']}",
            )
