"""A host that asks for patience gets it; one that asks for too much is left for a later crawl."""

from datetime import UTC, datetime

import pytest

from crawler.fetching.backoff import retry_after
from tests.fetching.conftest import Crawl
from tests.rude_server import RudeServer, refused_port

NOON = datetime(2026, 1, 31, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize("value, seconds", [
    ("120", 120), (" 5 ", 5), ("Sat, 31 Jan 2026 12:01:00 GMT", 60), ("Sat, 31 Jan 2026 11:00:00 GMT", 0),
    ("soon", None), ("", None), ("-3", None), ("1e5", None), ("9" * 400, None), ("Sat, 99 Jan 2026 12:01:00 GMT", None),
])
def test_retry_after_as_servers_write_it(value: str, seconds: float | None) -> None:
    assert retry_after(value, NOON) == seconds


def test_retry_after_rests_the_whole_host_and_the_page_is_read_after_it(crawl: Crawl) -> None:
    with RudeServer() as rude, RudeServer() as other:
        busy = rude.url("/status/429?after=1&then=2")
        urls = [busy, rude.url("/page/1"), *(other.url(f"/page/{n}") for n in range(4))]
        crawled = crawl(urls, retries=1)
        assert all(crawled[url]["status"] == 200 for url in urls)
        turns = sorted(rude.seen, key=lambda seen: seen.began)
        asked = next(n for n, seen in enumerate(turns) if "429" in seen.path)
        assert turns[asked + 1].began - turns[asked].ended >= 1.0
        assert other.seen[-1].ended < turns[-1].began
    assert crawled.stats["fetching/retry/count"] == 1


def test_a_host_that_asks_for_too_much_patience_is_left(crawl: Crawl) -> None:
    with RudeServer() as rude:
        urls = [rude.url("/status/503?after=86400"), rude.url("/page/1"), rude.url("/page/2")]
        crawled = crawl(urls, in_turn=True, retries=3)
        assert rude.paths == ["/robots.txt", "/status/503?after=86400"]
    assert crawled.kinds() == ["back_off"] * 3
    assert "86400 s" in crawled[urls[0]]["detail"] and crawled[urls[0]]["host_level"]


def test_transient_failures_are_tried_again_and_others_are_not(crawl: Crawl) -> None:
    with RudeServer() as rude:
        paths = ["/cut?then=2", "/status/502?then=2", "/status/404", "/status/403", "/status/500"]
        crawled = crawl([rude.url(path) for path in paths], in_turn=True, retries=1)
        assert [rude.paths.count(path) for path in paths] == [2, 2, 1, 1, 2]
        assert [crawled[rude.url(path)]["status"] for path in paths] == [200, 200, 404, 403, 500]


def test_a_host_that_fails_again_and_again_is_left(crawl: Crawl) -> None:
    with RudeServer() as rude:
        urls = [rude.url(path) for path in ("/hangup/1", "/hangup/2", "/hangup/3", "/page/1")]
        crawled = crawl(urls, in_turn=True, retries=0)
        assert "/page/1" not in rude.paths
    assert crawled.kinds() == ["protocol"] * 4
    assert crawled[urls[3]]["host_level"] and "was left" in crawled[urls[3]]["detail"]


def test_a_port_where_nothing_listens_is_reported_as_such(crawl: Crawl) -> None:
    url = f"http://127.0.0.1:{refused_port()}/"
    outcome = crawl([url], retries=0)[url]
    assert outcome["kind"] == "robots_unavailable" and "refused the connection" in outcome["detail"]
