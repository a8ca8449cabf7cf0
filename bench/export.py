"""How much memory an export takes as the archive grows: the peak of a process of its own, by format and size.

    python -m bench.export [--reports 3000] [--keep DIR] [--format datapackage …]

The reports are generated, each with its page of some 4,000 characters and 200 cells. Two years of them are exported and
all eighteen: what is flat between the two is flat at any size.
"""

import argparse
import multiprocessing
import resource
import shutil
import tempfile
import time
from pathlib import Path
from random import Random
from typing import Any

from bench.archive import text
from gongkai.capture import Capture, Finding
from gongkai.clock import utc_now
from gongkai.document import Block, Document
from gongkai.report import CellValue, Check, Reading, Report, Section, SourceDocument
from gongkai.settings import Settings
from gongkai.site import AgencySite
from storage import Archive, Selection
from storage.export import FORMATS

_YEARS = range(2008, 2026)


def found(number: int, rng: Random) -> tuple[Finding, Reading]:
    agency, year = f"第{number // len(_YEARS)}市财政局", _YEARS[number % len(_YEARS)]
    url, body = f"http://x{number // len(_YEARS)}.gov.cn/{year}.html", text(rng)
    title = f"{agency}{year}年政府信息公开工作年度报告"
    page = Capture(url, url, utc_now(), 200, (("Content-Type", "text/html"),), f"<h1>{title}</h1>{body}".encode())
    read = Document("ok", "html", blocks=(Block("heading", title), Block("paragraph", body)), text=f"{title}\n{body}")
    cells = {f"c{n}": {"total": CellValue(str(n), n, "number", where=f"row {n}")} for n in range(200)}
    report = Report("annual_report", year, "title", agency, agency, True, "350200", "prefecture", "own_agency",
                    "cn-gov-2021", title, sections=(Section("overview", "一、总体情况", body),),
                    tables={"requests": cells}, checks=tuple(Check("REQ-ROW", str(n), n, n, "pass") for n in range(44)))
    return (Finding(AgencySite(f"http://x{number // len(_YEARS)}.gov.cn/", agency, "350200"), page),
            Reading((SourceDocument("page", url, (page.raw_sha256,), read),), 0, report))


def fill(archive: Archive, wanted: int) -> None:
    rng, log = Random(1), None
    for number in range(wanted):
        made = found(number, rng)
        log = log or archive.begin_crawl(made[0].site)
        archive.keep(*made, crawl_id=log.crawl_id)
        if number % len(_YEARS) == len(_YEARS) - 1 or number == wanted - 1:
            log.finish({})
            log = None


def _export(place: str, target: str, kind: Any, years: tuple[int, ...], answer: Any) -> None:
    begun = time.perf_counter()
    with Archive.open(Settings(archive=place), create=False, read_only=True) as archive:
        told = archive.export(Path(target), kind, Selection(years=years))
    peak_kib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    answer.send((told.reports, peak_kib / 1024, time.perf_counter() - begun))


def run(place: Path, kinds: list[str]) -> None:
    spawn = multiprocessing.get_context("spawn")
    for kind in kinds:
        for years in (tuple(_YEARS[:2]), ()):
            ours, theirs = spawn.Pipe(duplex=False)
            target = place / f"out-{kind}-{len(years)}"
            child = spawn.Process(target=_export, args=(str(place / "archive"), str(target), kind, years, theirs))
            child.start()
            reports, peak, spent = ours.recv()
            child.join()
            size = sum(path.stat().st_size for path in target.rglob("*") if path.is_file())
            print(f"{kind:<12} {reports:>7} reports: peak {peak:6.0f} MiB, {spent:6.1f} s, "  # noqa: T201
                  f"{size / 2**20:7.1f} MiB written", flush=True)
            shutil.rmtree(target)


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    asked.add_argument("--reports", type=int, default=3000)
    asked.add_argument("--format", nargs="+", choices=list(FORMATS), default=list(FORMATS))
    asked.add_argument("--keep", type=Path, help="where to make, or find, the archive")
    given = asked.parse_args()
    place = given.keep or Path(tempfile.mkdtemp(prefix="gongkai-bench-"))
    try:
        with Archive.open(Settings(archive=str(place / "archive"))) as archive:
            if next(archive.reports(limit=1), None) is None:
                begun = time.perf_counter()
                fill(archive, given.reports)
                print(f"{given.reports} reports kept in {time.perf_counter() - begun:.0f} s", flush=True)  # noqa: T201
        run(place, given.format)
    finally:
        if given.keep is None:
            shutil.rmtree(place, ignore_errors=True)


if __name__ == "__main__":
    main()
