"""What crawls remember of a site when two machines were at it at once."""

from pathlib import Path

import pytest

from crawler.jobs.memory import memory_file, remembering
from gongkai.settings import Settings
from spiders.frontier import Frontier, Lead, RememberedHub
from tests.postgres_server import postgres_server, postgres_url  # noqa: F401  (fixtures)

HOME = "http://cgj.yunxi.gov.cn/"


def machine(folder: Path, catalog: str) -> Settings:
    return Settings(archive=str(folder), catalog=catalog)


def crawl(settings: Settings, *, finished: bool) -> None:
    frontier = Frontier(memory_file(settings, HOME).parent, HOME)
    frontier.add([Lead(HOME, 99, "home", "given")])
    if finished:
        frontier.finish([RememberedHub(f"{HOME}nb/", "年报", 12, entries=(f"{HOME}nb/1.html",))], "2026-01-01T00:00:00")
    frontier.close()


def remembered(settings: Settings) -> list[str]:
    """By a machine that has never crawled the site."""
    with remembering(settings, HOME):
        if not memory_file(settings, HOME).exists():
            return []
        frontier = Frontier(memory_file(settings, HOME).parent, HOME)
        try:
            return [hub.url for hub in frontier.hubs()]
        finally:
            frontier.close()


@pytest.mark.parametrize("finished_last", [True, False])
def test_a_crawl_that_lost_its_lease_takes_nothing_from_the_one_that_ended(
        tmp_path: Path, postgres_url: str, finished_last: bool) -> None:  # noqa: F811
    one, other = (machine(tmp_path / name, postgres_url) for name in ("one", "other"))
    with remembering(one, HOME):
        with remembering(other, HOME):  # both began before either had told anything
            crawl(other, finished=not finished_last)
        crawl(one, finished=finished_last)
    assert remembered(machine(tmp_path / "late", postgres_url)) == [f"{HOME}nb/"]


def test_what_a_machine_knows_better_than_it_told_is_not_taken_for_the_newest(
        tmp_path: Path, postgres_url: str) -> None:  # noqa: F811
    one, other = (machine(tmp_path / name, postgres_url) for name in ("one", "other"))
    with remembering(one, HOME):
        with remembering(other, HOME):
            crawl(other, finished=True)
        crawl(one, finished=False)  # told nobody: the other's stands
    assert remembered(one) == [f"{HOME}nb/"]
