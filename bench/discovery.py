"""``python -m bench.discovery``: what finding an agency's reports costs, beside a plain breadth-first Scrapy crawl.

Two kinds of site. The invented ones of tests/worlds, one a publishing system, are scored by their own truth. Those of
the simulator kept beside a developer's checkout (../shared/govweb) are scored by its own scorer, and crawled a second
time unchanged (``again``, beside ``hubs``, the lists the first crawl remembers); a stranger's clone has none of these.
Overhead is every request that fetched no own report, up to the last year found; the oracle is the shortest known path.
Breadth-first ends after 4,000 pages or with the site; lists that only scripts draw stay hidden from it.
"""

import argparse
import json
import os
import re
import sqlite3
import statistics
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from rich.console import Console
from rich.progress import track
from rich.table import Table

from tests.command import gongkai, listed
from tests.shared_material import SHARED
from tests.simulator import Simulator, simulator
from tests.simulator import bare as plain
from tests.spiders.measured import measure
from tests.worlds import variants
from tests.worlds.parts import bare
from tests.worlds.server import served

SEEDS = ("dev", "lantern", "weir", "orchid", "basalt", "heron")
SITES = ("s1", "s2", "s3", "s4", "s5", "s6")
_MOST_BREADTH = 4000
_NINETY = 0.9
_MOVES = re.compile(r"""location(?:\.href|\.replace)?\s*[=(]\s*["']([^"']+)""")
err = Console(stderr=True)


@dataclass(frozen=True)
class Walk:
    """`ninety`: requests until nine of ten own years had been fetched; None where they never were. `share` of them."""

    requests: int
    share: float
    ninety: int | None

    def __str__(self) -> str:
        return str(self.ninety) if self.ninety else f"never ({self.share:.0%} in {self.requests})"


@dataclass(frozen=True)
class Row:
    site: str
    recall: float
    precision: float
    overhead: int
    oracle: int
    walk: Walk
    traps: Mapping[str, int]
    again: int | None = None
    hubs: int | None = None
    breadth: Walk | None = None

    @property
    def ratio(self) -> float:
        return self.overhead / max(self.oracle, 1)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.discovery", description=__doc__)
    parser.add_argument("--seeds", default=",".join(SEEDS), help="worlds of the simulator; empty for none")
    parser.add_argument("--sites", default=",".join(SITES))
    parser.add_argument("--no-worlds", action="store_true", help="leave the invented sites of tests/worlds out")
    parser.add_argument("--no-breadth", action="store_true", help="leave the breadth-first crawls out")
    parser.add_argument("--spider", nargs=2, metavar=("URL", "HOSTS"), help="the breadth-first crawl alone")
    given = parser.parse_args()
    if given.spider:
        breadth_first(*given.spider)
        return
    if not given.no_worlds:
        names = [name for name in variants() if name != "empty"]
        show("invented sites", [of_world(name, breadth=not given.no_breadth)
                                for name in track(names, "invented sites", console=err)])
    pairs = [(seed, site) for seed in filter(None, given.seeds.split(",")) for site in given.sites.split(",")]
    if pairs and SHARED.is_dir():
        show("simulated sites", [of_simulator(seed, site, breadth=not given.no_breadth)
                                 for seed, site in track(pairs, "simulated sites", console=err)])
    elif pairs:
        sys.stdout.write("simulated sites: not measured, ../shared/govweb is not part of the repository\n")


def of_world(name: str, *, breadth: bool) -> Row:
    with tempfile.TemporaryDirectory() as place:
        seen = measure(name, Path(place))
    world = seen.world
    places = {bare(url): report.year for report in world.own for url in (report.url, *report.also, *report.files)}
    ours, wide = walked((bare(line.url) for line in world.log), places), None
    if breadth:
        world.log.clear()
        with served(world) as proxy:
            walk_wide(world.home, urlsplit(world.home).hostname or "", proxy)
        wide = walked((bare(line.url) for line in world.log), places)
    found = len(seen.told["found"])
    return Row(name, seen.recall, 1 - len(seen.wrong) / found if found else 1.0, seen.spent.overhead, seen.oracle, ours,
               seen.spent.traps, breadth=wide)


