"""A page that stands before the page is recognised, reported with its evidence, and never taken for the page."""

import pytest

from crawler.fetching.challenge import challenge_in
from crawler.fetching.handshake import cookie_in_clear
from tests.fetching.conftest import Crawl
from tests.rude_server import RudeServer


def test_challenges_are_reported_and_after_three_the_host_is_left(crawl: Crawl) -> None:
    with RudeServer() as rude:
        names = ["ruishu", "firewall", "page", "slider", "jiasule", "computed", "ruishu/again"]
        urls = [rude.url("/page/1" if name == "page" else f"/challenge/{name}") for name in names]
        crawled = crawl(urls, in_turn=True)
        assert rude.paths == ["/robots.txt", *(url.removeprefix(rude.url("")) for url in urls[:-1])]
    assert [crawled[url].get("kind") for url in urls] == ["challenge", "challenge", None, *["challenge"] * 4]
    assert [crawled[url]["host_level"] for url in urls if "kind" in crawled[url]] == [False] * 4 + [True] * 2
    assert crawled[urls[0]]["evidence"] and "瑞数" in crawled[urls[0]]["detail"]


def test_one_small_page_under_every_address_is_a_block_page(crawl: Crawl) -> None:
    with RudeServer() as rude:
        urls = [rude.url(f"/challenge/same/{n}") for n in range(6)]
        crawled = crawl(urls, in_turn=True)
        assert len(rude.seen) == 6
    assert [crawled[url].get("kind") for url in urls] == [None, None, *["challenge"] * 4]


@pytest.mark.parametrize("status, text", [
    (200, "<html><title>依申请公开</title><form>请输入验证码<input></form>" + "<a href='/x'>栏目</a>" * 40 + "</html>"),
    (200, "<html><script>location.replace('./zfxxgkzn/')</script></html>"),
    (200, "<html><p>我局依法拦截非法车辆，您的请求已受理；防火墙建设工作稳步推进。</p>" + "<a href='/x'>栏目</a>" * 40),
    (404, "<html>您访问的页面不存在</html>"),
    (403, "<html>Forbidden</html>"),
    (503, "<html>Service Unavailable</html>"),
    (200, "<html><script>var $_ts=window.$_ts;</script>" + "<a href='/x'>栏目</a>" * 40 + "</html>"),
])
def test_ordinary_pages_are_not_challenges(status: int, text: str) -> None:
    assert challenge_in(status, text) is None


def test_missing_pages_in_a_row_do_not_close_a_host(crawl: Crawl) -> None:
    with RudeServer() as rude:
        urls = [rude.url(f"/nothing/{n}") for n in range(5)]
        crawled = crawl(urls, in_turn=True)
    assert [crawled[url]["status"] for url in urls] == [404] * 5


def test_cookies_by_redirect_and_by_a_line_of_script_are_carried(crawl: Crawl) -> None:
    with RudeServer() as rude:
        urls = [rude.url(path) for path in ("/cookie/1", "/script/1", "/script/2")]
        crawled = crawl(urls, in_turn=True, names={})
        assert rude.paths == ["/robots.txt", "/cookie/1", "/cookie/1", "/script/1", "/script/1", "/script/2"]
    assert [crawled[url]["status"] for url in urls] == [200] * 3
    assert "政府信息公开" in crawled[urls[2]]["text"]
    assert crawled.looked_up == []


@pytest.mark.parametrize("body", [
    "<script>document.cookie='k='+eval('1+1');location.reload()</script>",
    "<script>document.cookie=x+'=1';location.reload()</script>",
    "<script>document.cookie='a=1;';</script>",
    "<script>document.cookie='a=1;';document.cookie='b=2;';location.reload()</script>",
    "<script>document.cookie='__jsl_clearance_s=1;';location.reload()</script>",
    "<script>document.cookie='a=1;';location.reload()</script>" + " " * 2000,
])
def test_only_one_cookie_in_clear_is_taken_from_a_page(body: str) -> None:
    assert cookie_in_clear(body) is None
