"""A crawl is cut short from outside, or meets another one: nothing stays behind, and the next run completes."""

import json
import os
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import samplesite
from tests.command import gongkai, lasting, listed, started
from tests.rude_server import Handler, RudeServer

HERE = {"allow_hosts": "127.0.0.1,127.0.0.2,localhost", "language": "en"}
STOPPING = "Stopping when the page under way is stored; Ctrl-C again ends at once. The next run goes on from here."


@pytest.fixture(scope="module")
def site() -> Iterator[samplesite.SampleSite]:
    with samplesite.serve() as made:
        yield made


@pytest.fixture(scope="module")
def expected(site: samplesite.SampleSite, tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, Any]]:
    archive = str(tmp_path_factory.mktemp("whole"))
    assert gongkai("crawl", site.url, **HERE, archive=archive).returncode == 0
    return lasting(listed(archive=archive))


def begun(url: str, archive: Path, **settings: str) -> "subprocess.Popen[str]":
    """A slow crawl that has kept its first report."""
    process = started("crawl", url, "--json", **{**HERE, "archive": str(archive), "delay_s": "0.15", **settings})
    assert process.stderr is not None
    assert process.stderr.readline().startswith("new 20")
    return process


def processes_below(pid: int) -> set[int]:
    """The crawl's child, the sandbox of the child, and what that is reading with."""
    parents = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                parents[int(entry.name)] = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
            except OSError:  # ended meanwhile
                continue
    below: set[int] = set()
    while more := {child for child, parent in parents.items() if parent in below | {pid}} - below:
        below |= more
    return below


def running(pids: set[int]) -> set[int]:
    """Those still there; one that only waits for its parent to notice its end is not."""
    found = set()
    for pid in pids:
        try:
            state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
        except OSError:
            continue
        if state not in "ZX":
            found.add(pid)
    return found


def assert_gone(pids: set[int], within_s: float = 5.0) -> None:
    deadline = time.monotonic() + within_s
    while running(pids) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert running(pids) == set()


def assert_completes(site: samplesite.SampleSite, archive: Path, expected: list[dict[str, Any]]) -> None:
    again = gongkai("crawl", site.url, **HERE, archive=str(archive))
    assert again.returncode == 0, again.stderr
    assert lasting(listed(archive=str(archive))) == expected
    verified = gongkai("verify", archive=str(archive))
    assert verified.returncode == 0, verified.stdout


def test_killed_with_nine_nothing_goes_on_running(
    site: samplesite.SampleSite, expected: list[dict[str, Any]], tmp_path: Path
) -> None:
    process = begun(site.url, tmp_path)
    below = processes_below(process.pid)
    assert len(below) >= 2, "the crawl's process and its sandbox"
    process.kill()
    process.communicate()
    assert_gone(below)
    assert_completes(site, tmp_path, expected)


def test_ctrl_c_ends_after_the_page_and_says_how_far_it_came(site: samplesite.SampleSite, tmp_path: Path) -> None:
    process = begun(site.url, tmp_path)
    below = processes_below(process.pid)
    os.killpg(process.pid, signal.SIGINT)  # as a terminal does: to the whole group
    out, err = process.communicate(timeout=30)
    assert process.returncode == 130
    assert STOPPING in err and "Traceback" not in err
    summary = json.loads(out)
    assert summary["outcome"] == "incomplete" and summary["new"] >= 1
    assert summary["explanation"] == "the crawl was interrupted; the next one goes on from here"
    assert_gone(below)
    assert len(listed(archive=str(tmp_path))) == summary["new"]


def silence(handler: Handler) -> None:
    handler.be_silence()


def test_a_second_ctrl_c_does_not_wait_for_a_site_that_is_silent(tmp_path: Path) -> None:
    with RudeServer(pages={"/": silence}) as rude:
        process = started("crawl", rude.url("/"), **HERE, archive=str(tmp_path))
        while "/" not in rude.paths:
            time.sleep(0.05)
        below = processes_below(process.pid)
        process.send_signal(signal.SIGINT)
        assert process.stderr is not None
        while STOPPING not in process.stderr.readline():
            pass
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=10)
        assert process.returncode == 130
        assert "the crawl was interrupted (it was ended at once); the next one goes on from here" in err
        assert_gone(below)


def test_the_same_site_is_crawled_by_one_process_at_a_time_and_sigterm_leaves_the_rest_for_the_next(
    site: samplesite.SampleSite, expected: list[dict[str, Any]], tmp_path: Path
) -> None:
    process = begun(site.url, tmp_path, delay_s="1")  # it outlasts the start of the second on a busy machine
    second = gongkai("crawl", site.url, "--json", **HERE, archive=str(tmp_path))
    assert second.returncode == 1
    told = f"another process is crawling {site.url} into {tmp_path}; let it end before you run this again"
    assert json.loads(second.stdout)["explanation"] == told and told in second.stderr
    process.terminate()
    process.communicate(timeout=30)
    assert process.returncode == 143
    assert_completes(site, tmp_path, expected)


def test_two_sites_crawled_into_one_archive_at_the_same_time(expected: list[dict[str, Any]], tmp_path: Path) -> None:
    with samplesite.serve() as one, samplesite.serve(seed="other") as other:
        crawls = [started("crawl", s.url, "--json", **HERE, archive=str(tmp_path)) for s in (one, other)]
        ended = [process.communicate(timeout=120) for process in crawls]
    assert [process.returncode for process in crawls] == [0, 0], ended
    summaries = [json.loads(out) for out, _ in ended]
    assert [s["reports"] for s in summaries] == [len(expected)] * 2
    records = listed(archive=str(tmp_path))
    pages = {url for record in records for url in record["urls"]}
    for s in (one, other):
        assert {p.url for p in s.truth if p.kind != "look_alike"} <= pages
    verified = gongkai("verify", archive=str(tmp_path))
    assert verified.returncode == 0, verified.stdout
