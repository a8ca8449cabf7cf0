"""An archive of made reports behind the application, asked as a browser would ask it."""

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


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(archive=str(tmp_path / "archive"))


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


@pytest.fixture
def ids(settings: Settings) -> dict[int, str]:
    with Archive.open(settings) as archive:
        return fill(archive)


@pytest.fixture
def browser(settings: Settings, ids: dict[int, str]) -> Iterator[TestClient]:
    with (Archive.open(settings, create=False, read_only=True) as archive,
          TestClient(create_app(settings, archive, codebook()), raise_server_exceptions=False) as client):
        yield client