def of_simulator(seed: str, site: str, *, breadth: bool) -> Row:
    with simulator(seed) as world, tempfile.TemporaryDirectory() as place:
        target = world.target(site)
        crawl = ("crawl", target["home"], "--agency", target["agency"], "--json")
        archive = f"{place}/archive"
        first = gongkai(*crawl, proxy=world.proxy, archive=archive)
        assert first.returncode == 0, first.stderr
        score = scored(world, site, target["agency"], archive, Path(place))
        places = {plain(url): report["year"] for report in world.own_reports(site)
                  for url in (report["canonical_url"], *report["alt_urls"], *report["file_urls"])}
        ours, wide = walked(fetched(world, site), places), None
        again = json.loads(gongkai(*crawl, proxy=world.proxy, archive=archive).stdout)["requests"]
        if breadth:
            world.reset()
            hosts = ",".join(next(s["hosts"] for s in world.get("/truth")["sites"] if s["site"] == site))
            walk_wide(target["home"], hosts, world.proxy)
            wide = walked(fetched(world, site), places)
        traps = Counter({tag: n for tag, n in score["tags"].items() if tag in ("calendar", "search", "copy", "spam")})
        return Row(f"{seed} {site}", score["recall"], score["precision"], score["overhead"], score["oracle"], ours,
                   traps, again, hubs(Path(archive)), wide)


def scored(world: Simulator, site: str, agency: str, archive: str, place: Path) -> dict[str, Any]:
    """What the simulator's own scorer says of the archive's index."""
    claims = place / "claims.jsonl"
    with claims.open("w", encoding="utf-8") as out:
        for record in listed(archive=archive):
            for url in (*record["urls"], *record["files"]):
                claim = {"url": url, "agency": record["agency"], "year": record["report_year"], "site": site}
                out.write(json.dumps(claim, ensure_ascii=False) + "\n")
    return world.score(claims)[site]


def fetched(world: Simulator, site: str) -> Iterator[str]:
    """The addresses asked for, in order; an empty one where the answer was not the page."""
    for line in world.log(site):
        url = line["host"] + line["path"] + (f"?{line['query']}" if line["query"] else "")
        yield url if line["status"] == 200 else ""


def walked(asked: Iterable[str], places: Mapping[str, int]) -> Walk:
    years, seen, ninety, number = set(places.values()), set[int](), None, 0
    for number, url in enumerate(asked, 1):
        if url in places:
            seen.add(places[url])
        if ninety is None and len(seen) >= _NINETY * len(years):
            ninety = number
    return Walk(number, len(seen) / len(years) if years else 1.0, ninety)


def hubs(archive: Path) -> int:
    [frontier] = (archive / "state/frontiers").glob("*.db")
    with sqlite3.connect(frontier) as db:
        return int(db.execute("SELECT count(*) FROM hubs").fetchone()[0])


def show(title: str, rows: list[Row]) -> None:
    again, breadth = any(r.again for r in rows), any(r.breadth for r in rows)
    table = Table("site", "recall", "precision", "requests", "overhead", "oracle", "ratio", "traps", "to 90 %",
                  *(("again", "hubs") if again else ()), *(("breadth-first to 90 %",) if breadth else ()), title=title)
    for r in rows:
        traps = " ".join(f"{kind}:{n}" for kind, n in sorted(r.traps.items()) if n) or "0"
        cells = (r.walk.requests, r.overhead, r.oracle, f"{r.ratio:.2f}", traps, r.walk,
                 *((r.again, r.hubs) if again else ()), *((r.breadth,) if breadth else ()))
        table.add_row(r.site, f"{r.recall:.2f}", f"{r.precision:.2f}", *map(str, cells))
    Console(width=150).print(table)
    told = [f"recall {min(r.recall for r in rows):.2f} or more, precision {min(r.precision for r in rows):.2f} or more",
            f"overhead beside the oracle's: median {statistics.median(r.ratio for r in rows):.2f}, "
            f"largest {max(r.ratio for r in rows):.2f}"]
    if breadth:
        pairs = [(r.walk.ninety, r.breadth.ninety) for r in rows if r.walk.ninety and r.breadth and r.breadth.ninety]
        told.append(f"breadth-first reached 90 % on {len(pairs)} of {len(rows)}" + (
            f", with {statistics.median(b / o for o, b in pairs):.1f} times our requests (median of those)"
            if pairs else ""))
    sys.stdout.write(f"{title}: " + "; ".join(told) + "\n")


def walk_wide(home: str, hosts: str, proxy: str) -> None:
    subprocess.run([sys.executable, "-m", "bench.discovery", "--spider", home, hosts], check=True,
                   env={**os.environ, "http_proxy": proxy, "https_proxy": proxy})


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
