"""``python -m bench.normalise [FILE…]``: reading reports beside the libraries a researcher would take, in the same run.

An HTML report to its stored version beside `trafilatura.extract` alone: reading text and tables, recognising, all cells
and checks, four durable objects and the catalog on our side; the text alone on the other. A PDF report to its document
beside pdfplumber's text and tables of every page, and whether both have the same cells: the sample site's reports as an
office prints them (from Word files, by LibreOffice where it is installed, fonts in the file) and as the sample site
writes them (font left out), each set and both together. In one process, warm, processor time; above 1.00 we are the
faster ones. Memory is what reading all files took at most, in a fresh process, on top of the libraries it had loaded.
"""

import argparse
import gc
import itertools
import multiprocessing
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from io import BytesIO
from pathlib import Path

import pdfplumber
import trafilatura

from crawler.normalise import normalise
from crawler.reports import read_report
from crawler.reports.cells import read_tables
from gongkai.capture import Capture, Finding, Hints, Verdict
from gongkai.clock import utc_now
from gongkai.document import Document
from gongkai.report import SourceDocument
from gongkai.settings import load_settings
from gongkai.site import AgencySite
from samplesite import pdf, word
from samplesite.figures import Ledger
from samplesite.reports import compose
from samplesite.site import Site
from storage import Archive

SITE = AgencySite("http://www.example.gov.cn/", None)
PDF_YEARS = (2014, 2016, 2019, 2020, 2022, 2024)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.normalise", description=__doc__)
    parser.add_argument("files", nargs="*", type=Path, help="HTML and PDF reports; by default those of the sample site")
    parser.add_argument("--rounds", type=int, default=5)
    given = parser.parse_args()
    files = [file.read_bytes() for file in given.files]
    printed = {"of the files given": [data for data in files if data.startswith(b"%PDF")]} if files else {
        "printed by LibreOffice": printed_pdfs(), "font left out": sample_pdfs()}
    pages = [data for data in files if not data.startswith(b"%PDF")] if files else sample_pages()
    gc.freeze()  # as the sandbox's server and each crawl do once their libraries are there
    if pages:
        html(pages, given.rounds)
    pdfs({name: some for name, some in printed.items() if some}, given.rounds)


def html(pages: list[bytes], rounds: int) -> None:
    text = best(rounds, lambda: [trafilatura.extract(page) for page in pages])
    read = best(rounds, lambda: [normalise(page, url=SITE.url) for page in pages])
    kept = keep_all(rounds, pages)
    for name, seconds in (("html, read", read), ("html, read, recognised and kept", kept)):
        say(name, seconds, "trafilatura.extract alone", text, len(pages))
    say_memory("html", pages)


def pdfs(sets: dict[str, list[bytes]], rounds: int) -> None:
    seconds = {name: (best(rounds, lambda: [normalise(data) for data in printed]),  # noqa: B023 - run at once
                      best(rounds, lambda: [plumbed(data) for data in printed]))  # noqa: B023
               for name, printed in sets.items()}
    for name, (ours, theirs) in seconds.items():
        say(f"pdf, {name}, read", ours, "pdfplumber over all pages", theirs, len(sets[name]))
    printed = [data for some in sets.values() for data in some]
    if len(sets) > 1:
        ours, theirs = (sum(side) for side in zip(*seconds.values(), strict=True))
        say("pdf, all, read", ours, "pdfplumber over all pages", theirs, len(printed))
    if printed:
        same = sum(cells(normalise(data)) == cells(normalise(data, way="pdfplumber")) for data in printed)
        count = sum(len(cells(normalise(data))) for data in printed)
        sys.stdout.write(f"pdf: {same} of {len(printed)} reports with the same {count} statutory cells both ways\n")
        say_memory("pdf", printed)


def say(name: str, ours: float, other: str, theirs: float, count: int) -> None:
    sys.stdout.write(f"{name}: {1000 * ours / count:.1f} ms a report, {other} {1000 * theirs / count:.1f} ms, "
                     f"ratio {theirs / ours:.2f} ({count} reports)\n")


def say_memory(name: str, files: list[bytes]) -> None:
    most = {who: alone(peak, who, files) for who in ("trafilatura" if name == "html" else "pdfplumber", "gongkai")}
    sys.stdout.write(f"{name}, memory: {', '.join(f'{who} {mib} MiB' for who, mib in most.items())}\n")


def sample_pages() -> list[bytes]:
    site = Site("http://127.0.0.1:1", "bench")
    paths = [item.url.removeprefix(site.base) for item in site.truth if item.kind == "own" and item.format == "html"]
    return [site.pages[path].body for path in paths]


def sample_pdfs() -> list[bytes]:
    reports = [compose(Ledger("bench"), year) for year in PDF_YEARS]
    return [pdf.write(report.title, report.blocks) for report in reports]


def printed_pdfs() -> list[bytes]:
    """Word files of the reports as an office program prints them."""
    office = shutil.which("soffice") or shutil.which("libreoffice")
    if office is None:
        sys.stdout.write("pdf: LibreOffice, which prints the Word files, is not installed; that set is left out\n")
        return []
    with tempfile.TemporaryDirectory() as folder:
        written = [Path(folder, f"{year}.docx") for year in PDF_YEARS]
        for year, file in zip(PDF_YEARS, written, strict=True):
            report = compose(Ledger("bench"), year)
            file.write_bytes(word.write_docx(report.title, report.blocks))
        own = f"-env:UserInstallation={Path(folder, 'profile').as_uri()}"
        subprocess.run([office, own, "--headless", "--convert-to", "pdf", "--outdir", folder, *map(str, written)],
                       check=True, capture_output=True)
        return [file.with_suffix(".pdf").read_bytes() for file in written]


def plumbed(data: bytes) -> int:
    with pdfplumber.open(BytesIO(data)) as document:
        return sum(len(page.extract_text()) + len(page.extract_tables()) for page in document.pages)


def cells(document: Document) -> list[tuple[str, str, str, object]]:
    tables = read_tables(document).tables
    return [(table, row, column, cell.value) for table, rows in tables.items() for row, columns in rows.items()
            for column, cell in columns.items()]


def peak(who: str, files: list[bytes]) -> int:
    """MiB reading these files one after the other took at most, on top of the libraries a process had loaded."""
    work = {"trafilatura": trafilatura.extract, "pdfplumber": plumbed, "gongkai": lambda data: cells(normalise(data))}
    Path("/proc/self/clear_refs").write_text("5")  # the peak so far is the libraries', or even the parent's
    loaded = resident("VmRSS")
    for data in files:
        work[who](data)
    return (resident("VmHWM") - loaded) >> 10


def resident(what: str) -> int:
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(what))


def alone(work: Callable[..., int], *given: object) -> int:
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool:
        return pool.submit(work, *given).result()


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
