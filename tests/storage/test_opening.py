"""Opening what is no archive, cannot be written, or comes from a newer program: a clear word and nothing touched."""

import multiprocessing
import os
import shutil
import tempfile
import threading
import zipfile
from collections.abc import Iterator
from pathlib import Path
from subprocess import run
from sys import executable

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine

import storage.catalog.schema as schema
from gongkai.errors import ConfigurationError, StorageError
from gongkai.settings import Settings
from storage import Archive
from tests.factories import SITE, finding
from tests.s3_server import Gate, S3Place
from tests.storage.steps import crawl, listing

NOBODY = 65534


def test_a_file_where_the_archive_should_be(tmp_path: Path) -> None:
    place = tmp_path / "notes.txt"
    place.write_text("mine")
    for settings in (Settings(archive=str(place)), Settings(archive=str(place / "below"))):
        with pytest.raises((ConfigurationError, StorageError), match=r"is a file|not a directory"):
            Archive.open(settings)
    assert place.read_text() == "mine"


def test_reading_where_there_is_no_archive_makes_none(tmp_path: Path) -> None:
    for place in (tmp_path / "nowhere", tmp_path):
        with pytest.raises(ConfigurationError, match=r"no archive|not an archive"):
            Archive.open(Settings(archive=str(place)), create=False, read_only=True)
    assert list(tmp_path.iterdir()) == []


def test_a_catalog_of_a_newer_program_is_left_alone(settings: Settings) -> None:
    Archive.open(settings).close()
    with create_engine(settings.catalog_url).begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    for read_only in (True, False):
        with pytest.raises(StorageError, match=r"newer gongkai \(schema 9999"):
            Archive.open(settings, read_only=read_only)


def test_reading_only_writes_nothing(settings: Settings) -> None:
    with Archive.open(settings) as archive:
        crawl(archive, finding(2020))
    with Archive.open(settings, read_only=True) as archive:
        assert len(list(archive.reports())) == 1 and archive.verify().ok
        for write in (lambda: archive.begin_crawl(SITE), archive.rebuild):
            with pytest.raises(StorageError, match="reading only"):
                write()


@pytest.fixture
def public_folder() -> Iterator[Path]:
    """A folder any user may reach; a test's own one belongs to its user alone."""
    folder = Path(tempfile.mkdtemp(prefix="gongkai-test-"))
    folder.chmod(0o755)
    try:
        yield folder
    finally:
        shutil.rmtree(folder)


def _as_nobody(settings: Settings, answer: "multiprocessing.Queue[tuple[str, str]]") -> None:
    """In a child, because root may write everywhere."""
    os.chdir("/")
    if os.getuid() == 0:
        os.setgid(NOBODY)
        os.setuid(NOBODY)
    try:
        Archive.open(settings)
        answer.put(("opened", ""))
    except StorageError as problem:
        answer.put(("refused", str(problem)))
    try:
        with Archive.open(settings, create=False, read_only=True) as reading:
            answer.put(("read", listing(reading)))
    except StorageError as problem:
        answer.put(("unread", str(problem)))


def test_a_directory_that_may_not_be_written_says_so_and_can_be_read(public_folder: Path) -> None:
    place = public_folder / "archive"
    settings = Settings(archive=str(place))
    with Archive.open(settings) as archive:
        crawl(archive, finding(2020))
        expected = listing(archive)
    for path in [place, *place.rglob("*")]:
        path.chmod(0o555 if path.is_dir() else 0o444)
    context = multiprocessing.get_context("fork")
    answer = context.Queue()
    child = context.Process(target=_as_nobody, args=(settings, answer))
    child.start()
    child.join()
    first, second = answer.get(timeout=5), answer.get(timeout=5)
    for path in [place, *place.rglob("*")]:
        path.chmod(0o755 if path.is_dir() else 0o644)
    assert first[0] == "refused" and "not writable" in first[1], first
    assert second == ("read", expected)


def test_several_processes_open_a_new_archive_at_once(settings: Settings) -> None:
    problems: list[BaseException] = []

    def work() -> None:
        try:
            with Archive.open(settings) as archive:
                crawl(archive, finding(2020))
        except BaseException as problem:
            problems.append(problem)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not problems, problems
    with Archive.open(settings) as archive:
        assert len(list(archive.reports())) == 1 and archive.verify().ok


