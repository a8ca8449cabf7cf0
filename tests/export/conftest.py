"""One archive of the sample site, crawled before and after the agency's quiet edit, and what was exported between."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

import samplesite
from gongkai.settings import Settings
from storage import Archive
from tests.command import gongkai
from tests.s3_server import s3_server, s3_settings

__all__ = ["s3_server", "s3_settings"]


@dataclass(frozen=True)
class Taken:
    """`folder` holds the archive and the exports by the name of their format; `edited` is the year of the report that
    was changed after the first crawl and the first data package."""

    folder: Path
    site_url: str
    edited: int

    @property
    def archive(self) -> str:
        return str(self.folder / "archive")

    def open(self) -> Archive:
        return Archive.open(Settings(archive=self.archive), create=False, read_only=True)

    def export(self, name: str, *options: str, code: int = 0) -> Path:
        done = gongkai("export", str(self.folder / name), *options, archive=self.archive)
        assert done.returncode == code, done.stderr
        return self.folder / name


@pytest.fixture(scope="package")
def taken(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Taken]:
    folder = tmp_path_factory.mktemp("taken")
    with samplesite.serve() as site:
        made = Taken(folder, site.url, samplesite.EDITED_YEAR)
        options = ("--agency", site.agency, "--archive", made.archive)
        first = gongkai("crawl", site.url, *options, allow_hosts="127.0.0.1", no_proxy="127.0.0.1")
        assert first.returncode == 0, first.stderr
        made.export("package", "--format", "datapackage")
        made.export("tree", "--format", "tree")
        site.reissue()
        again = gongkai("crawl", site.url, *options, "--recheck", allow_hosts="127.0.0.1")
        assert again.returncode == 0, again.stderr
    yield made
