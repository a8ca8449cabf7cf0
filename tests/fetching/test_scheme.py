"""http and https: a host that does not speak the one is asked over the other, once, and it is remembered."""

from tests.fetching.conftest import Crawl
from tests.rude_server import Handler, RudeServer, self_signed


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


def test_a_host_that_sends_http_to_an_https_it_cannot_speak_does_not_turn_in_circles(crawl: Crawl) -> None:
    def to_https(handler: Handler) -> None:
        handler.to(f"https://127.0.0.1:{handler.server.server_address[1]}{handler.path}")

    with RudeServer(robots=b"", pages={"/a": to_https}) as rude:
        crawled = crawl([rude.url("/a")], timeout_s=3)
        assert rude.paths.count("/a") <= 2
    assert crawled.kinds() in (["tls"], ["protocol"])
