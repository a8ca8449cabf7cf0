"""Archives of runners: in a directory with SQLite, or with their catalog in PostgreSQL."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from gongkai.settings import Settings
from storage import Archive


@pytest.fixture(autouse=True)
def quiet_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("GONGKAI_CONFIG", raising=False)
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(archive=str(tmp_path / "archive"), allow_hosts=("127.0.0.1",), delay_s=0, jobs=4)


@pytest.fixture
def archive(settings: Settings) -> Iterator[Archive]:
    with Archive.open(settings) as opened:
        yield opened
