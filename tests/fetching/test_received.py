"""What reaches the spider is the page as it was sent: decoded right, with the facts of its coming."""

import socket
import threading
from contextlib import suppress
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


def test_a_capture_holds_the_first_line_and_the_header_lines_as_the_server_wrote_them(crawl: Crawl) -> None:
    """Old front ends say things of their own; a faithful WARC repeats them."""
    answer = (b"HTTP/1.0 200 Hao De\r\nserver: Old/1\r\nX-ODD: b\r\nContent-type: text/html; charset=gbk\r\n"
              b"x-odd: a\r\nSet-Cookie: SID=secret\r\nContent-Length: 8\r\n\r\n" + "年报".encode("gbk") + b"\r\n\r\n")
    with socket.create_server(("127.0.0.1", 0)) as listener:
        threading.Thread(target=_answer, args=(listener, answer), daemon=True).start()
        url = f"http://127.0.0.1:{listener.getsockname()[1]}/1"
        second = url.removesuffix("1") + "2"
        crawled = crawl([url, second], in_turn=True)
    outcome = crawled[url]
    assert outcome["status_line"] == "HTTP/1.0 200 Hao De"
    assert outcome["header_lines"] == [
        ["server", "Old/1"], ["X-ODD", "b"], ["Content-type", "text/html; charset=gbk"], ["x-odd", "a"],
        ["Set-Cookie", "SID=secret"], ["Content-Length", "8"]]
    assert outcome["server_address"] == "127.0.0.1"
    sent = dict(crawled[second]["request_headers"])
    assert sent["User-Agent"].startswith("Mozilla/5.0 (compatible; Gongkai/")
    assert sent["Cookie"] == "SID=", "what a cookie holds is nobody's business"


def test_a_kept_copy_is_told_from_an_answer_in_full(crawl: Crawl) -> None:
    with RudeServer() as rude:
        url = rude.url("/etag/1")
        outcome = crawl([url], settings=COPIES)[url]
    assert (outcome["status"], outcome["capture_status"]) == (200, 304)
    assert outcome["status_line"].split()[1] == "304"
    assert outcome["content_type"] == "text/html" and dict(outcome["kept_headers"])["Content-Type"]
    assert "Content-Type" not in dict(outcome["header_lines"])
    assert dict(outcome["request_headers"])["If-None-Match"] == '"v1"'


def _answer(listener: socket.socket, answer: bytes) -> None:
    with suppress(OSError):
        while True:
            connection, _ = listener.accept()
            with connection:
                asked = b""
                while b"\r\n\r\n" not in asked:
                    asked += connection.recv(65536)
                missing = b"HTTP/1.0 404 Mei You\r\nContent-Length: 0\r\n\r\n"
                connection.sendall(missing if b"robots.txt" in asked else answer)
