"""``python -m bench.discovery``: what finding an agency's reports costs, beside a plain breadth-first Scrapy crawl.

The sites are those of the simulator kept beside a developer's checkout (../shared/govweb), scored by its own scorer; a
stranger's clone has none. Overhead is every request that fetched no own report, up to the last year found; the oracle
is the shortest known path. ``again`` is a second crawl of the unchanged site, ``hubs`` the lists it remembers. """

import argparse
import json
import os
import re
import sqlite3
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from rich.console import Console
from rich.progress import track
from rich.table import Table

from tests.command import gongkai, listed
from tests.shared_material import SHARED
from tests.simulator import Simulator, bare, simulator

SEEDS = ("dev", "lantern", "weir", "orchid", "basalt", "heron")
SITES = ("s1", "s2", "s3", "s4", "s5", "s6")
_MOST_BREADTH = 4000
_MOVES = re.compile(r"""location(?:\.href|\.replace)?\s*[=(]\s*["']([^"']+)""")
err = Console(stderr=True)


@dataclass(frozen=True)
class Row:
    seed: str
    site: str
    recall: float
    precision: float
    requests: int
    overhead: int
    oracle: int
    again: int
    hubs: int
    traps: int
    ninety: int | None
    breadth_ninety: int | None


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.discovery", description=__doc__)
    parser.add_argument("--seeds", default=",".join(SEEDS))
    parser.add_argument("--sites", default=",".join(SITES))
    parser.add_argument("--no-breadth", action="store_true", help="leave the breadth-first crawls out")
    parser.add_argument("--spider", nargs=2, metavar=("URL", "HOSTS"), help="the breadth-first crawl alone")
    given = parser.parse_args()
    if given.spider:
        breadth_first(*given.spider)
        return
    if not SHARED.is_dir():
        sys.stdout.write("discovery: not measured, the simulator (../shared/govweb) is not part of the repository\n")
        return
    pairs = [(seed, site) for seed in given.seeds.split(",") for site in given.sites.split(",")]
    rows = [measure(seed, site, breadth=not given.no_breadth) for seed, site in track(pairs, "crawling", console=err)]
    show(rows)


def measure(seed: str, site: str, *, breadth: bool) -> Row:
    with simulator(seed) as world, tempfile.TemporaryDirectory() as place:
        target = world.target(site)
        crawl = ("crawl", target["home"], "--agency", target["agency"], "--json")
        archive = f"{place}/archive"
        first = gongkai(*crawl, proxy=world.proxy, archive=archive)
        assert first.returncode == 0, first.stderr
        score = scored(world, site, target["agency"], archive, Path(place))
        ninety = needed(world, site)
        again = json.loads(gongkai(*crawl, proxy=world.proxy, archive=archive).stdout)["requests"]
        wide = None
        if breadth:
            world.reset()
            hosts = ",".join(next(s["hosts"] for s in world.get("/truth")["sites"] if s["site"] == site))
            subprocess.run([sys.executable, "-m", "bench.discovery", "--spider", target["home"], hosts], check=True,
                           env={**os.environ, "http_proxy": world.proxy, "https_proxy": world.proxy})
            wide = needed(world, site)
        traps = sum(n for tag, n in score["tags"].items() if tag in ("calendar", "search", "copy", "spam"))
        return Row(seed, site, score["recall"], score["precision"], score["requests"], score["overhead"],
                   score["oracle"], again, hubs(Path(archive)), traps, ninety, wide)


