"""An archive in a directory and one on S3, the same scenarios for both."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from gongkai.settings import Settings
from storage import Archive
from tests.s3_server import s3_server, s3_settings

__all__ = ["s3_server", "s3_settings"]


@pytest.fixture(autouse=True)
def quiet_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No setting of the developer's machine reaches a test, and the state of S3 archives stays in the test's folder."""
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("GONGKAI_CONFIG", raising=False)
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(archive=str(tmp_path / "archive"))


@pytest.fixture(params=["directory", "s3"])
def either_settings(request: pytest.FixtureRequest, tmp_path: Path) -> Settings:
    if request.param == "directory":
        return Settings(archive=str(tmp_path / "archive"))
    return Settings(**request.getfixturevalue("s3_settings").settings("cn/reports"))


@pytest.fixture
def archive(settings: Settings) -> Iterator[Archive]:
    with Archive.open(settings) as opened:
        yield opened
