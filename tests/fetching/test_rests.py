"""A host that turned a crawl away is not asked by the next one within hours; after them it is."""

from pathlib import Path

from crawler.fetching.rests import RestFiles
from tests.fetching.conftest import Crawl
from tests.rude_server import RudeServer


def test_a_challenge_is_remembered_beyond_the_crawl(crawl: Crawl) -> None:
    with RudeServer() as rude:
        url = rude.url("/challenge/ruishu")
        assert crawl([url])[url]["kind"] == "challenge"
        asked = len(rude.seen)
        again = crawl([rude.url("/page/1")])
        assert len(rude.seen) == asked, "not even robots.txt"
        told = again[rude.url("/page/1")]
        assert (told["kind"], told["host_level"]) == ("challenge", True) and "rests until" in told["detail"]
        assert "瑞数" in told["detail"] and "rest_h" in told["detail"]
        assert crawl([rude.url("/page/1")], rest_h=0)[rude.url("/page/1")]["status"] == 200


def test_a_page_after_the_challenge_ends_the_matter(crawl: Crawl) -> None:
    with RudeServer() as rude:
        urls = [rude.url("/challenge/firewall"), rude.url("/page/1")]
        crawl(urls, in_turn=True)
        assert crawl([urls[1]])[urls[1]]["status"] == 200


def test_a_rest_that_is_over_damaged_or_too_long_is_none(tmp_path: Path) -> None:
    rests = RestFiles(tmp_path, 3600)
    assert rests.begin("a.gov.cn", "challenge", "why") == rests.of("a.gov.cn") is not None
    assert RestFiles(tmp_path, 60).of("a.gov.cn") is None, "the period was shortened"
    [file] = tmp_path.iterdir()
    file.write_text('{"until": 5, "kind": "challenge", "reason": "long ago"}')
    assert rests.of("a.gov.cn") is None
    file.write_text("garbage")
    assert rests.of("a.gov.cn") is None
