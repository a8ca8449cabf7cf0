"""A catalog on a database server: restarted in the middle of a crawl, shared by machines, wrongly named."""

import multiprocessing
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from gongkai.errors import ConfigurationError, StorageError
from gongkai.settings import Settings
from storage import Archive
from tests.factories import SITE, finding
from tests.postgres_server import PostgresServer
from tests.s3_server import S3Place
from tests.storage.steps import crawl, listing

YEARS = range(2008, 2024)


def _expected(tmp_path: Path) -> str:
    with Archive.open(Settings(archive=str(tmp_path / "undisturbed"))) as archive:
        crawl(archive, *(finding(year) for year in YEARS))
        return listing(archive)


@pytest.mark.parametrize("away_s", [0.0, 1.5], ids=["restarted", "away for a while"])
def test_a_server_that_restarts_under_a_crawl_costs_time_and_nothing_else(
        postgres_server: PostgresServer, postgres_url: str, tmp_path: Path, away_s: float) -> None:
    settings = Settings(archive=str(tmp_path / "archive"), catalog=postgres_url)

    def interrupt() -> None:
        for _ in range(3):
            time.sleep(0.2)
            postgres_server.stop()
            time.sleep(away_s)
            postgres_server.resume()

    trouble = threading.Thread(target=interrupt)
    with Archive.open(settings) as archive:
        log = archive.begin_crawl(SITE)
        trouble.start()
        verdicts = []
        for year in YEARS:
            verdicts.append(archive.keep(*finding(year), crawl_id=log.crawl_id).outcome)
            time.sleep(0.05)
        log.finish({})
        trouble.join()
        assert set(verdicts) <= {"new", "changed"}
        assert listing(archive) == _expected(tmp_path)
        report = archive.verify()
        assert report.ok and not report.leftovers, report
    with Archive.open(settings) as archive:
        assert {v.outcome for v in crawl(archive, *(finding(year, minutes=9) for year in YEARS))} == {"unchanged"}


def test_a_server_that_stays_away_ends_the_crawl_with_a_word(
        postgres_server: PostgresServer, postgres_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("storage.catalog.server.PATIENCE_S", 0.5)
    settings = Settings(archive=str(tmp_path / "archive"), catalog=postgres_url)
    with Archive.open(settings) as archive:
        log = archive.begin_crawl(SITE)
        archive.keep(*finding(2019), crawl_id=log.crawl_id)
        postgres_server.stop()
        try:
            with pytest.raises(StorageError, match=r"does not answer.*GONGKAI_CATALOG"):
                archive.keep(*finding(2020), crawl_id=log.crawl_id)
        finally:
            postgres_server.resume()
    with Archive.open(settings) as archive:
        crawl(archive, finding(2019, minutes=5), finding(2020, minutes=5))
        assert archive.verify().ok and len(list(archive.reports())) == 2


@pytest.mark.parametrize(("url", "says"), [
    ("postgresql+psycopg://nobody@127.0.0.1:1/x", r"does not answer.*GONGKAI_CATALOG"),
    ("mysql://x", "Expected an SQLAlchemy URL|needs the Python module"), ("rubbish", "Expected an SQLAlchemy URL")])
def test_a_wrong_address_is_said_at_once(tmp_path: Path, url: str, says: str) -> None:
    started = time.monotonic()
    with pytest.raises((StorageError, ConfigurationError), match=says):
        Archive.open(Settings(archive=str(tmp_path / "archive"), catalog=url))
    assert time.monotonic() - started < 5


def _machine(home: Path, settings: Settings, received: int) -> None:
    """Another machine: it shares the bucket and the database, not the state directory with its kernel locks."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_DATA_HOME", str(home))
        with Archive.open(settings) as archive:
            crawl(archive, *(finding(year, received, minutes=received) for year in YEARS))


@pytest.fixture
def shared(s3_settings: S3Place, postgres_url: str) -> Callable[[], Settings]:
    return lambda: Settings(**s3_settings.settings(), catalog=postgres_url)


def test_machines_that_share_bucket_and_database_give_each_version_its_own_number(
        shared: Callable[[], Settings], tmp_path: Path) -> None:
    context = multiprocessing.get_context("fork")
    machines = [context.Process(target=_machine, args=(tmp_path / f"m{n}", shared(), n)) for n in (13, 31)]
    for machine in machines:
        machine.start()
    for machine in machines:
        machine.join()
    assert [machine.exitcode for machine in machines] == [0, 0]
    with Archive.open(shared()) as archive:
        assert archive.verify().ok, archive.verify().damages
        assert [record.versions for record in archive.reports()] == [2] * len(YEARS)


def test_rebuild_waits_for_the_crawls_of_other_machines(
        shared: Callable[[], Settings], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "m1"))
    with Archive.open(shared()) as busy:
        log = busy.begin_crawl(SITE)
        busy.keep(*finding(2020), crawl_id=log.crawl_id)
        monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "m2"))
        with Archive.open(shared()) as archive:
            with pytest.raises(StorageError, match="another process is writing"):
                archive.rebuild()
            log.finish({})
            expected = listing(archive)
            busy.close()
            archive.rebuild()
            assert listing(archive) == expected and archive.verify().ok


def test_a_title_with_a_nul_is_kept_in_every_catalog(settings: Settings) -> None:
    with Archive.open(settings) as archive:
        crawl(archive, finding(2020, title="年\0报", extra="句\0子"))
        assert next(archive.reports()).title == "年\ufffd报" and archive.verify().ok
        archive.rebuild()
        assert archive.verify().ok