def test_the_migrations_lead_to_the_tables_the_program_uses() -> None:
    config = Config()
    folder = Path(schema.__file__).parent / "migrations"
    config.set_main_option("script_location", str(folder))
    assert ScriptDirectory.from_config(config).get_heads() == [schema.HEAD]


def test_a_migrated_catalog_differs_in_nothing_from_the_declared_one(settings: Settings) -> None:
    Archive.open(settings).close()
    with create_engine(settings.catalog_url).connect() as connection:
        differences = compare_metadata(MigrationContext.configure(connection), schema.metadata)
        # On a server the search index stands beside the catalog; it is made anew, not migrated.
        assert [found for found in differences if not ("remove" in found[0] and "search_" in str(found[1]))] == []


def test_an_installed_package_brings_its_migrations(tmp_path: Path) -> None:
    root = Path(schema.__file__).parents[2]
    if not (root / "pyproject.toml").is_file():
        pytest.skip("not run from a checkout")
    copy = tmp_path / "source"
    copy.mkdir()
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        source = root / name
        (copy / name).write_text(source.read_text() if source.is_file() else "x")
    shutil.copytree(root / "storage", copy / "storage", ignore=shutil.ignore_patterns("__pycache__"))
    done = run([executable, "-m", "pip", "wheel", "--no-deps", "--no-build-isolation", "--disable-pip-version-check",
                "-q", "-w", str(tmp_path), str(copy)], capture_output=True, text=True)
    if done.returncode and "setuptools" in done.stderr:
        pytest.skip("setuptools is not installed in this environment")
    assert done.returncode == 0, done.stderr
    wheel, = tmp_path.glob("*.whl")
    names = zipfile.ZipFile(wheel).namelist()
    assert {"storage/catalog/migrations/env.py", "storage/catalog/migrations/versions/0001_first.py"} <= set(names)


@pytest.mark.parametrize(("wrong", "says"), [
    ({"s3_endpoint": None}, "GONGKAI_S3_ENDPOINT"), ({"s3_secret_key": None}, "GONGKAI_S3_SECRET_KEY"),
    ({"s3_secret_key": "wrong"}, "refuses the keys.*GONGKAI_S3_ACCESS_KEY"),
    ({"s3_access_key": "stranger"}, "refuses the keys.*GONGKAI_S3_ACCESS_KEY"),
    ({"s3_endpoint": "http://127.0.0.1:1"}, "host:port without http"), ({"archive": "s3://A_"}, "bucket name"),
    ({"s3_endpoint": "127.0.0.1:1"}, "does not answer.*GONGKAI_S3_ENDPOINT"),
    ({"s3_secure": True}, "GONGKAI_S3_SECURE=false")])
def test_wrong_s3_settings_say_what_to_set(
        s3_settings: S3Place, monkeypatch: pytest.MonkeyPatch, wrong: dict[str, object], says: str) -> None:
    monkeypatch.setattr("storage.objects.s3._BACKOFF_S", 0.01)
    settings = Settings(**{**s3_settings.settings(), **wrong})
    with pytest.raises((ConfigurationError, StorageError), match=says):
        Archive.open(settings)


def test_a_bucket_is_made_for_writing_and_missed_for_reading(s3_settings: S3Place) -> None:
    settings = Settings(**s3_settings.settings("cn"))
    with pytest.raises(ConfigurationError, match="no bucket"):
        Archive.open(settings, read_only=True)
    Archive.open(settings).close()
    assert s3_settings.client().bucket_exists(s3_settings.bucket)


def test_s3_away_for_a_while_stops_with_a_word_and_loses_nothing(
        s3_settings: S3Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("storage.objects.s3._BACKOFF_S", 0.01)
    with Gate(s3_settings.endpoint) as gate:
        settings = Settings(**{**s3_settings.settings(), "s3_endpoint": gate.endpoint})
        with Archive.open(settings) as archive:
            log = archive.begin_crawl(SITE)
            archive.keep(*finding(2019), crawl_id=log.crawl_id)
            gate.close()
            with pytest.raises(StorageError, match=r"does not answer.*Is the service up"):
                archive.keep(*finding(2020), crawl_id=log.crawl_id)
            with pytest.raises(StorageError, match="does not answer"):
                log.finish({})
        gate.open()
        with Archive.open(settings) as archive:
            assert archive.verify().ok and archive.stats().crawls == 1
            assert [v.outcome for v in crawl(archive, finding(2019), finding(2020))] == ["unchanged", "new"]
