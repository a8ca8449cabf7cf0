"""robots.txt is obeyed; what is missing permits, what cannot be reached does not."""

from contextlib import ExitStack
from itertools import pairwise

from crawler.fetching.robots import CRAWL_DELAY_CAP_S, read_rules
from tests.fetching.conftest import Crawl
from tests.rude_server import Answer, Handler, RudeServer


def test_what_is_disallowed_for_us_is_not_asked(crawl: Crawl) -> None:
    rules = b"User-agent: *\nDisallow: /\n\nUser-agent: Gongkai\nDisallow: /private/\nDisallow: /*.do$\n"
    with RudeServer(rules) as rude:
        urls = [rude.url(path) for path in ("/page/1", "/private/2", "/page/list.do")]
        crawled = crawl(urls)
        assert rude.paths == ["/robots.txt", "/page/1"]
    assert [crawled[url].get("kind") for url in urls] == [None, "robots", "robots"]


def robots_to_elsewhere(handler: Handler) -> None:
    handler.to("http://www.baidu.com/robots.txt")


def robots_in_circles(handler: Handler) -> None:
    handler.to("/robots.txt")


def robots_forbidden(handler: Handler) -> None:
    handler.send(b"<html>403</html>", status=403)


def robots_without_end(handler: Handler) -> None:
    handler.head(Content_Type="text/plain")
    handler.wfile.write(b"User-agent: *\nDisallow: /private/\n")
    while not handler.server.closing.is_set():
        handler.wfile.write(b"# more and more\n" * 4096)


def test_what_is_no_robots_txt_permits(crawl: Crawl) -> None:
    """Beside the well-known rule for 4xx: pages, rubbish and roads to nowhere answered in its place."""
    answers: list[Answer] = [
        b"<!DOCTYPE html><html><body>User-agent: *\nDisallow: /\n</body></html>", b"\xff\xfe\x00rubbish",
        robots_forbidden, robots_to_elsewhere, robots_in_circles, robots_without_end]
    with ExitStack() as stack:
        hosts = [stack.enter_context(RudeServer(answer)) for answer in answers]
        crawled = crawl([host.url("/page/1") for host in hosts])
        assert [crawled[host.url("/page/1")].get("status") for host in hosts] == [200] * len(hosts)


def test_an_endless_robots_txt_still_forbids_what_its_beginning_forbids(crawl: Crawl) -> None:
    with RudeServer(robots_without_end) as rude:
        assert crawl([rude.url("/private/1")]).kinds() == ["robots"]


def robots_busy(handler: Handler) -> None:
    handler.send(b"User-agent: *\nAllow: /\n", status=503)


def robots_silent(handler: Handler) -> None:
    handler.be_silence()


def robots_dropped(handler: Handler) -> None:
    handler.be_hangup()


def test_a_robots_txt_that_cannot_be_read_is_no_permission(crawl: Crawl) -> None:
    with ExitStack() as stack:
        hosts = [stack.enter_context(RudeServer(answer)) for answer in (robots_busy, robots_silent, robots_dropped)]
        urls = [host.url(f"/page/{n}") for host in hosts for n in range(3)]
        crawled = crawl(urls, timeout_s=0.5)
        for host in hosts:
            assert set(host.paths) == {"/robots.txt"} and 2 <= len(host.paths) <= 4
    assert crawled.kinds() == ["robots_unavailable"] * 9
    assert all(crawled[url]["host_level"] and "robots.txt cannot be read" in crawled[url]["detail"] for url in urls)


def test_a_robots_txt_that_comes_at_the_second_try_is_obeyed(crawl: Crawl) -> None:
    def second_time(handler: Handler) -> None:
        handler.send(b"User-agent: *\nDisallow: /private/\n", status=503 if handler.times == 1 else 200)

    with RudeServer(second_time) as rude:
        crawled = crawl([rude.url("/private/1"), rude.url("/page/1")])
        assert rude.paths == ["/robots.txt", "/robots.txt", "/page/1"]
    assert crawled[rude.url("/private/1")]["kind"] == "robots"


def test_crawl_delay_is_kept(crawl: Crawl) -> None:
    with RudeServer(b"User-agent: *\nCrawl-delay: 0.6\n") as rude:
        crawled = crawl([rude.url(f"/page/{n}") for n in range(3)], delay_s=0.02)
        pages = sorted(seen.began for seen in rude.seen)[1:]
        assert min(later - earlier for earlier, later in pairwise(pages)) >= 0.6
    assert crawled.stats["fetching/crawl_delay_s"] == 0.6


def test_a_robots_txt_built_to_cost_time_costs_none() -> None:
    wild = "User-agent: *\n" + "Disallow: /" + "*a" * 2000 + "b\n" * 20
    rules = read_rules(wild.encode(), "Gongkai")
    assert rules.permit("http://h.gov.cn/" + "a" * 2000, "Gongkai")
    assert read_rules(b"User-agent: *\nCrawl-delay: 1e9", "Gongkai").crawl_delay_s == 1e9 > CRAWL_DELAY_CAP_S
    for odd in (b"nan", b"-3", b"x", b""):
        assert read_rules(b"User-agent: *\nCrawl-delay: " + odd, "Gongkai").crawl_delay_s is None
