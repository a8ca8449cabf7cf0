"""An operator backs an archive up, restores it, and moves it from a directory and SQLite to S3 and PostgreSQL."""

import json
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

import samplesite
from tests.command import gongkai, objects
from tests.postgres_server import postgres_server, postgres_url  # noqa: F401  (fixtures)
from tests.s3_server import S3Place, s3_server, s3_settings  # noqa: F401  (fixtures)

OBJECTS = ("raw", "documents", "crawls", "registry", "tombstones")


@dataclass(frozen=True)
class Grown:
    """An archive in a directory, crawled once, with a registry; never written to by a test."""

    folder: Path
    site: samplesite.SampleSite

    def own_copy(self, folder: Path) -> str:
        shutil.copytree(self.folder, folder)
        return str(folder)

    def crawl(self, **settings: str) -> dict[str, object]:
        done = gongkai("crawl", self.site.url, "--agency", self.site.agency, "--json", allow_hosts="127.0.0.1",
                       no_proxy="127.0.0.1", **settings)
        assert done.returncode in (0, 3), done.stderr
        summary: dict[str, object] = json.loads(done.stdout)
        return summary


@pytest.fixture(scope="module")
def grown(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Grown]:
    folder = tmp_path_factory.mktemp("grown") / "archive"
    with samplesite.serve() as site:
        made = Grown(folder, site)
        made.crawl(archive=str(folder))
        sites = folder.with_name("sites.csv")
        sites.write_text(f"url,agency,region_code\n{site.url},{site.agency},350200\n", "utf-8")
        assert gongkai("sites", "import", str(sites), archive=str(folder), allow_hosts="127.0.0.1").returncode == 0
        yield made


def told(**settings: str) -> str:
    done = gongkai("reports", "--format", "jsonl", **settings)
    assert done.returncode == 0 and done.stdout, done.stderr
    return done.stdout


def test_growing_from_a_directory_to_s3_and_postgresql_tells_the_same_and_crawls_nothing_anew(
        grown: Grown, tmp_path: Path, s3_settings: S3Place, postgres_url: str,  # noqa: F811
        monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "home"))
    here = grown.own_copy(tmp_path / "archive")
    large = {key: str(value) for key, value in s3_settings.settings("cn").items()}
    keys = {key: value for key, value in large.items() if key != "archive"}

    copied = gongkai("copy", "--to", large["archive"], archive=here, **keys)
    assert copied.returncode == 0, copied.stderr
    large["catalog"] = postgres_url
    assert gongkai("rebuild", **large).returncode == 0
    assert told(**large) == told(archive=here)
    sites = ("sites", "export", "-")
    assert gongkai(*sites, **large).stdout == gongkai(*sites, archive=here).stdout
    verified = gongkai("verify", **large)
    assert verified.returncode == 0, verified.stdout

    again = grown.crawl(**large)
    assert int(str(again["requests"])) <= 5, "what was remembered of the site did not come along"
    assert (again["new"], again["changed"]) == (0, 0)


def test_a_backup_takes_only_what_is_new_and_a_restore_tells_the_same(grown: Grown, tmp_path: Path) -> None:
    here, backup, back = grown.own_copy(tmp_path / "archive"), str(tmp_path / "backup"), str(tmp_path / "back")
    first = gongkai("copy", "--to", backup, archive=here, language="en")
    assert first.returncode == 0, first.stderr
    kept = objects(Path(here), *OBJECTS)
    assert objects(Path(backup), *OBJECTS) == kept and f"copied {len(kept)} objects" in first.stderr

    assert gongkai("sites", "retire", grown.site.url, "--reason", "moved", archive=here).returncode == 0
    second = gongkai("copy", "--to", backup, archive=here, language="en")
    new = objects(Path(here), *OBJECTS).keys() - kept.keys()
    assert new and f"copied {len(new)} objects" in second.stderr and f"already {len(kept)}" in second.stderr

    assert gongkai("copy", "--to", back, archive=backup).returncode == 0
    assert gongkai("rebuild", archive=back).returncode == 0
    assert told(archive=back) == told(archive=here)
    assert gongkai("verify", archive=back).returncode == 0


def test_a_copy_broken_off_goes_on_and_neither_damage_nor_other_bytes_travel(grown: Grown, tmp_path: Path) -> None:
    here, backup = grown.own_copy(tmp_path / "archive"), tmp_path / "backup"
    assert gongkai("copy", "--to", str(backup), archive=here).returncode == 0
    raw = sorted(Path(here).glob("raw/**/*.*"))
    manifests = sorted(Path(here).glob("documents/**/manifest.json"))
    lost, damaged = raw[0].relative_to(here), raw[1].relative_to(here)
    for name in (lost, damaged, manifests[0].relative_to(here)):
        (backup / name).unlink()
    body = bytearray((Path(here) / damaged).read_bytes())
    body[len(body) // 2] ^= 1
    (Path(here) / damaged).write_bytes(body)
    other = backup / manifests[1].relative_to(here)
    text = other.read_bytes()
    other.write_bytes(text.replace(b'"number"', b'"NUMBER"'))

    again = gongkai("copy", "--to", str(backup), archive=here)
    assert again.returncode == 5 and [line.split("\t")[0] for line in again.stdout.splitlines()] == [str(damaged)]
    assert (backup / lost).exists() and not (backup / damaged).exists()
    checked = gongkai("copy", "--check", "--to", str(backup), archive=here)
    assert str(other.relative_to(backup)) in checked.stdout and "nothing is overwritten" in checked.stdout
    assert b'"NUMBER"' in other.read_bytes()


def test_a_copy_onto_itself_is_refused_with_what_to_do(grown: Grown) -> None:
    place = str(grown.folder)
    refused = gongkai("copy", "--to", place + "/", archive=place)
    assert refused.returncode == 2 and "--to" in refused.stderr and "Traceback" not in refused.stderr
