"""A sample site, archives of it in a directory and on S3, and what a crawl nothing disturbed makes of it."""

import json
import os
import random
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import pytest

import samplesite
from gongkai.settings import Settings
from gongkai.site import AgencySite
from storage import Archive
from storage.layout import DOCUMENTS, RAW
from tests.chaos.child import Job, Misfortune, crawl
from tests.command import lasting
from tests.forks import FORKS
from tests.postgres_server import postgres_server, postgres_url
from tests.s3_server import s3_server, s3_settings

__all__ = ["postgres_server", "postgres_url", "s3_server", "s3_settings"]

_LONGEST_S = 120


def points(few: int) -> int:
    """How many points of a scenario are tried: a handful, or as many as CHAOS_POINTS says."""
    return int(os.environ.get("CHAOS_POINTS", few))


def drawn(seed: str, count: int, steps: int) -> list[int]:
    """The same for everyone who asks alike; never two alike where there are enough."""
    return sorted(random.Random(seed).sample(range(1, steps + 1), min(count, steps)))


@dataclass(frozen=True)
class Machine:
    """A place where crawls run: its settings, and a home of its own for what is kept locally."""

    home: Path
    settings: Settings

    def environment(self) -> dict[str, str]:
        given = {"delay_s": "0", "allow_hosts": "127.0.0.1", **self.settings.model_dump(exclude_defaults=True)}
        return {**{f"GONGKAI_{name.upper()}": str(value) for name, value in given.items()},
                "XDG_DATA_HOME": str(self.home), "NO_PROXY": "127.0.0.1"}

    def open(self, *, read_only: bool = False) -> Archive:
        """As a process on this machine opens it; settings remember where their state is, so these are new ones."""
        os.environ["XDG_DATA_HOME"] = str(self.home)
        return Archive.open(Settings(**self.settings.model_dump(exclude_defaults=True)), read_only=read_only)


@dataclass(frozen=True)
class Told:
    """What a crawl's process said: how it ended, its events, and how many steps it took (0 when it never said)."""

    exit_code: int | None
    events: list[dict[str, Any]]
    stderr: str
    log: str

    @property
    def acknowledged(self) -> set[str]:
        """Pages of reports it said were kept."""
        return {e["url"] for e in self.events if e["event"] == "finding" and e["outcome"] != "rejected"}

    @property
    def summary(self) -> dict[str, Any]:
        return next((e["summary"] for e in self.events if e["event"] == "summary"), {})

    @property
    def steps(self) -> int:
        return next((e["steps"] for e in self.events if e["event"] == "summary"), 0)


class Crawl:
    """Started at once; `told` waits for its end."""

    def __init__(self, machine: Machine, site: AgencySite, misfortune: Misfortune) -> None:
        runs = machine.home / "runs"
        self.folder = runs / str(len(list(runs.iterdir())) if runs.is_dir() else 0)
        self.folder.mkdir(parents=True)
        job = Job(self.folder, asdict(site), machine.environment(), misfortune)
        self._process = FORKS.Process(target=crawl, args=(job,))
        self._process.start()

    def running(self) -> bool:
        return self._process.is_alive()

    def events(self) -> list[dict[str, Any]]:
        path = self.folder / "events"
        lines = path.read_bytes().splitlines(keepends=True) if path.exists() else []
        return [json.loads(line) for line in lines if line.endswith(b"\n")]

    def told(self) -> Told:
        self._process.join(_LONGEST_S)
        assert not self._process.is_alive(), f"the crawl did not end within {_LONGEST_S} s"
        return Told(self._process.exitcode, self.events(), *((self.folder / name).read_text("utf-8", "replace")
                    if (self.folder / name).exists() else "" for name in ("stderr", "log")))


@dataclass(frozen=True)
class Whole:
    """What an undisturbed crawl leaves: the index, the names of raw and derived objects, the steps it took, the
    pages of reports."""

    records: list[dict[str, Any]]
    keys: frozenset[str]
    steps: int
    pages: frozenset[str]


class Site:
    """The sample site and whoever crawls it."""

    def __init__(self, served: samplesite.SampleSite) -> None:
        self.served = served
        self.row = AgencySite(served.url, served.agency)

    def begin(self, machine: Machine, **misfortune: Any) -> Crawl:
        return Crawl(machine, self.row, Misfortune(**misfortune))

    def crawl(self, machine: Machine, **misfortune: Any) -> Told:
        return self.begin(machine, **misfortune).told()

    def crawl_whole(self, machine: Machine) -> Told:
        told = self.crawl(machine)
        assert told.exit_code == 0 and told.summary["outcome"] != "failed", (told.stderr, told.summary)
        return told


def kept(machine: Machine) -> tuple[list[dict[str, Any]], frozenset[str]]:
    """The index without its times, and the names of raw and derived objects."""
    with machine.open(read_only=True) as archive:
        records = lasting([json.loads(json.dumps(record.as_json())) for record in archive.reports()])
        return records, frozenset(key for root in (RAW, DOCUMENTS) for key in archive._objects.keys(root))


def assert_whole(machine: Machine, whole: Whole, when: str, acknowledged: Iterable[str] = ()) -> None:
    """Nothing acknowledged is lost, nothing is stored twice, `verify` is clean."""
    records, keys = kept(machine)
    known = {url for record in records for url in record["urls"]}
    assert set(acknowledged) <= known, when
    assert records == whole.records, when
    assert keys == whole.keys, f"{when}: {sorted(keys ^ whole.keys)}"
    with machine.open() as archive:
        report = archive.verify()
        assert report.ok and not report.leftovers, (when, report.damages[:5], report.leftovers[:5])


def assert_kept(machine: Machine, acknowledged: Iterable[str], when: str) -> None:
    """What a process that died had acknowledged is there before anybody mends anything."""
    if not (wanted := set(acknowledged)):
        return
    with machine.open() as archive:
        known = {url for record in archive.reports() for url in record.urls}
        assert wanted <= known, f"{when}: {wanted - known}"


@pytest.fixture(autouse=True)
def quiet_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("GONGKAI_CONFIG", raising=False)


@pytest.fixture(scope="package")
def site() -> Iterator[Site]:
    with samplesite.serve() as served:
        yield Site(served)


@pytest.fixture(scope="package")
def whole(site: Site, tmp_path_factory: pytest.TempPathFactory) -> Whole:
    machine = Machine(tmp_path_factory.mktemp("whole"), Settings(archive=str(tmp_path_factory.mktemp("undisturbed"))))
    told = site.crawl_whole(machine)
    records, keys = kept(machine)
    assert len(records) > 10
    return Whole(records, keys, told.steps, frozenset(told.acknowledged))


@pytest.fixture
def on_disk(tmp_path: Path) -> Machine:
    return Machine(tmp_path / "machine", Settings(archive=str(tmp_path / "archive")))


@pytest.fixture
def on_s3(tmp_path: Path, request: pytest.FixtureRequest) -> Machine:
    place = request.getfixturevalue("s3_settings").settings("cn/reports")
    return Machine(tmp_path / "machine", Settings(**place))


def another(machine: Machine, name: str) -> Machine:
    """A machine and an archive of its own, of the same kind."""
    archive = machine.settings.archive
    return replace(machine, home=machine.home / name,
                   settings=machine.settings.model_copy(update={"archive": f"{archive}-{name}" if "://" not in archive
                                                                else f"{archive}/{name}"}))
