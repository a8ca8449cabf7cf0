"""``python -m bench.normalise [FILE…]``: an HTML report to its stored version beside `trafilatura.extract` alone.

In one process, warm, processor time: reading text and tables, recognising, all cells and checks, four durable objects
and the catalog on our side; the text alone on the other. Above 1.00 we are the faster ones.
"""

import argparse
import itertools
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import trafilatura

from crawler.normalise import normalise
from crawler.reports import read_report
from gongkai.capture import Capture, Finding, Hints, Verdict
from gongkai.clock import utc_now
from gongkai.report import SourceDocument
from gongkai.settings import load_settings
from gongkai.site import AgencySite
from samplesite.site import Site
from storage import Archive

SITE = AgencySite("http://www.example.gov.cn/", None)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.normalise", description=__doc__)
    parser.add_argument("files", nargs="*", type=Path, help="HTML reports; by default those of the sample site")
    parser.add_argument("--rounds", type=int, default=5)
    given = parser.parse_args()
    pages = [file.read_bytes() for file in given.files] or sample_pages()
    text = best(given.rounds, lambda: [trafilatura.extract(page) for page in pages])
    read = best(given.rounds, lambda: [normalise(page, url=SITE.url) for page in pages])
    kept = keep_all(given.rounds, pages)
    for name, seconds in (("read", read), ("read, recognised and kept", kept)):
        sys.stdout.write(
            f"{name}: {1000 * seconds / len(pages):.1f} ms a report, trafilatura alone "
            f"{1000 * text / len(pages):.1f} ms, ratio {text / seconds:.2f} ({len(pages)} reports)\n"
        )


def sample_pages() -> list[bytes]:
    site = Site("http://127.0.0.1:1", "bench")
    paths = [item.url.removeprefix(site.base) for item in site.truth if item.kind == "own" and item.format == "html"]
    return [site.pages[path].body for path in paths]


def best(rounds: int, work: Callable[[], object]) -> float:
    """Processor seconds of the quickest round; the first only warms up."""
    return min([timed(work) for _ in range(rounds + 1)][1:])


def timed(work: Callable[[], object]) -> float:
    started = time.process_time()
    work()
    return time.process_time() - started


def keep_all(rounds: int, pages: list[bytes]) -> float:
    """Each round keeps the pages under addresses of its own, so that all of it is written."""
    with tempfile.TemporaryDirectory() as folder, Archive.open(load_settings(archive=folder)) as archive:
        log = archive.begin_crawl(SITE)
        numbers = itertools.count()
        seconds = best(rounds, lambda: [keep(archive, log.crawl_id, next(numbers), page) for page in pages])
        log.finish({})
    return seconds


def keep(archive: Archive, crawl_id: str, number: int, page: bytes) -> Verdict:
    url = f"{SITE.url}{number}.html"
    page += f"<!-- {number} -->".encode()
    capture = Capture(url, url, utc_now(), 200, (("Content-Type", "text/html"),), page)
    source = SourceDocument("page", url, (capture.raw_sha256,), normalise(page, url=url))
    reading = read_report([source], site=SITE, hints=Hints(), url=url)
    if not reading.report.is_report:
        raise SystemExit(f"page {number} is no report but {reading.report.kind}")
    return archive.keep(Finding(SITE, capture), reading, crawl_id=crawl_id)


if __name__ == "__main__":
    main()
