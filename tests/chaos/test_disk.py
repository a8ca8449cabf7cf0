"""A disk that is full, one that turns read-only, a clock that was set back."""

import sqlite3
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from crawler.session import frontiers_failure
from gongkai.settings import Settings
from spiders.agency import AgencySpider
from spiders.page import Page
from tests.chaos.conftest import Machine, Site, Told, Whole, assert_kept, assert_whole, drawn, points

_SMALLEST_KIB, _LARGEST_KIB = 300, 2000


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "disk"
    folder.mkdir()
    made = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=300k", "none", str(folder)], capture_output=True,
                          check=False, text=True)
    if made.returncode != 0:
        pytest.skip(f"no file system can be mounted here: {made.stderr.strip()}")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)


def _resize(folder: Path, kib: int) -> None:
    subprocess.run(["mount", "-o", f"remount,size={kib}k", str(folder)], check=True)


def _gave_up(told: Told, reason: str) -> bool:
    """Whether the crawl ended before its time, which it must say in words."""
    said = str(told.summary.get("explanation", "")) + told.stderr
    assert "Traceback" not in told.stderr, told.stderr
    if told.exit_code == 0 and told.summary["outcome"] != "failed":
        return False
    assert reason in said, said
    return True


@pytest.mark.timeout(3600)
def test_the_disk_fills_up_in_the_middle_of_a_crawl(site: Site, whole: Whole, small_disk: Path, tmp_path: Path) -> None:
    full = 0
    for kib in drawn("disk", points(1), _LARGEST_KIB - _SMALLEST_KIB):
        size, archive = kib + _SMALLEST_KIB, small_disk / f"archive-{kib}"
        when, machine = f"a disk of {size} KiB", Machine(tmp_path / f"machine-{kib}", Settings(archive=str(archive)))
        _resize(small_disk, size)
        told = site.crawl(machine)
        full += _gave_up(told, "no space left")
        _resize(small_disk, 100_000)
        assert_kept(machine, told.acknowledged, when)
        site.crawl_whole(machine)
        assert_whole(machine, whole, when, told.acknowledged)
        subprocess.run(["rm", "-r", str(archive)], check=True)
    print(f"{full} of {points(1)} disks were too small")
    assert full


@pytest.mark.parametrize(("pragma", "said"), [
    ("max_page_count=2", "no space left"), ("query_only=1", "Check the owner and the mount")])
def test_frontiers_that_cannot_be_written_are_said_in_the_same_words(tmp_path: Path, pragma: str, said: str) -> None:
    """A disk of 596 KiB was full just there: one of a hundred points drawn found it."""
    with sqlite3.connect(tmp_path / "site.db") as frontier:
        frontier.execute("CREATE TABLE t (x)")
        frontier.execute(f"PRAGMA {pragma}")
        with pytest.raises(sqlite3.OperationalError) as raised:
            frontier.execute("INSERT INTO t VALUES (zeroblob(100000))")
    told = frontiers_failure(tmp_path, raised.value)
    assert said in told and str(tmp_path) in told and "run the same command again" in told


def test_a_page_whose_links_found_no_room_is_not_taken_for_unreadable() -> None:
    """A disk of 709 KiB was full just there: the next run went on without the column's links and found nothing."""
    class Full:
        def take_in(self, *_: object) -> str:
            raise sqlite3.OperationalError("database or disk is full")

    with pytest.raises(sqlite3.OperationalError):
        AgencySpider._take_in(None, Full(), None, Page("http://a.gov.cn/", "list", ""))  # type: ignore[arg-type]


@pytest.mark.timeout(3600)
def test_the_disk_turns_read_only_in_the_middle_of_a_crawl(site: Site, whole: Whole, tmp_path: Path) -> None:
    ended = 0
    for step in drawn("read-only", points(1), whole.steps * 9 // 10):
        when = f"read-only from step {step} of {whole.steps}"
        machine = Machine(tmp_path / f"machine-{step}", Settings(archive=str(tmp_path / f"archive-{step}")))
        told = site.crawl(machine, read_only_from_step=step)
        ended += _gave_up(told, "Check the owner and the mount")
        assert_kept(machine, told.acknowledged, when)
        site.crawl_whole(machine)
        assert_whole(machine, whole, when, told.acknowledged)
    assert ended
