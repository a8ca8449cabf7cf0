"""A runner in the foreground: what it says, to people or to whatever collects logs."""

import json
import logging
import sys
import threading
from contextlib import ExitStack
from typing import Any

from crawler.cli.speech import tell, words
from crawler.jobs.interruption import Interruption
from crawler.jobs.log_lines import formatter
from crawler.jobs.metrics import HOST, serving
from crawler.jobs.rhythm import Rhythm
from crawler.jobs.runner import Runner
from crawler.jobs.webhook import Webhook
from gongkai.chinese import printable
from gongkai.clock import utc_now
from gongkai.errors import DONE, UNEXPECTED
from gongkai.hours import BEIJING
from gongkai.settings import Settings
from storage import Archive
from storage.timetable.history import FAILED

logger = logging.getLogger("gongkai.schedule")

_SAID = {
    "begun": ("开始 {site}（{kind}，第 {attempt} 次）", "begun {site} ({kind}, attempt {attempt})"),
    "ended": ("结束 {site}：{outcome}，{reports} 份报告（新增 {new}，变化 {changed}），"
              "{requests} 次请求。{reason}",
              "ended {site}: {outcome}, {reports} reports ({new} new, {changed} changed), "
              "{requests} requests. {reason}"),
    "given_back": ("留待继续 {site}：{reason}", "left to go on {site}: {reason}"),
    "lost": ("已由他人接手 {site}：{reason}", "lost {site}: {reason}"),
    "refused": ("拒绝 {site}：{reason}", "refused {site}: {reason}"),
    "caught_up": ("停机期间错过的 {sites} 个站点分摊到 {until}",
                  "{sites} sites missed while nothing ran are spread until {until}"),
}
_GRAVE = ("lost", "refused", "given_back")


def run_schedule(settings: Settings, metrics_port: int | None) -> int:
    """Until it is told to stop; the exit code."""
    _open_log(settings)
    with Archive.open(settings) as archive, ExitStack() as running:
        port = running.enter_context(serving(archive, metrics_port))
        runner = _runner(settings, archive, running)
        running.enter_context(_Telling(settings, archive))
        followed = sum(1 for _ in archive.sites())
        logger.info(words("运行者 %s：跟踪 %d 个站点，同时至多 %d 个",
                          "runner %s: follows %d sites, at most %d at a time"), runner.name, followed,
                    settings.jobs, extra={"event": "started", "runner": runner.name})
        if port is not None:
            logger.info(words("指标：http://%s:%d/metrics", "metrics: http://%s:%d/metrics"), HOST, port,
                        extra={"event": "metrics", "port": port})
        runner.run()
        logger.info(words("运行者已停止", "the runner has stopped"), extra={"event": "stopped", "runner": runner.name})
    return DONE


def crawl_due(settings: Settings, *, as_json: bool) -> int:
    """What is due or ordered, once; the exit code of the crawls together."""
    _open_log(settings)
    with Archive.open(settings, create=False) as archive, ExitStack() as running:
        runner = _runner(settings, archive, running)
        runner.run(until_idle=True)
        Webhook(settings, archive).tell()
        left = archive.condition()
    for summary in runner.summaries:
        if as_json:
            sys.stdout.write(json.dumps(summary.as_json(), ensure_ascii=False) + "\n")
    if not as_json:
        from crawler.cli.crawl import print_summaries

        print_summaries(runner.summaries)
    _tell_the_rest(settings, len(runner.summaries), left.due)
    codes = {summary.exit_code for summary in runner.summaries}
    if runner.interruption.exit_code is not None:
        return runner.interruption.exit_code
    return UNEXPECTED if UNEXPECTED in codes else max(codes, default=DONE)


def _tell_the_rest(settings: Settings, made: int, due: int) -> None:
    rhythm, now = Rhythm.of(settings), utc_now()
    tell(f"抓取 {made} 个站点，另有 {due} 个到期", f"{made} sites crawled, {due} more are due", style="dim")
    if due and not rhythm.hours.is_open(now):
        opens = rhythm.hours.opening(now).astimezone(BEIJING)
        tell(f"现在不在抓取时段（crawl_hours {settings.crawl_hours}），北京时间 {opens:%m-%d %H:%M} 开始",
             f"outside the hours for crawls (crawl_hours {settings.crawl_hours}); they begin at {opens:%m-%d %H:%M} "
             "Beijing time")
    elif due:
        tell(f"今天或这一小时的请求数已用完（requests_a_day {settings.requests_a_day}），"
             "或另一运行者正在抓取这些主机",
             f"the requests of this day or hour are spent (requests_a_day {settings.requests_a_day}), or another "
             "runner is at their hosts")


def _runner(settings: Settings, archive: Archive, running: ExitStack) -> Runner:
    stopping = Interruption(lambda: logger.warning(words(
        "正在停止：等手头的网页存好；再发一次信号立即结束",
        "stopping when the pages under way are stored; a second signal ends at once"), extra={"event": "stopping"}))
    return Runner(settings, archive, running.enter_context(stopping), _say)


class _Telling:
    """The webhook's thread."""

    def __init__(self, settings: Settings, archive: Archive) -> None:
        self._stop = threading.Event()
        self._thread = threading.Thread(target=Webhook(settings, archive, self._stop).keep_telling, daemon=True)

    def __enter__(self) -> "_Telling":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()


def _say(event: str, facts: dict[str, Any]) -> None:
    text = printable(words(*_SAID[event]).format(**facts))
    if event == "ended" and (facts["outcome"] in FAILED or facts["incidents"]):
        text += words(f"  异常 {facts['incidents']} 条，日志 {facts['log']}",
                      f"  {facts['incidents']} incidents; log {facts['log']}")
    logger.log(logging.WARNING if event in _GRAVE else logging.INFO, "%s", text, extra={"event": event, **facts})


def _open_log(settings: Settings) -> None:
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(formatter(settings.log_format))
    logging.basicConfig(handlers=[handler], level=settings.log_level)
