"""Archives in a directory and on S3, with their catalog in SQLite and in PostgreSQL: the same scenarios for all."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from gongkai.settings import Settings
from storage import Archive
from tests.postgres_server import postgres_server, postgres_url
from tests.s3_server import s3_server, s3_settings

__all__ = ["postgres_server", "postgres_url", "s3_server", "s3_settings"]


@pytest.fixture(autouse=True)
def quiet_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No setting of the developer's machine reaches a test, and the state of S3 archives stays in the test's folder."""
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("GONGKAI_CONFIG", raising=False)
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def sqlite_settings(tmp_path: Path) -> Settings:
    """Where a scenario is about the catalog's file."""
    return Settings(archive=str(tmp_path / "archive"))


@pytest.fixture(params=["sqlite", "postgresql"])
def settings(request: pytest.FixtureRequest, tmp_path: Path) -> Settings:
    catalog = request.getfixturevalue("postgres_url") if request.param == "postgresql" else None
    return Settings(archive=str(tmp_path / "archive"), catalog=catalog)


@pytest.fixture(params=["directory", "s3", "s3 and postgresql"])
def either_settings(request: pytest.FixtureRequest, tmp_path: Path) -> Settings:
    if request.param == "directory":
        return Settings(archive=str(tmp_path / "archive"))
    place = request.getfixturevalue("s3_settings").settings("cn/reports")
    catalog = request.getfixturevalue("postgres_url") if request.param.endswith("postgresql") else None
    return Settings(**place, catalog=catalog)


@pytest.fixture
def archive(settings: Settings) -> Iterator[Archive]:
    with Archive.open(settings) as opened:
        yield opened


@pytest.fixture
def first_pipeline(monkeypatch: pytest.MonkeyPatch) -> None:
    """Versions are kept as before catalogs said which pipeline read them: by the first, without their words."""
    monkeypatch.setattr("storage.keeping.PIPELINE_VERSION", 1)
    monkeypatch.setattr("storage.interpretation.words_of", lambda *_: None)
