"""A crawl that is killed, that meets a full disk, that is run again."""

import os
import random
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

from gongkai.capture import Hints
from spiders.frontier import Frontier, Lead
from tests.spiders.conftest import ROOT, Crawl, command, environment, read_findings
from tests.spiders.sites import AGENCY, HOME, YEARS, served, trs_site

Run = Callable[..., Crawl]


def test_kill_9_at_random_moments_loses_no_report_and_repeats_little(tmp_path: Path) -> None:
    world, findings = trs_site(per_page=6), tmp_path / "findings.jsonl"
    settings = {"FRONTIER_DIR": str(tmp_path / "frontier"), "PAUSE_S": 0.05}
    start = command({"site": HOME, "agency": AGENCY}, findings, settings)
    moments, killed = random.Random(7), 0
    with served(world) as proxy:
        for _ in range(4):
            before = len(world.asked)
            child = subprocess.Popen(
                start, cwd=ROOT, env=environment(proxy), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
            )
            goal = before + moments.randint(2, 6)
            while child.poll() is None and len(world.asked) < goal:
                time.sleep(0.01)
            if child.poll() is None:
                os.kill(child.pid, signal.SIGKILL)
                killed += 1
            child.wait()
        subprocess.run(start, cwd=ROOT, env=environment(proxy), capture_output=True, timeout=120, check=True)
    assert killed >= 3
    got = {f["url"] for f in read_findings(findings)}
    assert len(got) == len(YEARS)
    assert len(world.asked) - len(set(world.asked)) <= killed  # only the page in hand at each kill is asked twice


def test_a_finding_that_cannot_be_stored_is_tried_again_by_the_next_run(crawl: Run, tmp_path: Path) -> None:
    world = trs_site(per_page=30)
    kept = {"FRONTIER_DIR": str(tmp_path / "frontier")}
    full = tmp_path / "full"
    full.mkdir()  # writing a line into a directory fails like a disk that is full
    first = crawl(world, **kept, FINDINGS=str(full))
    assert first.years == []
    assert {i["kind"] for i in first.incidents} == {"not_stored"}
    second = crawl(world, **kept)
    assert second.years == YEARS


def test_the_next_crawl_starts_at_the_list_that_gave_reports(crawl: Run, tmp_path: Path) -> None:
    world, kept = trs_site(per_page=6), {"FRONTIER_DIR": str(tmp_path / "frontier")}
    assert crawl(world, **kept).outcome == "complete"
    spent = len(world.asked)
    second = crawl(world, **kept)
    again = world.asked[spent:]
    assert second.outcome == "complete"
    assert again[0] == f"{HOME}zfxxgk/zfxxgknb/"
    assert len(again) == 2, "the list, and one kept report in its turn: an edit shows in no list"
    assert HOME not in again and second.years == list(YEARS)


def test_a_crawl_that_was_cut_off_and_went_on_leaves_the_next_one_as_little_to_ask(crawl: Run, tmp_path: Path) -> None:
    world, kept = trs_site(per_page=6), {"FRONTIER_DIR": str(tmp_path / "frontier")}
    assert crawl(world, **kept, max_requests=10).outcome == "budget"  # its list is read, its reports are not all
    assert crawl(world, **kept).outcome == "complete"
    assert len(world.asked) == len(set(world.asked)), "it goes on, and repeats nothing"
    spent = len(world.asked)
    third = crawl(world, **kept)
    assert third.outcome == "complete" and len(world.asked) - spent == 2, third.log


def test_a_report_added_to_a_remembered_list_is_the_only_new_one_asked_for(crawl: Run, tmp_path: Path) -> None:
    kept = {"FRONTIER_DIR": str(tmp_path / "frontier")}
    former = trs_site(YEARS[:-1], per_page=6)
    assert crawl(former, **kept).missing_years == [YEARS[-1]]
    world = trs_site(per_page=6)
    second = crawl(world, **kept)
    assert second.outcome == "complete"
    assert [f["url"] for f in second.findings if str(YEARS[-1]) in f["hints"]["anchor"]]
    assert len(world.asked) <= 4, world.asked


def test_a_list_that_moved_sends_the_crawl_to_the_home_page_again(crawl: Run, tmp_path: Path) -> None:
    kept = {"FRONTIER_DIR": str(tmp_path / "frontier")}
    assert crawl(trs_site(per_page=6), **kept).outcome == "complete"
    moved = trs_site(per_page=6, column="zfxxgk/gknb/")
    second = crawl(moved, **kept)
    assert second.outcome == "complete" and HOME in moved.asked
    assert "is no longer there" in second.log


def test_leads_come_best_first_each_once_and_survive(tmp_path: Path) -> None:
    frontier = Frontier(tmp_path, HOME)
    hints = Hints(anchor="政府信息公开年报", listed_date="2021-01-05")
    frontier.add(
        [
            Lead(HOME + "b/", 60, "container", "b", 1),
            Lead(HOME + "a/", 95, "column", "a", 2, hints=hints),
            Lead(HOME + "c/", 60, "container", "c", 1),
            Lead(HOME + "a/index.html", 10, "unknown", "same page"),
            Lead(HOME + "zero/", 0, "none", "worthless"),
        ]
    )
    first = frontier.take()
    assert first is not None and (first.url, first.hints) == (HOME + "a/", hints)
    frontier.add([Lead(HOME + "c/", 80, "column", "better known", 3)])
    frontier.close()
    again = Frontier(tmp_path, HOME)  # the process died with the first lead leased
    order = []
    while (lead := again.take()) is not None:
        again.settle(lead)
        order.append(lead.url.removeprefix(HOME))
    assert order == ["a/", "c/", "b/"]
    assert again.asked("https://swj.liuxi.gov.cn/a/")
    again.finish([], "2026-01-01T00:00:00+00:00")
    again.close()
    assert Frontier(tmp_path, HOME).take() is None  # a finished crawl leaves no leads behind
