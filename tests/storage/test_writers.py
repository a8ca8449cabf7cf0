"""Two processes write one archive at once: different sites, and a page of the parent that both find."""

import multiprocessing
from pathlib import Path

import pytest

from gongkai.settings import Settings
from gongkai.site import AgencySite
from storage import Archive
from storage.journal import Journal, lines_of, sweep
from storage.locks import FileLock
from tests.factories import finding
from tests.storage.steps import listing

SHARED = "http://www.yunxi.gov.cn/xxgk/nb.html"
YEARS = range(2014, 2024)


def _crawl(settings: Settings, agency: str, host: str) -> None:
    site = AgencySite(f"http://{host}/", agency, "350200")
    with Archive.open(settings) as archive:
        log = archive.begin_crawl(site)
        for number, year in enumerate(YEARS):
            archive.keep(*finding(year, url=f"http://{host}/{year}.html", agency=agency, site=site, minutes=number),
                         crawl_id=log.crawl_id)
            archive.keep(*finding(year, url=f"{SHARED}?id={year}", minutes=number), crawl_id=log.crawl_id)
        log.finish({"agency": agency})


def test_two_processes_write_one_archive(either_settings: Settings, tmp_path: Path) -> None:
    fork = multiprocessing.get_context("fork")
    jobs = [("甲局", "a.gov.cn"), ("乙局", "b.gov.cn")]
    children = [fork.Process(target=_crawl, args=(either_settings, *job)) for job in jobs]
    for child in children:
        child.start()
    for child in children:
        child.join()
    assert [child.exitcode for child in children] == [0, 0]
    with Archive.open(either_settings) as archive:
        assert archive.stats().reports == 3 * len(YEARS) and archive.stats().versions == 3 * len(YEARS)
        report = archive.verify()
        assert report.ok, report.damages
        together = listing(archive)
    alone = Settings(archive=str(tmp_path / "alone"))
    for job in jobs:
        _crawl(alone, *job)
    with Archive.open(alone) as archive:
        assert listing(archive) == together


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_the_order_of_crawls_does_not_decide_what_is_canonical(tmp_path: Path, order: tuple[int, int]) -> None:
    found = [finding(2020), finding(2020, url="http://www.yunxi.gov.cn/2020.html")]
    with Archive.open(Settings(archive=str(tmp_path / "a"))) as archive:
        for position in order:
            log = archive.begin_crawl(found[position][0].site)
            archive.keep(*found[position], crawl_id=log.crawl_id)
            log.finish({})
        record, = archive.reports()
        assert record.url == found[0][0].page.url and len(record.urls) == 2


def test_a_crawl_begins_while_another_process_sweeps(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Between a journal's file and its lock another archive may be opened, which takes it for a dead one's."""
    folder, take, swept = tmp_path / "journals", FileLock.exclusive, []

    def late(lock: FileLock) -> None:
        if not swept:
            swept.append(lock.path)
            sweep(folder)
        take(lock)

    monkeypatch.setattr(FileLock, "exclusive", late)
    journal = Journal(folder / "20260101T000000Z-0a1b2c3d.jsonl", {"line": "begin"})
    journal.append({"line": "fetch"})
    assert swept and [line["line"] for line in lines_of(journal.read())] == ["begin", "fetch"]
    sweep(folder)
    assert journal.path.exists() and not list(folder.glob(".*"))
    journal.remove()
