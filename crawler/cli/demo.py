"""``gongkai demo``: an invented agency's site, crawled twice; between the crawls the agency quietly edits a report."""

from pathlib import Path
from typing import Annotated

import typer

import samplesite
from crawler.cli import index
from crawler.cli.crawl import crawl_with_progress, print_summaries, years_in_words
from crawler.cli.speech import tell, words
from crawler.jobs.registry import site_of
from crawler.jobs.summary import SiteSummary
from gongkai.errors import UNEXPECTED
from gongkai.settings import Settings, load_settings
from storage import Archive

PREFERRED_PORT = 8642
"""The same port every time, so that a second demo meets the same addresses and finds nothing new."""


def demo(
    archive: Annotated[str, typer.Option("--archive", metavar="DIR", help="存档目录 · where to keep it")] = "demo-archive",
) -> None:
    """用自带的示例机关网站试一遍 · try it on a bundled sample agency site."""
    with samplesite.serve(port=PREFERRED_PORT) as site:
        settings = load_settings(archive=archive, allow_hosts=("127.0.0.1",), delay_s=0.05)
        tell(f"示例机关“{site.agency}”的网站已在 {site.url} 打开，开始抓取。",
             f"The sample agency's site ({site.agency}) is open at {site.url}; crawling it.", style="bold")
        first = _crawl(site.url, site.agency, settings)
        tell("这个机关现在悄悄改了一份已发布的年报；再抓一次。",
             "The agency now quietly edits a published report; crawling again.", style="bold")
        site.reissue()
        second = _crawl(site.url, site.agency, settings)
    with Archive.open(settings, read_only=True) as opened:
        records = list(opened.reports())
        index.print_table(records)
        changed = max(records, key=lambda record: record.versions)
    tell(f"缺少的年份：{years_in_words(first.missing_years)}", f"missing years: {years_in_words(first.missing_years)}", style="yellow")
    for url in first.pending:
        tell(f"待读（原件已存）：{url}", f"pending (bytes kept): {url}", style="cyan")
    place = Path(archive)
    tell(words("浏览：", "browse:") + f" .venv/bin/gongkai reports --archive {place}\n"
         + words("看改动：", "what changed:") + f" .venv/bin/gongkai history {changed.report_id} --archive {place}",
         words("浏览：", "browse:") + f" .venv/bin/gongkai reports --archive {place}\n"
         + words("看改动：", "what changed:") + f" .venv/bin/gongkai history {changed.report_id} --archive {place}", style="bold green")
    if not first.reports or not second.changed + second.new + second.unchanged:
        raise typer.Exit(UNEXPECTED)


def _crawl(url: str, agency: str, settings: Settings) -> SiteSummary:
    summary = crawl_with_progress([site_of(url, settings, agency=agency)], settings)
    print_summaries(summary)
    return summary[0]
