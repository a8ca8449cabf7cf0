"""Discovery held to its bars on simulated sites: every own report, no other, at little more than a clerk's price."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from bench.discovery import hubs, scored
from tests.command import gongkai, objects
from tests.shared_material import needs_shared
from tests.simulator import Simulator, simulator

pytestmark = [needs_shared, pytest.mark.shared]
SITES = ("s1", "s2", "s3", "s4", "s5", "s6")
ELSEWHERE = {"weir": ("s3",)}
"""A site of another world; ``python -m bench.discovery`` crawls all of six."""
TRAPS = {"calendar", "search", "copy", "spam"}
_ratios: list[float] = []


@pytest.fixture(scope="module")
def dev() -> Iterator[Simulator]:
    with simulator("dev") as made:
        yield made


def measured(world: Simulator, site: str, place: Path) -> None:
    """One crawl as a user runs it: home page and the agency's present name, nothing about its past."""
    target = world.target(site)
    done = gongkai("crawl", target["home"], "--agency", target["agency"], "--json", proxy=world.proxy,
                   archive=str(place / "archive"))
    assert done.returncode == 0, done.stderr
    score = scored(world, site, target["agency"], str(place / "archive"), place)
    assert score["recall"] == 1.0 and score["precision"] >= 0.99, score
    assert score["overhead"] <= 4 * score["oracle"], score
    assert all(score["tags"].get(trap, 0) <= 2 for trap in TRAPS), score["tags"]
    assert score["max_open_per_host"] == 1
    _ratios.append(score["overhead"] / score["oracle"])


@pytest.mark.parametrize("site", SITES)
def test_a_site_gives_all_its_reports_and_unchanged_costs_little_again(
        dev: Simulator, site: str, tmp_path: Path) -> None:
    measured(dev, site, tmp_path)
    archive = tmp_path / "archive"
    before, remembered = objects(archive, "raw", "documents"), hubs(archive)
    target = dev.target(site)
    again = gongkai("crawl", target["home"], "--agency", target["agency"], "--json", proxy=dev.proxy,
                    archive=str(archive))
    told = json.loads(again.stdout)
    assert told["requests"] <= remembered + 2, "the lists, robots.txt, one report in its turn"
    assert (told["new"], told["changed"]) == (0, 0) and told["unchanged"] == told["reports"]
    assert objects(archive, "raw", "documents") == before


@pytest.mark.parametrize(("seed", "site"), [(seed, site) for seed, sites in ELSEWHERE.items() for site in sites])
def test_another_world_of_the_same_shape_gives_all_its_reports_too(seed: str, site: str, tmp_path: Path) -> None:
    with simulator(seed) as world:
        measured(world, site, tmp_path)


def test_the_median_overhead_is_within_twice_the_oracles() -> None:
    if len(_ratios) >= len(SITES):  # with -k only some of them ran
        assert sorted(_ratios)[len(_ratios) // 2] <= 2.0
