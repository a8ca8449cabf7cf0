"""One connection a host, never less than the delay between two requests, and no host waits for another."""

from itertools import pairwise

from tests.fetching.conftest import Crawl
from tests.rude_server import Handler, RudeServer


def test_the_delay_and_the_one_connection_hold_for_pages_redirects_retries_and_robots_txt(crawl: Crawl) -> None:
    with RudeServer() as rude:
        paths = ("/page/1", "/chain/1", "/status/500?then=2", "/page/2", "/cut?then=2", "/page/3")
        urls = [rude.url(path) for path in paths]
        crawled = crawl(urls, delay_s=0.15)
        assert all("status" in crawled[url] for url in urls)
        assert len(rude.seen) == 11
        assert rude.shortest_gap() >= 0.15
        assert rude.most_open() == 1


def test_the_delay_counts_from_the_end_of_an_answer(crawl: Crawl) -> None:
    """A slow answer must not eat the pause after it."""
    def slowly(handler: Handler) -> None:
        handler.server.closing.wait(0.4)
        handler.be_page()

    with RudeServer(pages={"/slow": slowly}) as rude:
        crawl([rude.url("/slow"), rude.url("/page/1")], delay_s=0.3)
        turns = sorted(rude.seen, key=lambda seen: seen.began)
        assert all(later.began - earlier.ended >= 0.29 for earlier, later in pairwise(turns))


def test_without_a_delay_there_is_still_one_connection(crawl: Crawl) -> None:
    with RudeServer() as rude:
        crawl([rude.url(f"/page/{n}") for n in range(20)], delay_s=0)
        assert len(rude.seen) == 21 and rude.most_open() == 1


def test_a_slow_host_does_not_hold_up_another(crawl: Crawl) -> None:
    with RudeServer(b"User-agent: *\nCrawl-delay: 0.8\n") as slow, RudeServer() as quick:
        urls = [slow.url("/page/1"), slow.url("/page/2"), *(quick.url(f"/page/{n}") for n in range(5))]
        crawl(urls, delay_s=0.02)
        assert quick.seen[-1].ended < slow.seen[-1].began
