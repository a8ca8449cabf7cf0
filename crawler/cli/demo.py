"""``gongkai demo``: an invented agency's site, crawled twice; between the crawls the agency quietly edits a report."""

import os
from typing import Annotated

import typer

import samplesite
from crawler.cli import index
from crawler.cli.crawl import crawl_with_progress, print_summaries, years_in_words
from crawler.cli.speech import tell
from crawler.jobs.summary import SiteSummary
from crawler.sites.file import site_of
from gongkai.errors import UNEXPECTED
from gongkai.settings import Settings, load_settings
from storage import Archive

PREFERRED_PORT = 8642
"""The same port every time where it is free, so that a second demo meets the same addresses and finds nothing new."""


def demo(
    archive: Annotated[
        str, typer.Option("--archive", metavar="DIR", help="存档目录 · where to keep it")
    ] = "demo-archive",
) -> None:
    """用自带的示例机关网站试一遍 · try it on a bundled sample agency site."""
    os.environ["no_proxy"] = "127.0.0.1"  # the sample site is here, whatever proxy leads outside
    settings = load_settings(archive=archive, allow_hosts=("127.0.0.1",), delay_s=0.05)
    with _sample_site() as site:
        tell(
            f"示例机关“{site.agency}”的网站已在 {site.url} 打开，开始抓取。",
            f"The sample agency's site ({site.agency}) is open at {site.url}; crawling it.",
            style="bold",
        )
        first = _crawl(site, settings)
        tell(
            "这个机关现在悄悄改了一份已发布的年报，列表上看不出来；用 --recheck 逐份再问一次。",
            "The agency now quietly edits a published report, which no list shows; asking for each again (--recheck).",
            style="bold",
        )
        site.reissue()
        second = _crawl(site, settings.model_copy(update={"recheck": True}))
    with Archive.open(settings, create=False, read_only=True) as opened:
        records = list(opened.reports())
    index.print_table(records)
    _say_what_is_missing(first)
    edited = next((r for r in records if r.report_year == samplesite.EDITED_YEAR), None)
    if edited is not None:
        _say_how_to_browse(archive, edited.report_id)
    if first.exit_code or second.exit_code or not records:
        raise typer.Exit(first.exit_code or second.exit_code or UNEXPECTED)


def _sample_site() -> samplesite.SampleSite:
    try:
        return samplesite.serve(port=PREFERRED_PORT)
    except OSError:
        return samplesite.serve(port=0)


def _crawl(site: samplesite.SampleSite, settings: Settings) -> SiteSummary:
    row = site_of(site.url, settings, agency=site.agency, former_names=";".join(site.former_names))
    [summary], interrupted = crawl_with_progress([row], settings)
    print_summaries([summary])
    if interrupted:
        raise typer.Exit(interrupted)
    return summary


def _say_what_is_missing(summary: SiteSummary) -> None:
    missing = years_in_words(summary.missing_years)
    tell(f"缺少的年份：{missing}", f"missing years: {missing}", style="yellow")
    for url in summary.pending:
        tell(f"待读（原件已存）：{url}", f"pending (bytes kept): {url}", style="cyan")


def _say_how_to_browse(archive: str, edited: str) -> None:
    place = f"--archive {archive}"
    tell(
        f"在浏览器看：.venv/bin/gongkai serve {place}\n"
        f"浏览索引：  .venv/bin/gongkai reports {place}\n"
        f"看改了什么：.venv/bin/gongkai history {edited} {place}\n"
        f"读一份报告：.venv/bin/gongkai show {edited} {place}\n"
        f"核对存档：  .venv/bin/gongkai verify {place}",
        f"in a browser: .venv/bin/gongkai serve {place}\n"
        f"browse:       .venv/bin/gongkai reports {place}\n"
        f"what changed: .venv/bin/gongkai history {edited} {place}\n"
        f"read one:     .venv/bin/gongkai show {edited} {place}\n"
        f"verify:       .venv/bin/gongkai verify {place}",
        style="bold green",
    )
