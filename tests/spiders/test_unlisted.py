"""A report that no list names any more is asked for again, so that the archive can tell whether its page is gone."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from spiders.frontier import Frontier
from spiders.unlisted import MOST_LOOKS, Unlisted
from tests.spiders.conftest import Crawl
from tests.spiders.sites import HOME, YEARS, World, trs_site

Run = Callable[..., Crawl]
GONE = YEARS[2]
PAGE = f"{HOME}zfxxgk/zfxxgknb/{GONE + 1}01/t{GONE + 1}0120_{70000 + GONE}.htm"


def without_it_in_the_list() -> World:
    return trs_site([year for year in YEARS if year != GONE], per_page=30)


def test_a_page_that_is_gone_is_looked_for_by_the_next_crawls_and_its_year_is_not_searched_for(
        crawl: Run, tmp_path: Path) -> None:
    kept = {"FRONTIER_DIR": str(tmp_path / "frontier")}
    assert crawl(trs_site(per_page=30), **kept).outcome == "complete"
    for asked in (False, True, False):  # noticed; asked for; and not again on the same day
        world = without_it_in_the_list()
        told = crawl(world, **kept)
        assert (told.outcome, told.years) == ("complete", list(YEARS)), told.log
        assert (PAGE in world.asked) is asked and len(world.asked) <= 3, world.asked
    assert [incident["url"] for incident in told.incidents] == []


def test_a_page_that_only_left_its_list_is_asked_for_once(crawl: Run, tmp_path: Path) -> None:
    kept = {"FRONTIER_DIR": str(tmp_path / "frontier")}
    whole = trs_site(per_page=30)
    assert crawl(whole, **kept).outcome == "complete"
    asked = []
    for _ in range(4):
        world = without_it_in_the_list()
        world.add(PAGE, whole.answer(PAGE)[1])
        crawl(world, **kept)
        asked.append(world.asked.count(PAGE))
    assert asked[:2] == [0, 1] and sum(asked[2:]) <= 1, "then as any other in its turn"


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Callable[[timedelta], None]:
    now = datetime(2026, 1, 1, tzinfo=UTC)

    def turn(by: timedelta) -> None:
        nonlocal now
        now += by
        monkeypatch.setattr("spiders.unlisted.utc_now", lambda: now)

    turn(timedelta())
    return turn


def test_often_until_it_must_be_called_gone_then_now_and_then(clock: Callable[[timedelta], None]) -> None:
    frontier = Frontier(None, HOME)
    Unlisted(frontier).left(["gone"])
    looked = []
    for day in range(120):
        if Unlisted(frontier).due():
            Unlisted(frontier).in_vain("gone")
            looked.append(day)
        clock(timedelta(days=1))
    assert looked[:9] == list(range(9)), "daily, until four looks span eight days"
    assert looked[9:] == [38, 68, 98], "then monthly, to see it come back"
    clock(timedelta(days=-400))
    assert Unlisted(frontier).due() == ["gone"], "a clock set back keeps nothing from being asked"
    Unlisted(frontier).came("gone")
    assert Unlisted(frontier).due() == []


def test_a_crawl_looks_for_two_of_them_the_longest_unasked_first(clock: Callable[[timedelta], None]) -> None:
    pages = Unlisted(Frontier(None, HOME))
    pages.left(map(str, range(5)))
    met = []
    for _ in range(3):
        due = pages.due()
        assert len(due) <= MOST_LOOKS
        met += due
        for name in due:
            pages.in_vain(name)
        clock(timedelta(hours=1))
    assert sorted(met) == list(map(str, range(5)))
    pages.named("0")
    clock(timedelta(days=1))
    assert "0" in pages.due(), "a list that names a dead page does not make it live"
