"""How fast pages come from an archive of national size: one server process asked a thousand times, 27 kinds of page.

    python -m bench.browsing DIR            # once: makes the archive
    python -m bench.web DIR [--times 40] [--empty]

Prints p50 and p95 by kind as a visitor waits, p95 of the processor time the server took (what a busy machine leaves as
it is), the size of the largest page and the memory of the process. Beside it stand a static
file and, with --empty, the same pages of an empty archive in the same run.
"""

import argparse
import random
import re
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote
from urllib.request import urlopen

from sqlalchemy import select

from bench.archive import _PROVINCES, _WORDS
from bench.browsing import _WITH_VERSIONS
from gongkai.settings import Settings
from storage import Archive
from storage.catalog.schema import reports, versions
from tests.factories import SITE, finding

_SERVE = """
import sys, uvicorn
from crawler.reports.codebook import codebook
from gongkai.settings import Settings
from storage import Archive
from web.app import create_app
settings = Settings(archive=sys.argv[1])
with Archive.open(settings, create=False, read_only=True) as archive:
    uvicorn.run(create_app(settings, archive, codebook()), host="127.0.0.1", port=int(sys.argv[2]), log_level="error")
"""
_LIMIT_MS, _LIMIT_BYTES = 50, 100_000
_BEFORE, _BESIDE_S = 3, 4
"""Rounds before anything is measured, and seconds after each for what is made beside the questions."""

Ask = Callable[[random.Random], str]


def with_real_reports(place: Path) -> list[str]:
    """Some reports with their objects, one of them in two states; ids."""
    with Archive.open(Settings(archive=str(place))) as archive:
        log = archive.begin_crawl(SITE)
        kept = [archive.keep(*finding(year, 13), crawl_id=log.crawl_id) for year in range(2012, 2024)]
        archive.keep(*finding(2020, 31, minutes=60), crawl_id=log.crawl_id)
        log.finish({"outcome": "complete", "reports": len(kept)})
        return [str(verdict.report_id) for verdict in kept]


def kinds(ids: list[str], agencies: list[str]) -> dict[str, Ask]:
    def province(rng: random.Random) -> str:
        return str(rng.choice(_PROVINCES))

    def place(rng: random.Random, digits: int) -> str:
        return f"{province(rng)}{rng.randint(1, 11):02d}{rng.randint(1, 10):02d}"[:digits]

    def word(rng: random.Random) -> str:
        return rng.choice(_WORDS)

    def year(rng: random.Random) -> int:
        return rng.randint(2010, 2024)

    return {
        "front": lambda r: "/",
        "search: a word": lambda r: f"/reports?q={word(r)}",
        "search: a word in a year": lambda r: f"/reports?q={word(r)}&year={year(r)}",
        "search: by relevance": lambda r: f"/reports?q={word(r)}&sort=relevance",
        "reports: the country": lambda r: "/reports",
        "reports: a province and a year": lambda r: f"/reports?region={province(r)}&year={year(r)}",
        "reports: newest of a place": lambda r: f"/reports?region={place(r, 4)}&sort=newest",
        "report": lambda r: f"/reports/{r.choice(ids)}",
        "report: its versions": lambda r: f"/reports/{r.choice(ids)}/versions",
        "report: two compared": lambda r: f"/reports/{ids[8]}/compare",
        "agencies of a province": lambda r: f"/agencies?region={province(r)}",
        "agencies by name": lambda r: f"/agencies?q=第{r.randint(1, 99_999)}市",
        "agency": lambda r: f"/agencies/{r.choice(agencies)}",
        "coverage: country, all years": lambda r: "/coverage?since=2008",
        "coverage: a province": lambda r: f"/coverage?region={province(r)}",
        "coverage: a prefecture": lambda r: f"/coverage?region={place(r, 4)}",
        "coverage: agencies of a county": lambda r: f"/coverage/agencies?region={place(r, 6)}",
        "season: the country": lambda r: f"/season?year={year(r)}",
        "season: a prefecture": lambda r: f"/season?year={year(r)}&region={place(r, 4)}",
        "season: late in a province": lambda r: f"/season/late?year={year(r)}&region={province(r)}",
        "changes: the country": lambda r: "/changes",
        "changes: a year": lambda r: f"/changes?year={year(r)}",
        "changes: a province": lambda r: f"/changes?region={province(r)}",
        "arrivals: a province": lambda r: f"/arrivals?region={province(r)}",
        "feed of changes": lambda r: f"/feeds/changes.atom?region={province(r)}",
        "API: coverage": lambda r: f"/api/v1/coverage?region={province(r)}",
        "API: agencies by years": lambda r: f"/api/v1/coverage/agencies?region={place(r, 6)}&limit=20",
        "static file (baseline)": lambda r: "/static/site.css"}


