"""Killed with -9 anywhere in a crawl of lists that come by JSON or POST: one more run gives the whole archive, and asks
for next to nothing twice. GONGKAI_TEST_CUTS=12 cuts at more moments than the one of a common run."""

import json
import os
import random
import re
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from tests.command import gongkai, lasting, listed, objects, started
from tests.shared_material import needs_shared
from tests.simulator import simulator
from tests.worlds.families import hanweb
from tests.worlds.parts import Request, Response
from tests.worlds.server import served

CUTS = int(os.environ.get("GONGKAI_TEST_CUTS", "1"))
IN_HAND = 2
"""The page that was not stored yet, and its file: of a crawl of 25 requests, 8 %."""


@dataclass(frozen=True)
class Place:
    """A site on the wire. `asked` tells every request so far, in order."""

    home: str
    agency: str
    proxy: str
    asked: Callable[[], list[str]]
    forget: Callable[[], None]

    def command(self) -> list[str]:
        return ["crawl", self.home, "--agency", self.agency, "--json"]


class Steady(hanweb.World):
    """Without the session id that makes every page other bytes each time: archives are compared by byte."""

    def answer(self, request: Request) -> Response:
        answer = super().answer(request)
        steady = isinstance(answer.body, str) and re.sub(r";jsessionid=\w+", "", answer.body)
        return replace(answer, body=steady) if steady else answer


@contextmanager
def columns_as_json() -> Iterator[Place]:
    with simulator("dev") as world:
        target = world.target("s3")

        def asked() -> list[str]:
            return [f"{e['method']} {e['host']}{e['path']}?{e['query']}" for e in world.log("s3")]

        yield Place(target["home"], target["agency"], world.proxy, asked, world.reset)


@contextmanager
def records_by_post() -> Iterator[Place]:
    world = Steady()
    with served(world) as proxy:

        def asked() -> list[str]:
            return [f"{line.method} {line.url} {line.body}" for line in list(world.log)]

        yield Place(world.home, world.agency.name, proxy, asked, world.log.clear)


def crawl(place: Place, archive: Path) -> None:
    done = gongkai(*place.command(), proxy=place.proxy, archive=str(archive))
    assert done.returncode == 0, f"exit {done.returncode}: {done.stderr}"
    assert json.loads(done.stdout)["outcome"] == "complete", done.stdout


def killed(place: Place, archive: Path, after: int, pause_s: float) -> bool:
    """Whether the command was still running `pause_s` after so many requests, when it was killed; what it started ends
    with it."""
    process = started(*place.command(), proxy=place.proxy, archive=str(archive), delay_s="0.03")
    while process.poll() is None and len(place.asked()) < after:
        time.sleep(0.01)
    time.sleep(pause_s)
    alive = process.poll() is None
    if alive:
        process.kill()
    process.communicate(timeout=30)
    return alive


@pytest.mark.parametrize("site", [
    pytest.param(columns_as_json, marks=[needs_shared, pytest.mark.shared]),
    records_by_post,
], ids=["JSON", "POST"])
def test_the_next_run_gives_the_same_archive_and_repeats_little(
    site: Callable[[], AbstractContextManager[Place]], tmp_path: Path
) -> None:
    with site() as place:
        whole = tmp_path / "whole"
        crawl(place, whole)
        expected, kept, once = lasting(listed(archive=str(whole))), objects(whole, "raw", "documents"), place.asked()
        chance, cuts = random.Random(20080501), 0
        repeated = 0
        for after in sorted(chance.sample(range(1, len(once)), CUTS)):
            archive = tmp_path / f"cut{after}"
            place.forget()
            cuts += killed(place, archive, after, chance.uniform(0, 0.06))
            crawl(place, archive)
            when = f"killed after request {after} of {len(once)}"
            again = Counter(place.asked()) - Counter(once)
            assert again.total() <= IN_HAND, f"{when}: asked beyond a whole crawl: {again}"
            assert not any("robots.txt" in asked for asked in again), f"{when}: the crawl goes on by the rules it read"
            repeated += again.total()
            assert lasting(listed(archive=str(archive))) == expected, when
            assert objects(archive, "raw", "documents").keys() == kept.keys(), when
            verified = gongkai("verify", archive=str(archive))
            assert verified.returncode == 0, f"{when}: {verified.stdout}{verified.stderr}"
        print(f"{repeated} of {CUTS * len(once)} requests repeated, {cuts} of {CUTS} crawls killed")
        assert cuts >= CUTS - 1 - CUTS // 6, "crawls were killed before their end"
