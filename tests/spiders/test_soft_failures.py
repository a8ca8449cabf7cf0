"""Status 200 and another page than asked: the index under load, error pages that call themselves fine."""

from collections.abc import Callable

from tests.spiders.conftest import Crawl
from tests.spiders.sites import HOST, YEARS, World, article, listing, row, title_of, trs_site

Run = Callable[..., Crawl]
COLUMN = f"{HOST}/zfxxgk/zfxxgknb/"


def under_load(world: World, times: int) -> str:
    """The report of 2015 answers with the home page for the first `times`; returns its key."""
    key = f"{COLUMN}201601/t20160120_72015.htm"
    real, home, asked = article(2015), str(world.pages[f"{HOST}/"]), [0]

    def answer(url: str) -> str:
        asked[0] += 1
        return home.replace("<head>", f"<head><!-- {asked[0]} -->") if asked[0] <= times else real

    world.pages[key] = answer
    return key


def test_the_index_served_for_an_article_is_asked_again_later_and_never_taken_for_it(crawl: Run) -> None:
    world = trs_site(per_page=30)
    key = under_load(world, times=1)
    result = crawl(world)
    assert result.years == YEARS
    assert len(world.requests(key)) == 2 and "asked again later, more slowly" in result.log
    asked = [url for url in world.asked if "/zfxxgknb/2" in url]
    assert asked.index(f"http://{key}") < len(asked) - 3, "others came in between"


def test_an_index_that_stays_is_an_incident(crawl: Run) -> None:
    world = trs_site(per_page=30)
    key = under_load(world, times=99)
    result = crawl(world)
    assert 2015 not in result.years and len(world.requests(key)) == 2
    assert [i["kind"] for i in result.incidents if key in i["url"]] == ["wrong_page"]


def test_an_error_page_with_status_200_is_known_by_the_hosts_own_404(crawl: Run) -> None:
    world = trs_site(per_page=30)
    links = "".join(f"<a href='/gk/{n}/'>栏目{n}</a>" for n in range(5))
    sorry = f"<html><title>提示信息</title><body>抱歉，系统繁忙，请稍后再试。{links}</body></html>"
    rows = [row(f"./{y + 1}01/t{y + 1}0120_{70000 + y}.htm", title_of(y), f"{y + 1}-01-20") for y in YEARS]
    world.pages[COLUMN] = listing("政府信息公开年报", rows, kind="信息公开年报")
    world.add(f"http://{COLUMN}202301/t20230120_72022.htm", sorry, status=404)
    world.add(f"http://{COLUMN}202401/t20240120_72023.htm", sorry.replace("<html>", "<html><!-- 7 -->"))
    result = crawl(world)
    assert result.years == [y for y in YEARS if y not in (2022, 2023)]
    assert [i["kind"] for i in result.incidents] == ["missing", "missing"]
