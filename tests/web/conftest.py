"""An archive of made reports behind the application, asked as a browser would ask it."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from crawler.reports.codebook import codebook
from gongkai.settings import Settings
from storage import Archive
from tests.factories import SITE, finding
from web.app import create_app


@pytest.fixture(autouse=True)
def quiet_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("GONGKAI_CONFIG", raising=False)


def fill(archive: Archive) -> dict[int, str]:
    """Reports of one agency for seven years, that of 2020 with a second state; ids by year."""
    log = archive.begin_crawl(SITE)
    ids = {}
    for year in range(2017, 2024):
        made = finding(year, received=year - 2000, published=None)
        ids[year] = archive.keep(*made, crawl_id=log.crawl_id).report_id
    archive.keep(*finding(2020, received=31, minutes=60, extra="另有说明。"), crawl_id=log.crawl_id)
    log.finish({"outcome": "ok"})
    return {year: str(report) for year, report in ids.items()}


@pytest.fixture(scope="session")
def filled(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[int, str]]:
    """Made once; every test gets a copy."""
    place = tmp_path_factory.mktemp("filled") / "archive"
    with Archive.open(Settings(archive=str(place))) as archive:
        return place, fill(archive)


@pytest.fixture
def settings(tmp_path: Path, filled: tuple[Path, dict[int, str]]) -> Settings:
    shutil.copytree(filled[0], tmp_path / "archive")
    return Settings(archive=str(tmp_path / "archive"))


@pytest.fixture
def ids(filled: tuple[Path, dict[int, str]]) -> dict[int, str]:
    return filled[1]


@pytest.fixture
def browser(settings: Settings) -> Iterator[TestClient]:
    with (Archive.open(settings, create=False, read_only=True) as archive,
          TestClient(create_app(settings, archive, codebook()), raise_server_exceptions=False) as client):
        yield client
