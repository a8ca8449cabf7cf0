"""Killed, full disk, and what the next run makes of it: the same archive as if nothing had happened."""

import errno
import multiprocessing
import os
import platform
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import event
from sqlalchemy.engine import Engine

from gongkai.capture import FetchRecord, Finding
from gongkai.digest import sha256_hex
from gongkai.errors import StorageError
from gongkai.report import Reading
from gongkai.settings import Settings
from storage import Archive
from tests.chaos.steps import watched
from tests.factories import SITE, at, document, finding, lookalike, with_attachment
from tests.storage.steps import crawl, files, listing


def _found() -> list[tuple[Finding, Reading]]:
    """A site as it stands now: 2018 was corrected since the last crawl, 2019 has a file, 2020 is new."""
    return [finding(2018, 31, minutes=60), lookalike("http://cgj.yunxi.gov.cn/yd.html"),
            with_attachment(finding(2019, minutes=61), "http://cgj.yunxi.gov.cn/1.pdf", b"%PDF-1.4 \x00",
                            document(2019, doc_format="pdf")), finding(2020, minutes=62)]


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def crawled_before(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory,
                   ) -> Callable[[str], Settings]:
    """Archives as they were before the crawl that goes wrong."""
    top = tmp_path_factory.mktemp("before")
    server = request.getfixturevalue("postgres_server") if request.param == "postgresql" else None
    first = Settings(archive=str(top / "first"), catalog=server.database() if server else None)
    with Archive.open(first) as archive:
        crawl(archive, finding(2018, 13))

    def another(name: str) -> Settings:
        shutil.copytree(top / "first", top / name)
        return Settings(archive=str(top / name), catalog=server.database(first.catalog) if server else None)
    return another


def _crawl_until(settings: Settings, step: int) -> None:
    """In a child: dies as by kill -9 at the given step."""
    left = step

    def tick() -> None:
        nonlocal left
        left -= 1
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)

    watched(tick)
    with Archive.open(settings) as archive:
        crawl(archive, *_found())
    os._exit(0)


def test_killed_at_any_step_one_more_run_gives_the_same_archive(crawled_before: Callable[[str], Settings]) -> None:
    whole = crawled_before("whole")
    with Archive.open(whole) as archive:
        crawl(archive, *_found())
        expected, expected_files = listing(archive), files(whole, "raw", "documents").keys()
    fork = multiprocessing.get_context("fork")
    killed = 0
    for step in range(1, 500, 7):
        settings = crawled_before(f"killed-{step}")
        child = fork.Process(target=_crawl_until, args=(settings, step))
        child.start()
        child.join()
        if child.exitcode == 0:
            break
        assert child.exitcode == -signal.SIGKILL
        killed += 1
        with Archive.open(settings, read_only=True) as archive:
            assert archive.verify().ok, (step, archive.verify().damages)
        with Archive.open(settings) as archive:
            crawl(archive, *_found())
            assert listing(archive) == expected, step
            assert files(settings, "raw", "documents").keys() == expected_files, step
            assert archive.verify().ok, step
            if killed % 3 == 0:
                archive.rebuild()
                assert listing(archive) == expected, step
    assert killed > 14, "the steps did not cover the way of a finding"


def test_a_disk_that_fills_up_at_any_step_loses_nothing(crawled_before: Callable[[str], Settings]) -> None:
    with Archive.open(crawled_before("never-full")) as archive:
        crawl(archive, *_found())
        expected = listing(archive)
    for step in range(1, 400, 9):
        settings = crawled_before(f"full-{step}")
        with Archive.open(settings) as archive:
            left = step

            def tick() -> None:
                nonlocal left
                left -= 1
                if left == 0:
                    raise OSError(errno.ENOSPC, "No space left on device")

            back = watched(tick, ("fsync", "link", "rename", "write"))  # removing needs no space
            try:
                crawl(archive, *_found())
                filled = False
            except (StorageError, OSError) as problem:
                filled = True
                assert "o space left" in str(problem), problem
            finally:
                back()
            assert not files(settings, "incoming")
        with Archive.open(settings) as archive:
            assert archive.verify().ok, step
            crawl(archive, *_found())
            assert listing(archive) == expected, step
        if not filled:
            break
    else:
        pytest.fail("the disk was never large enough")


