"""Crawls side by side that reach one portal are one polite visitor to it."""

import asyncio
import os
import subprocess
import sys
import time
from itertools import pairwise
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from crawler.fetching.turns import FileTurns
from tests.command import REPOSITORY, gongkai
from tests.rude_server import Handler, RudeServer, Seen

DELAY_S = 0.3


def city(handler: Handler) -> None:
    """Two bureaus whose disclosure columns lie on the city's portal, each with a few reports to read there."""
    host, path = urlsplit(handler.path).hostname or "", urlsplit(handler.path).path
    if path == "/robots.txt":
        handler.send(b"", "text/plain", status=404)
    elif host != "www.pol.gov.cn":
        column = f"http://www.pol.gov.cn/bm/{host[0]}ju/zfxxgknb/"
        handler.send(f"<html><title>某局</title><a href='{column}'>政府信息公开年报</a></html>".encode())
    elif path.endswith("/zfxxgknb/"):
        rows = "".join(f"<li><a href='t{y}.html'>{y}年政府信息公开工作年度报告</a>" for y in range(2018, 2022))
        handler.send(f"<html><title>政府信息公开年报</title><ul>{rows}</ul></html>".encode())
    else:
        handler.server.closing.wait(0.1)
        handler.send(f"<html><title>年度报告</title><p>{path}</p>{'<p>正文。</p>' * 200}</html>".encode())


def test_two_crawls_of_one_command_share_the_portal_they_both_reach(tmp_path: Path) -> None:
    with RudeServer(proxied=city) as rude:
        done = gongkai(
            "crawl", "http://a.pol.gov.cn/", "http://b.pol.gov.cn/", proxy=rude.url(""),
            archive=str(tmp_path / "archive"), delay_s=str(DELAY_S), max_requests="14",
        )
        portal = [seen for seen in rude.seen if "//www.pol.gov.cn/" in seen.path]
    assert sum("/aju/" in seen.path for seen in portal) >= 5, done.stderr
    assert sum("/bju/" in seen.path for seen in portal) >= 5, done.stderr
    assert shortest_pause(portal) >= DELAY_S - 0.01


def shortest_pause(seen: list[Seen]) -> float:
    """From the end of an answer to the next question: negative when two were open at once."""
    turns = sorted(seen, key=lambda one: one.began)
    return min(later.began - earlier.ended for earlier, later in pairwise(turns))


def waited_s(turns: FileTurns, delay_s: float) -> float:
    async def take() -> float:
        began = time.monotonic()
        async with turns.at("www.pol.gov.cn", delay_s):
            return time.monotonic() - began

    return asyncio.run(take())


def test_a_rest_one_crawl_was_told_to_take_is_taken_by_all(tmp_path: Path) -> None:
    told, other = FileTurns(tmp_path, 60), FileTurns(tmp_path, 60)
    waited_s(told, 0)
    told.rest("www.pol.gov.cn", 0.4)
    assert waited_s(other, 0) > 0.3
    assert waited_s(FileTurns(tmp_path, 60), 0) < 0.3, "the rest is over"


def test_a_clock_that_was_set_back_costs_one_delay(tmp_path: Path) -> None:
    turns = FileTurns(tmp_path, 60)
    waited_s(turns, 0)
    turns.rest("www.pol.gov.cn", 0)
    [asked], [rest] = tmp_path.glob("*.asked"), tmp_path.glob("*.rest")
    for file in (asked, rest):
        os.utime(file, (time.time() + 86_400,) * 2)
    assert 0.25 < waited_s(turns, 0.3) < 20
    assert waited_s(turns, 0) < 0.25


def test_a_crawl_killed_in_mid_answer_gives_its_turn_back(tmp_path: Path) -> None:
    script = (
        "import asyncio, pathlib, sys\nfrom crawler.fetching.turns import FileTurns\n"
        "async def hold():\n    async with FileTurns(pathlib.Path(sys.argv[1]), 60).at('www.pol.gov.cn', 0):\n"
        "        print('held', flush=True)\n        await asyncio.sleep(60)\nasyncio.run(hold())"
    )
    command = [sys.executable, "-c", script, str(tmp_path)]
    with subprocess.Popen(command, cwd=REPOSITORY, stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdout is not None and holder.stdout.readline() == "held\n"
        with pytest.raises(TimeoutError):
            asyncio.run(in_vain(FileTurns(tmp_path, 60)))
        holder.kill()
    assert waited_s(FileTurns(tmp_path, 60), 0) < 20


async def in_vain(turns: FileTurns) -> None:
    async with asyncio.timeout(0.4), turns.at("www.pol.gov.cn", 0):
        pass


def test_a_state_directory_that_cannot_be_used_is_said_once_and_stops_nobody(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "hosts").write_text("a file in its place")
    turns = FileTurns(tmp_path / "hosts", 60)
    assert waited_s(turns, 60) < 20 and waited_s(turns, 60) < 20
    assert caplog.text.count("turns at hosts are not shared") == 1
