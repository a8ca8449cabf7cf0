"""http and https: a host that does not speak the one is asked over the other, once, and it is remembered."""

import ssl
from collections.abc import Callable

import pytest

from tests.fetching.conftest import Crawl
from tests.rude_server import Handler, RudeServer, self_signed, short_keys


def test_an_https_link_to_a_host_that_speaks_http_only_is_read_over_http(crawl: Crawl) -> None:
    with RudeServer() as rude:
        urls = [rude.url(f"/page/{n}").replace("http:", "https:") for n in (1, 2)]
        crawled = crawl(urls, in_turn=True, timeout_s=3)
        assert rude.paths == ["/robots.txt", "/page/1", "/page/2"]
    for url in urls:
        assert crawled[url]["status"] == 200 and crawled[url]["url"] == url.replace("https:", "http:")
        assert crawled[url]["capture_url"] == url
    assert crawled.stats["fetching/scheme_changed"] == 1


def test_a_proxy_that_cannot_connect_over_https_is_asked_over_http(crawl: Crawl) -> None:
    def no_tunnels(handler: Handler) -> None:
        if handler.command == "CONNECT":
            handler.send(b"no TLS here", status=502)
        else:
            handler.be_page()

    with RudeServer(proxied=no_tunnels) as proxy:
        urls = ["https://cgj.xm.gov.cn/a", "https://cgj.xm.gov.cn/b", "http://cgj.xm.gov.cn/c"]
        crawled = crawl(urls, in_turn=True, proxies={"http_proxy": proxy.url(""), "https_proxy": proxy.url("")})
        assert [crawled[url]["status"] for url in urls] == [200] * 3
        assert proxy.paths == ["cgj.xm.gov.cn:443", "http://cgj.xm.gov.cn/robots.txt", "http://cgj.xm.gov.cn/a",
                               "http://cgj.xm.gov.cn/b", "http://cgj.xm.gov.cn/c"]


def test_an_https_link_behind_a_proxy_for_http_alone_is_read_over_http(crawl: Crawl) -> None:
    with RudeServer(proxied=b"<html></html>") as proxy:
        url = "https://cgj.xm.gov.cn/a"
        crawled = crawl([url], proxies={"http_proxy": proxy.url("")}, names={"cgj.xm.gov.cn": ["NXDOMAIN"]})
        assert crawled[url]["status"] == 200


def test_certificates_nobody_vouches_for_and_old_tls_are_read_and_doubted(crawl: Crawl) -> None:
    with RudeServer(tls=self_signed()) as own, RudeServer(tls=self_signed(days=-400, legacy=True)) as old:
        urls = [own.url("/page/1"), old.url("/page/1")]
        crawled = crawl(urls, timeout_s=5)
        assert [crawled[url].get("url") for url in urls] == urls
    assert crawled.stats["fetching/certificate_doubt"] == 2
    assert "signed by itself" in crawled.log and "certificate expired" in crawled.log


@pytest.mark.parametrize("old", [lambda: self_signed(legacy=True), short_keys], ids=["TLS 1.0", "short keys"])
def test_a_host_of_old_tls_is_asked_strictly_first_and_then_once_leniently(
        crawl: Crawl, old: Callable[[], ssl.SSLContext]) -> None:
    with RudeServer(tls=self_signed()) as new, RudeServer(tls=old()) as rude:
        modern, urls = new.url("/page/1"), [rude.url("/page/1"), rude.url("/page/2")]
        crawled = crawl([modern, *urls], in_turn=True, timeout_s=5)
        assert rude.paths == ["/robots.txt", "/page/1", "/page/2"]
    assert [crawled[url]["status"] for url in (modern, *urls)] == [200] * 3
    assert "no longer safe" in crawled[urls[0]]["tls_doubt"] and "no longer safe" in crawled[urls[1]]["tls_doubt"]
    assert crawled[modern]["tls_doubt"] is None
    assert crawled.log.count("trying once with the TLS of old servers") == 1
    assert crawled.stats["fetching/tls_doubt"] == 1


def test_a_host_that_speaks_no_tls_at_all_is_greeted_twice_and_then_never_leniently_again(crawl: Crawl) -> None:
    def hang_up(handler: Handler) -> None:
        handler.close_connection = True

    with RudeServer(proxied=hang_up) as rude:
        urls = [f"https://127.0.0.1:{rude.port}/{n}" for n in range(3)]
        crawled = crawl(urls, in_turn=True, timeout_s=3, retries=0)
    assert all(crawled[url].get("status") is None for url in urls)
    assert crawled.log.count("trying once with the TLS of old servers") == 1


def test_a_host_that_sends_http_to_an_https_it_cannot_speak_does_not_turn_in_circles(crawl: Crawl) -> None:
    def to_https(handler: Handler) -> None:
        handler.to(f"https://127.0.0.1:{handler.server.server_address[1]}{handler.path}")

    with RudeServer(robots=b"", pages={"/a": to_https}) as rude:
        crawled = crawl([rude.url("/a")], timeout_s=3)
        assert rude.paths.count("/a") <= 2
    assert crawled.kinds() in (["tls"], ["protocol"])