def test_a_full_disk_under_the_catalog_is_said_clearly_and_nothing_is_lost(sqlite_settings: Settings) -> None:
    def small(connection: object, _record: object) -> None:
        connection.execute("PRAGMA max_page_count=1")  # type: ignore[attr-defined]

    Archive.open(sqlite_settings).close()
    event.listen(Engine, "connect", small)
    try:
        with Archive.open(sqlite_settings) as archive, pytest.raises(StorageError, match="no space left"):
            crawl(archive, *(finding(year, extra="字" * 3000) for year in range(2008, 2024)))
    finally:
        event.remove(Engine, "connect", small)
    with Archive.open(sqlite_settings) as archive:
        crawl(archive, *(finding(year, extra="字" * 3000) for year in range(2008, 2024)))
        assert len(list(archive.reports())) == 16 and archive.verify().ok


def test_a_file_larger_than_the_disk_takes_is_refused_whole(settings: Settings) -> None:
    """The kernel's own limit on file size stands in for a full disk."""
    import resource

    big = with_attachment(finding(2020), "http://cgj.yunxi.gov.cn/1.pdf", b"%PDF" + os.urandom(3_000_000),
                          document(2020, doc_format="pdf"))
    with Archive.open(settings) as archive:
        log = archive.begin_crawl(SITE)
        soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (2_000_000, hard))
        try:
            with pytest.raises(StorageError, match=r"cannot write .*raw/sha256.*no space left"):
                archive.keep(*big, crawl_id=log.crawl_id)
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        assert list(archive.reports()) == [] and not files(settings, "incoming")
        assert archive.keep(*big, crawl_id=log.crawl_id).outcome == "new"


def test_a_crawl_that_died_is_sealed_as_interrupted_and_a_living_one_left_alone(settings: Settings) -> None:
    with Archive.open(settings) as living:
        log = living.begin_crawl(SITE)
        log.record(FetchRecord("http://cgj.yunxi.gov.cn/", at(0), 200, "page", reason="种子"))
        with Archive.open(settings) as other:
            assert files(settings, "crawls") == {} and len(other.verify().leftovers) == 1
    with Archive.open(settings) as after:
        key, = files(settings, "crawls")
        assert log.crawl_id in key and after.verify().ok and not after.verify().leftovers
        assert after.stats().crawls == 1


def test_a_version_whose_catalog_row_was_never_written_is_adopted(sqlite_settings: Settings) -> None:
    with Archive.open(sqlite_settings) as archive:
        crawl(archive, finding(2020, 13))
    before = Path(sqlite_settings.archive, "catalog.db").read_bytes()
    with Archive.open(sqlite_settings) as archive:
        crawl(archive, finding(2020, 31, minutes=5))
        expected = listing(archive)
    for name in ("catalog.db-wal", "catalog.db-shm"):
        Path(sqlite_settings.archive, name).unlink(missing_ok=True)
    Path(sqlite_settings.archive, "catalog.db").write_bytes(before)
    with Archive.open(sqlite_settings) as archive:
        assert [d.kind for d in archive.verify().damages if "manifest" in d.key] == ["uncatalogued"]
        assert [v.outcome for v in crawl(archive, finding(2020, 31, minutes=5))] == ["unchanged"]
        assert listing(archive) == expected


def test_temporary_files_of_the_dead_are_swept_and_those_of_the_living_left(settings: Settings) -> None:
    with Archive.open(settings) as archive:
        crawl(archive, finding(2020))
    folder = Path(settings.archive, "incoming")
    here = sha256_hex(platform.node())[:8]
    with subprocess.Popen([sys.executable, "-c", ""]) as ended:
        ended.wait()
    dead, alive = folder / f"{here}-{ended.pid}-aa", folder / f"{here}-{os.getpid()}-bb"
    elsewhere, old = folder / "00000000-1-cc", folder / "00000000-1-dd"
    for file in (dead, alive, elsewhere, old):
        file.write_bytes(b"half")
    os.utime(old, (time.time() - 90_000,) * 2)
    with Archive.open(settings) as archive:
        assert [file.exists() for file in (dead, alive, elsewhere, old)] == [False, True, True, False]
        assert archive.verify().ok