def scored(world: Simulator, site: str, agency: str, archive: str, place: Path) -> dict[str, Any]:
    """What the simulator's own scorer says of the archive's index."""
    claims = place / "claims.jsonl"
    with claims.open("w", encoding="utf-8") as out:
        for record in listed(archive=archive):
            for url in (*record["urls"], *record["files"]):
                claim = {"url": url, "agency": record["agency"], "year": record["report_year"], "site": site}
                out.write(json.dumps(claim, ensure_ascii=False) + "\n")
    done = subprocess.run(
        [sys.executable, "-m", "govweb", "score", "--admin", world.admin, "--claims", str(claims), "--json"],
        cwd=SHARED / "govweb", capture_output=True, text=True, check=True,
        env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"})
    return next(row for row in json.loads(done.stdout) if row["site"] == site)


def needed(world: Simulator, site: str) -> int | None:
    """Requests until nine of ten own years had been fetched; None when they never were."""
    places: dict[str, int] = {}
    for report in world.own_reports(site):
        for url in (report["canonical_url"], *report["alt_urls"], *report["file_urls"]):
            places[bare(url)] = report["year"]
    years = set(places.values())
    seen: set[int] = set()
    for number, line in enumerate(world.log(site), 1):
        url = line["host"] + line["path"] + (f"?{line['query']}" if line["query"] else "")
        if line["status"] == 200 and url in places:
            seen.add(places[url])
        if len(seen) >= 0.9 * len(years):
            return number
    return None


def hubs(archive: Path) -> int:
    [frontier] = (archive / "state/frontiers").glob("*.db")
    with sqlite3.connect(frontier) as db:
        return int(db.execute("SELECT count(*) FROM hubs").fetchone()[0])


def show(rows: list[Row]) -> None:
    table = Table("seed", "site", "recall", "precision", "requests", "overhead", "oracle", "ratio", "again", "hubs",
                  "traps", "to 90 %", "breadth-first to 90 %")
    for r in rows:
        table.add_row(r.seed, r.site, f"{r.recall:.2f}", f"{r.precision:.2f}", str(r.requests), str(r.overhead),
                      str(r.oracle), f"{r.overhead / r.oracle:.2f}", str(r.again), str(r.hubs), str(r.traps),
                      str(r.ninety), str(r.breadth_ninety or "—"))
    Console(width=140).print(table)
    ratios = [r.overhead / r.oracle for r in rows]
    pairs = [(r.ninety, r.breadth_ninety) for r in rows if r.ninety and r.breadth_ninety]
    told = [f"overhead beside the oracle's: median {statistics.median(ratios):.2f}, largest {max(ratios):.2f}"]
    if pairs:
        told.append(f"requests to 90 % beside breadth-first: median 1/{statistics.median(b / o for o, b in pairs):.0f}")
    sys.stdout.write("discovery: " + "; ".join(told) + "\n")


def breadth_first(home: str, hosts: str) -> None:
    import scrapy
    from scrapy.crawler import CrawlerProcess
    from scrapy.linkextractors import LinkExtractor

    class Breadth(scrapy.Spider):
        """Every link of the site's hosts, in the order found."""

        name = "breadth"
        allowed_domains = hosts.split(",")
        links = LinkExtractor(deny_extensions=[])

        async def start(self) -> Any:
            yield scrapy.Request(home)

        def parse(self, response: Any) -> Iterator[Any]:
            for link in self.links.extract_links(response) if hasattr(response, "text") else ():
                yield scrapy.Request(link.url)
            for shown in _MOVES.findall(getattr(response, "text", "")):
                if urlsplit(url := response.urljoin(shown)).hostname in self.allowed_domains:
                    yield scrapy.Request(url)

    process = CrawlerProcess({
        "CONCURRENT_REQUESTS_PER_DOMAIN": 8, "DOWNLOAD_DELAY": 0, "ROBOTSTXT_OBEY": False, "LOG_LEVEL": "ERROR",
        "DEPTH_PRIORITY": 1, "SCHEDULER_DISK_QUEUE": "scrapy.squeues.PickleFifoDiskQueue",
        "SCHEDULER_MEMORY_QUEUE": "scrapy.squeues.FifoMemoryQueue", "CLOSESPIDER_PAGECOUNT": _MOST_BREADTH,
        "TELNETCONSOLE_ENABLED": False, "REMOTE_CONTROL_ENABLED": False})
    process.crawl(Breadth)
    process.start()


if __name__ == "__main__":
    main()