class Server:
    """One process with the application; `memory` in MiB."""

    def __init__(self, place: Path) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.process = subprocess.Popen([sys.executable, "-c", _SERVE, str(place), str(self.port)])
        for _ in range(600):
            try:
                self.get("/healthz")
                return
            except OSError:
                time.sleep(0.1)
        raise SystemExit("the server did not start")

    def get(self, path: str) -> tuple[float, int]:
        begun = time.perf_counter()
        with urlopen(f"http://127.0.0.1:{self.port}{quote(path, safe='/?&=')}", timeout=120) as answer:
            size = len(answer.read())
        return (time.perf_counter() - begun) * 1000, size

    @property
    def cpu_ms(self) -> float:
        """Spent by all its threads so far; those of the pool live as long as the process."""
        tasks = Path(f"/proc/{self.process.pid}/task").glob("*/schedstat")
        return sum(int(task.read_text().split()[0]) for task in tasks) / 1e6

    @property
    def memory(self) -> float:
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        found = re.search(r"VmRSS:\s+(\d+)", status)
        return int(found.group(1)) / 1024 if found else 0.0

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait()


@dataclass(frozen=True)
class Measured:
    middle_ms: float
    worst_ms: float
    worst_cpu_ms: float
    size: int


def run(place: Path, asked: dict[str, Ask], times: int) -> dict[str, Measured]:
    """By kind. Kinds alternate, as visitors do; each was asked for some times before."""
    server = Server(place)
    rng = random.Random(7)
    try:
        for _ in range(_BEFORE):
            for path in asked.values():
                server.get(path(rng))
            time.sleep(_BESIDE_S)
        before = server.memory
        spent: dict[str, list[float]] = {kind: [] for kind in asked}
        busy: dict[str, list[float]] = {kind: [] for kind in asked}
        sizes = dict.fromkeys(asked, 0)
        for _ in range(times):
            for kind, path in asked.items():
                already = server.cpu_ms
                took, size = server.get(path(rng))
                busy[kind].append(server.cpu_ms - already)
                spent[kind].append(took)
                sizes[kind] = max(sizes[kind], size)
        print(f"memory {before:.0f} MiB before, {server.memory:.0f} MiB after "  # noqa: T201
              f"{times * len(asked)} requests")
    finally:
        server.stop()
    return {kind: Measured(statistics.median(found), _p95(found), _p95(busy[kind]), sizes[kind])
            for kind, found in spent.items()}


def _p95(found: list[float]) -> float:
    return sorted(found)[min(len(found) - 1, int(len(found) * 0.95))]


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    asked.add_argument("place", type=Path)
    asked.add_argument("--times", type=int, default=40)
    asked.add_argument("--empty", action="store_true", help="beside it the pages of an archive with a dozen reports")
    given = asked.parse_args()
    ids = with_real_reports(given.place)
    with Archive.open(Settings(archive=str(given.place)), create=False, read_only=True) as archive, \
            archive._ready().reading() as connection:
        some = select(reports.c.agency_id).where(reports.c.report_id.in_(
            select(versions.c.report_id).where(versions.c.number == 1).limit(20_000))).distinct().limit(800)
        agencies = list(connection.execute(some).scalars())
    assert len(agencies) > _WITH_VERSIONS, "the archive is not one bench.browsing made"
    pages = kinds(ids, agencies)
    found = run(given.place, pages, given.times)
    beside: dict[str, Measured] = {}
    if given.empty:
        with tempfile.TemporaryDirectory() as folder:
            small = with_real_reports(Path(folder))
            with Archive.open(Settings(archive=folder), create=False, read_only=True) as archive:
                own = [one.agency_id for one in archive.browse.agencies(None, None, 9)]
            beside = run(Path(folder), kinds(small, own), max(5, given.times // 4))
    for kind, told in found.items():
        sign = "" if told.worst_ms < _LIMIT_MS and told.size < _LIMIT_BYTES else "  <-- over"
        other = f"   empty p95 {beside[kind].worst_ms:6.1f}, cpu {beside[kind].worst_cpu_ms:5.1f}" if beside else ""
        print(f"{kind:<34} p50 {told.middle_ms:7.1f} ms   p95 {told.worst_ms:7.1f} ms   "  # noqa: T201
              f"cpu p95 {told.worst_cpu_ms:6.1f} ms   {told.size / 1024:6.1f} KiB{other}{sign}")


if __name__ == "__main__":
    main()
