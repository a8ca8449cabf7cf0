"""What a hostile or broken server sends is bounded, named, and costs no more than it must."""

import re

from tests.fetching.conftest import Crawl
from tests.rude_server import RudeServer, bomb


def test_bodies_too_large_too_slow_or_broken_each_end_with_their_name(crawl: Crawl) -> None:
    expected = {
        "/drip": "timeout", "/endless": "too_large", "/announced": "too_large", "/headers": "too_large",
        "/bomb/gzip": "too_large", "/bomb/br": "too_large", "/bomb/zstd": "too_large", "/cut": "protocol",
        "/garbage": "protocol", "/layers": "protocol", "/page/1": None,
    }
    for coding in ("gzip", "br", "zstd"):
        bomb(coding)
    with RudeServer() as rude:
        crawled = crawl([rude.url(path) for path in expected], retries=0, in_turn=True, timeout_s=3)
        assert {path: crawled[rude.url(path)].get("kind") for path in expected} == expected
        assert crawled[rude.url("/page/1")]["status"] == 200
    assert crawled.stats["fetching/too_large"] == 6
    assert crawled.stats["memusage/max"] < 400 * 2**20


def test_pages_packed_honestly_are_read_in_every_coding_that_is_asked_for(crawl: Crawl) -> None:
    with RudeServer() as rude:
        urls = {coding: rude.url(f"/packed/{coding}") for coding in ("gzip", "br", "zstd")}
        crawled = crawl(list(urls.values()), in_turn=True)
        assert urls.keys() <= set(re.split(r",\s*", rude.seen[-1].headers["Accept-Encoding"]))
    for coding, url in urls.items():
        assert crawled[url].get("text") == f"<html><p>{coding} 政府信息公开</p></html>", crawled[url]


def test_the_budget_counts_redirects_and_retries_but_not_robots_txt(crawl: Crawl) -> None:
    with RudeServer(robots=b"User-agent: *\nAllow: /\n") as rude:
        urls = [rude.url("/chain/1"), rude.url("/status/500?then=2"), rude.url("/page/1"), rude.url("/page/2")]
        crawled = crawl(urls, in_turn=True, max_requests=6)
        assert rude.paths == ["/robots.txt", "/chain/1", "/chain/0", "/page/end", "/status/500?then=2",
                              "/status/500?then=2", "/page/1"]
    assert crawled[urls[3]]["kind"] == "budget" and not crawled[urls[3]]["host_level"]
    assert "max_requests" in crawled[urls[3]]["detail"]
    assert crawled.stats["fetching/requests"] == 6


def test_redirects_are_followed_to_the_limit_and_their_way_is_kept(crawl: Crawl) -> None:
    with RudeServer() as rude:
        loop, long, short = rude.url("/loop"), rude.url("/chain/9"), rude.url("/chain/2")
        crawled = crawl([loop, long, short], in_turn=True, max_redirects=3)
        assert [crawled[url].get("kind") for url in (loop, long)] == ["redirects", "redirects"]
        assert rude.paths.count("/loop") == 4
        arrived = crawled[short]
        assert arrived["url"] == rude.url("/page/end") and arrived["capture_url"] == short
        assert arrived["redirects"] == [rude.url("/chain/1"), rude.url("/chain/0")]


def test_two_pages_redirected_to_one_address_are_both_answered(crawl: Crawl) -> None:
    """Scrapy's duplicate filter would drop the second one without telling its spider."""
    with RudeServer() as rude:
        home = rude.url("/page/home")
        urls = [f"{rude.url('/to')}?url={home}&from={n}" for n in (1, 2)]
        crawled = crawl(urls, in_turn=True)
        assert [crawled[url]["url"] for url in urls] == [home, home]
