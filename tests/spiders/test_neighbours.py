"""One vendor builds alike for a whole prefecture: where one agency lists its reports, the next is looked at first."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.spiders.conftest import Crawl
from tests.spiders.sites import AGENCY, HOST, YEARS, World, page, trs_site

Run = Callable[..., Crawl]
OTHER, OTHER_HOST = "柳溪市交通运输局", "jtj.liuxi.gov.cn"
OTHER_HOME = f"http://{OTHER_HOST}/"
FAR_HOST = "jtj.baixi.gov.cn"


def moved(world: World, host: str) -> World:
    """The same site as another agency's, under a host of its own."""
    there = World()
    for key, body in world.pages.items():
        assert isinstance(body, str)
        there.add(f"http://{key.replace(HOST, host)}", body.replace(HOST, host).replace(AGENCY, OTHER))
    return there


def remembering(folder: Path) -> dict[str, Any]:
    """What crawls leave for each other."""
    return {"FRONTIER_DIR": str(folder), "NEIGHBOURS_FILE": str(folder / "neighbours.db")}


def after_a_neighbour(crawl: Run, world: World, folder: Path, host: str = OTHER_HOST) -> Crawl:
    """The crawl of the other agency's site, once the first agency's site has been crawled."""
    assert crawl(trs_site(per_page=6), **remembering(folder)).outcome == "complete"
    return crawl(world, site=f"http://{host}/", agency=OTHER, **remembering(folder))


def test_the_list_is_reached_where_the_neighbour_has_it_and_the_home_page_is_never_asked(
    crawl: Run, tmp_path: Path
) -> None:
    world = moved(trs_site(per_page=len(YEARS)), OTHER_HOST)
    second = after_a_neighbour(crawl, world, tmp_path / "kept")
    assert second.outcome == "complete" and second.years == list(YEARS)
    assert world.asked[0] == f"{OTHER_HOME}zfxxgk/zfxxgknb/"
    assert OTHER_HOME not in world.asked
    assert len(world.asked) == len(YEARS) + 1, "the list and the reports, nothing else"


def test_of_a_list_with_further_pages_the_first_is_reached_before_the_home_page(crawl: Run, tmp_path: Path) -> None:
    world = moved(trs_site(per_page=6), OTHER_HOST)
    second = after_a_neighbour(crawl, world, tmp_path / "kept")
    assert second.outcome == "complete" and second.years == list(YEARS)
    assert world.asked[0] == f"{OTHER_HOME}zfxxgk/zfxxgknb/"
    beside = [url for url in world.asked if "/zfxxgk/zfxxgknb/" not in url]
    assert beside == [OTHER_HOME], "for the years the first page lacks, the home page alone"


def test_a_site_of_another_prefecture_is_begun_at_its_home_page(crawl: Run, tmp_path: Path) -> None:
    world = moved(trs_site(per_page=6), FAR_HOST)
    second = after_a_neighbour(crawl, world, tmp_path / "kept", FAR_HOST)
    assert second.outcome == "complete"
    assert world.asked[0] == f"http://{FAR_HOST}/"


@pytest.mark.parametrize("answer", ["not there", "another page"])
def test_a_wrong_guess_costs_one_request(crawl: Run, tmp_path: Path, answer: str) -> None:
    def elsewhere() -> World:
        world = moved(trs_site(per_page=6, column="gk/ndbg/"), OTHER_HOST)
        if answer == "another page":
            world.add(f"{OTHER_HOME}zfxxgk/zfxxgknb/", page("办事指南", "<p>请携带身份证件到窗口办理。</p>"))
        return world

    alone, guided = elsewhere(), elsewhere()
    assert crawl(alone, site=OTHER_HOME, agency=OTHER, **remembering(tmp_path / "alone")).outcome == "complete"
    second = after_a_neighbour(crawl, guided, tmp_path / "kept")
    assert second.outcome == "complete" and second.years == list(YEARS)
    assert guided.asked[0] == f"{OTHER_HOME}zfxxgk/zfxxgknb/"
    assert sorted(guided.asked[1:]) == sorted(alone.asked), "beside the guess, what would have been asked without it"


def test_a_file_that_cannot_be_read_or_written_costs_nothing_but_the_hint(crawl: Run, tmp_path: Path) -> None:
    folder = tmp_path / "kept"
    (folder / "neighbours.db").mkdir(parents=True)
    crawled = crawl(trs_site(per_page=6), **remembering(folder))
    assert crawled.outcome == "complete" and crawled.years == list(YEARS)
    assert "cannot be kept" in crawled.log and "Traceback" not in crawled.log
