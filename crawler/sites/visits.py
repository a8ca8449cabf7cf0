"""One polite request to each of some pages, by the rules of every crawl, without a crawl: nothing is archived.

The pages are asked for and read in a process of its own, ``python -m crawler.sites.visits``: addresses as one JSON line
on stdin, a `Visit` for each as a JSON line on stdout.
"""

import json
import os
import subprocess
import sys
from collections.abc import AsyncIterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from crawler.jobs.now import environment_of
from gongkai.clock import utc_now
from gongkai.errors import GongkaiError
from gongkai.settings import Settings, load_settings

if TYPE_CHECKING:
    from scrapy import Spider

_LEFT_OUT = frozenset({"crawler.journal.JournalMiddleware", "crawler.session.ArchiveSession",
                       "crawler.progress.ProgressEvents"})
"""What belongs to an archive and its crawls."""


@dataclass(frozen=True)
class Visit:
    """`landed` is where redirects ended, `said` are the page's titles and the name of its site, `listed` the organs it
    lists as (name, address) when it is a directory; `problem` says why there was no answer."""

    url: str
    status: int = 0
    landed: str = ""
    said: tuple[str, ...] = ()
    listed: tuple[tuple[str, str], ...] = ()
    problem: str = ""


def visit(urls: Sequence[str], settings: Settings) -> dict[str, Visit]:
    """A visit for each address. Hosts are asked side by side, each no faster than in a crawl."""
    log_file = settings.state_dir / "logs" / f"{utc_now():%Y%m%dT%H%M%SZ}-visits.log"
    job = json.dumps({"urls": list(dict.fromkeys(urls)), "log_file": str(log_file)})
    done = subprocess.run([sys.executable, "-m", "crawler.sites.visits"], input=job + "\n", text=True, encoding="utf-8",
                          capture_output=True, env=environment_of(settings), check=False)
    if done.returncode != 0:
        last = next((line for line in reversed(done.stderr.splitlines()) if line.strip()), "no reason given")
        raise GongkaiError(f"the process that asks the sites ended early ({last.strip()}); log: {log_file}")
    lines = map(json.loads, done.stdout.splitlines())
    visits = (Visit(**{**v, "said": tuple(v["said"]), "listed": tuple(map(tuple, v["listed"]))}) for v in lines)
    unread = f"its answer could not be read; log: {log_file}"
    return {**{url: Visit(url, problem=unread) for url in urls}, **{visit.url: visit for visit in visits}}


def main() -> None:
    from scrapy.crawler import CrawlerProcess
    from scrapy.settings import Settings as ScrapySettings

    from crawler.jobs.log_file import open_log

    job = json.loads(sys.stdin.readline())
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # whatever a library prints is no answer
    given = load_settings()
    open_log(Path(job["log_file"]), given.log_level)
    settings = ScrapySettings()
    settings.setmodule("crawler.settings", priority="project")
    for kind in ("DOWNLOADER_MIDDLEWARES", "EXTENSIONS"):
        kept = {name: order for name, order in settings[kind].items() if name not in _LEFT_OUT}
        settings.set(kind, kept, priority="cmdline")
    only_once: dict[str, Any] = {
        "ITEM_PIPELINES": {}, "GONGKAI_VALIDATORS": None, "RETRY_TIMES": 0, "LOG_INSTALL_ROOT_HANDLER": False,
        "GONGKAI_MAX_REQUESTS": len(job["urls"]) * (given.max_redirects + 2)}
    settings.update(only_once, priority="cmdline")
    process = CrawlerProcess(settings)
    visits: list[Visit] = []
    process.crawl(_visitor(), urls=job["urls"], visits=visits)
    process.start()
    answers.writelines(json.dumps(asdict(one), ensure_ascii=False) + "\n" for one in visits)
    answers.close()


def _visitor() -> "type[Spider]":
    """Made when it is needed: whoever only reads what a visit told need not load Scrapy."""
    from scrapy import Request, Spider
    from scrapy.http import Response
    from twisted.python.failure import Failure

    from spiders.directory import organs_listed
    from spiders.page import read_page

    class Visitor(Spider):
        name = "visits"

        def __init__(self, urls: list[str], visits: list[Visit]) -> None:
            super().__init__()
            self._urls, self._visits = urls, visits

        async def start(self) -> AsyncIterator[Any]:
            for url in self._urls:
                yield Request(url, self.arrived, errback=self.failed, dont_filter=True, meta={"asked": url})

        def arrived(self, response: Response) -> None:
            page = read_page(response)
            said = (*page.titles, page.meta.get("sitename", ""))
            listed = tuple((organ.name, organ.url) for organ in organs_listed(page))
            self._visits.append(Visit(response.meta["asked"], response.status, response.url,
                                      tuple(filter(None, said)), listed))

        def failed(self, failure: Failure) -> None:
            problem = getattr(failure.value, "detail", "") or str(failure.value)
            asked = failure.request.meta["asked"]  # type: ignore[attr-defined]
            self._visits.append(Visit(asked, problem=problem))

    return Visitor


if __name__ == "__main__":
    main()
