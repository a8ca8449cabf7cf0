"""What a request meets in the field: proved one by one, each by what a server saw."""

import ssl

from tests.fetching.conftest import Crawl
from tests.rude_server import Answer, Handler, RudeServer, refused_port, self_signed


def test_the_referer_goes_along_on_redirects_retries_and_the_second_scheme(crawl: Crawl) -> None:
    with RudeServer() as rude:
        came_from = rude.url("/list/")
        urls = [rude.url(p) for p in ("/chain/2", "/status/503?then=2", "/script/1", "/cookie/1")]
        urls.append(rude.url("/page/7").replace("http:", "https:"))
        crawled = crawl(urls, in_turn=True, referer=came_from, timeout_s=3)
        assert [crawled[url]["status"] for url in urls] == [200] * 5
        asked = [seen for seen in rude.seen if seen.path != "/robots.txt"]
        assert len(asked) == 4 + 2 + 2 + 2 + 1
        assert all(seen.headers.get("Referer", "").startswith(rude.url("/")) for seen in asked)
        again = [seen for seen in asked if seen.path.startswith(("/status/", "/script/", "/page/7"))]
        assert {seen.headers["Referer"] for seen in again} == {came_from}


def test_a_cookie_by_script_that_expires_within_the_crawl_is_taken_anew(crawl: Crawl) -> None:
    served = [0]

    def expiring(handler: Handler) -> None:
        fresh = f"C3VK=t{served[0] // 3}"  # after three pages the token is another
        if fresh in handler.headers.get("Cookie", ""):
            served[0] += 1
            handler.be_page()
        else:
            handler.send(f'<script>document.cookie="{fresh}; path=/; max-age=300";location.reload();</script>'.encode())

    pages: dict[str, Answer] = {f"/p/{n}": expiring for n in range(6)}
    with RudeServer(pages=pages) as rude:
        urls = [rude.url(path) for path in pages]
        crawled = crawl(urls, in_turn=True)
        assert all("政府信息公开" in (crawled[url].get("text") or "") for url in urls)
        assert len(rude.paths) == 1 + 6 + 2


def test_gzip_nobody_asked_for_is_read(crawl: Crawl) -> None:
    with RudeServer() as rude:
        url = rude.url("/forced")
        assert "强制压缩" in crawl([url])[url]["text"]


def test_an_http_link_to_a_host_that_refuses_http_is_tried_over_https_once(crawl: Crawl) -> None:
    crawled = crawl([f"http://127.0.0.1:{refused_port()}/"], retries=0)
    assert crawled.stats["fetching/scheme_changed"] == 1 and "trying https once" in crawled.log


def test_a_certificate_for_another_name_and_old_ciphers_are_read_and_doubted(crawl: Crawl) -> None:
    old = self_signed("127.0.0.2")
    old.maximum_version = ssl.TLSVersion.TLSv1_2
    old.set_ciphers("AES128-SHA:@SECLEVEL=0")
    with RudeServer(tls=old) as rude:
        url = rude.url("/page/1")
        crawled = crawl([url], timeout_s=5)
        assert crawled[url]["status"] == 200
    assert "issued for another name" in crawled.log
