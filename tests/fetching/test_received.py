"""What reaches the spider is the page as it was sent: decoded right, with the facts of its coming."""

from datetime import datetime

from tests.fetching.conftest import Crawl
from tests.rude_server import RudeServer

COPIES = {"GONGKAI_VALIDATORS": "tests.fetching.child_crawl.kept_copy"}


def test_text_is_right_whatever_header_and_coding_say(crawl: Crawl) -> None:
    with RudeServer() as rude:
        wrong_charset, forced, mislabelled = (rude.url(path) for path in ("/charset", "/forced", "/mislabelled"))
        crawled = crawl([wrong_charset, forced, mislabelled], in_turn=True)
    assert "政府信息公开工作年度报告" in crawled[wrong_charset]["text"]
    assert "强制压缩" in crawled[forced]["text"]
    assert "没有压缩" in crawled[mislabelled]["text"]


def test_a_capture_holds_the_headers_as_sent_the_time_and_the_way(crawl: Crawl) -> None:
    with RudeServer() as rude:
        plain = rude.url("/page/1")
        crawled = crawl([plain], referer=rude.url("/page/list"))
        assert rude.seen[1].headers["Referer"] == rude.url("/page/list")
        assert rude.seen[1].headers["User-Agent"].startswith("Mozilla/5.0 (compatible; Gongkai/")
    outcome = crawled[plain]
    assert outcome["headers"]["Content-Type"] == "text/html; charset=utf-8"
    assert outcome["referrer"] == rude.url("/page/list")
    assert datetime.fromisoformat(outcome["fetched_at"]).tzinfo is not None
    assert 0 <= outcome["duration_s"] < 1.5


def test_an_unchanged_page_is_read_from_the_kept_copy(crawl: Crawl) -> None:
    with RudeServer() as rude:
        kept, other = rude.url("/etag/1"), rude.url("/page/1")
        crawled = crawl([kept, other], in_turn=True, settings=COPIES)
        assert [seen.headers.get("If-None-Match") for seen in rude.seen] == [None, '"v1"', None]
    assert crawled[kept]["status"] == 200 and "从前" in crawled[kept]["text"]
    assert crawled[kept]["not_modified"] and "not_modified" in crawled[kept]["flags"]
    assert not crawled[other]["not_modified"]


def test_a_kept_copy_that_cannot_be_read_is_fetched_again(crawl: Crawl) -> None:
    with RudeServer() as rude:
        url = rude.url("/etag/unreadable")
        crawled = crawl([url], settings=COPIES)
        assert len(rude.seen) == 3
    assert "fresh" in crawled[url]["text"] and not crawled[url]["not_modified"]
