"""Crawl logs are evidence: a line taken out or written anew is found, by the log's own digest and by the catalog."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from gongkai.capture import FetchRecord
from gongkai.settings import Settings
from storage import Archive
from storage.raw import pack, unpack
from tests.factories import SITE, at, finding
from tests.storage.steps import crawl, listing

Lines = list[bytes]


@pytest.fixture(params=["finished", "interrupted"])
def log(request: pytest.FixtureRequest, settings: Settings) -> Path:
    """The sealed log of a crawl with three fetches, and the archive's other one."""
    with Archive.open(settings) as archive:
        made = archive.begin_crawl(SITE)
        for number in range(3):
            made.record(FetchRecord(f"http://cgj.yunxi.gov.cn/{number}", at(number), 200, "page", reason="种子"))
        archive.keep(*finding(2020), crawl_id=made.crawl_id)
        if request.param == "finished":
            made.finish({"reports": 1})
    with Archive.open(settings) as archive:
        assert archive.verify().ok
        crawl(archive, finding(2019))
        assert archive.verify().ok
    return next(Path(settings.archive, "crawls").rglob(f"{made.crawl_id}*"))


def rewrite(log: Path, change: Callable[[Lines], Lines]) -> None:
    log.write_bytes(pack(b"".join(change(unpack(log.read_bytes()).splitlines(keepends=True)))))


def named(settings: Settings) -> list[tuple[str, str]]:
    with Archive.open(settings, read_only=True) as archive:
        return [(damage.kind, damage.key) for damage in archive.verify().damages if damage.key.startswith("crawls/")]


def without_digest(lines: Lines) -> Lines:
    end = json.loads(lines[-1])
    del end["before_sha256"]
    return [*lines[:-1], json.dumps(end).encode() + b"\n"]


@pytest.mark.parametrize("change", [
    lambda lines: lines[:2] + lines[3:], lambda lines: lines[:-1], lambda lines: lines[:-3],
    lambda lines: [line.replace(b'"status":200', b'"status":404') for line in lines],
    lambda lines: [lines[0], b"rubbish\n", *lines[2:]], lambda lines: [lines[0], lines[2], lines[1], *lines[3:]],
    lambda lines: without_digest(lines[:2] + lines[3:]),
], ids=["a line removed", "the end removed", "the tail removed", "a line altered", "a line spoilt", "two exchanged",
        "a line removed with the digest"])
def test_an_altered_log_is_named(settings: Settings, log: Path, change: Callable[[Lines], Lines]) -> None:
    rewrite(log, change)
    assert named(settings) == [("altered", log.relative_to(settings.archive).as_posix())]


def test_a_log_of_an_older_program_has_no_digest_and_is_read(settings: Settings, log: Path) -> None:
    rewrite(log, without_digest)
    with Archive.open(settings) as archive:
        expected = listing(archive)
        assert archive.verify().ok
        assert archive.rebuild()["skipped"] == 0 and listing(archive) == expected
