"""The archive's directory or catalog taken away under a crawl: it stops and says so, and begins nothing anew."""

import json
import time
from collections.abc import Callable
from pathlib import Path

import pytest

import samplesite
from gongkai.errors import StorageError
from gongkai.settings import Settings
from storage import Archive
from tests.command import started
from tests.factories import SITE, finding
from tests.storage.steps import crawl, files, listing


@pytest.mark.parametrize("meanwhile", [lambda root: None, Path.mkdir], ids=["gone", "another in its place"])
def test_an_archive_moved_away_is_not_begun_anew(settings: Settings, meanwhile: Callable[[Path], None]) -> None:
    root = Path(settings.archive)
    with Archive.open(settings) as archive:
        log = archive.begin_crawl(SITE)
        archive.keep(*finding(2019), crawl_id=log.crawl_id)
        moved = root.rename(root.with_name("archive.gone"))
        meanwhile(root)
        for found in (finding(2019, minutes=5), finding(2020)):
            with pytest.raises(StorageError, match=f"the archive directory {root} is gone"):
                archive.keep(*found, crawl_id=log.crawl_id)
        with pytest.raises(StorageError, match=str(root)):
            log.finish({})
        assert not root.exists() or not list(root.iterdir())
    if root.exists():
        root.rmdir()
    moved.rename(root)
    with Archive.open(settings) as archive:
        assert archive.verify().ok and len(list(archive.reports())) == 1


def test_a_catalog_removed_under_a_crawl_is_noticed_at_its_end(sqlite_settings: Settings) -> None:
    with Archive.open(sqlite_settings) as archive:
        crawl(archive, finding(2019))
        log = archive.begin_crawl(SITE)
        archive.keep(*finding(2020), crawl_id=log.crawl_id)
        expected = listing(archive)
        for name in ("catalog.db", "catalog.db-wal", "catalog.db-shm"):
            Path(sqlite_settings.archive, name).unlink(missing_ok=True)
        with pytest.raises(StorageError, match=r"catalog\.db is gone.*gongkai rebuild"):
            log.finish({})
        assert not Path(sqlite_settings.archive, "catalog.db").exists()
    with Archive.open(sqlite_settings) as archive:
        archive.rebuild()
        assert listing(archive) == expected and archive.verify().ok and len(files(sqlite_settings, "crawls")) == 2


def test_the_command_whose_archive_was_moved_fails(settings: Settings) -> None:
    root = Path(settings.archive)
    with samplesite.serve() as site:
        running = started("crawl", site.url, "--json", archive=str(root), allow_hosts="127.0.0.1", language="en")
        deadline = time.monotonic() + 60
        while not list(root.glob("documents/**/manifest.json")) and time.monotonic() < deadline:
            time.sleep(0.02)
        root.rename(root.with_name("archive.gone"))
        out, err = running.communicate(timeout=60)
    assert running.returncode == 1, (out, err)
    assert json.loads(out)["outcome"] == "failed" and str(root) in json.loads(out)["explanation"]
    assert "Traceback" not in err and not list(root.glob("documents/**/*"))
