"""What needs a human, in figures, in words, and told once to a receiver on this machine."""

import hashlib
import hmac
import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count
from typing import Any
from urllib.request import urlopen

import pytest
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import text

from crawler.jobs import webhook
from crawler.jobs.metrics import serving
from crawler.jobs.webhook import Webhook
from gongkai.capture import FetchRecord
from gongkai.clock import utc_now
from gongkai.errors import ConfigurationError
from gongkai.settings import Settings
from gongkai.site import AgencySite
from storage import Archive, Due, Trouble
from storage.identity import site_id

WALL = AgencySite("http://wall.yunxi.gov.cn/", "云溪市财政局")
DESK = AgencySite("http://wall.yunxi.gov.cn/desk/")
GONE = AgencySite("http://gone.yunxi.gov.cn/", "云溪市水利局")
WELL = AgencySite("http://well.yunxi.gov.cn/")


@pytest.fixture(autouse=True)
def crawls_of_the_last_hour(monkeypatch: pytest.MonkeyPatch) -> None:
    ticks = (utc_now() - timedelta(hours=1) + timedelta(seconds=n) for n in count())
    monkeypatch.setattr("storage.crawllog.utc_now", lambda: next(ticks))


def crawled(archive: Archive, site: AgencySite, outcome: str, reports: int = 0, **summary: Any) -> None:
    log = archive.begin_crawl(site)
    log.record(FetchRecord(site.url, utc_now(), 403 if outcome == "blocked" else 200,
                           "challenge" if outcome == "blocked" else "fetched", size_bytes=1000))
    log.finish({"outcome": outcome, "reports": reports, "new": reports, "explanation": f"{outcome} it was",
                "incidents": [{"kind": "challenge"}] if outcome == "blocked" else [], **summary})


def troubled(archive: Archive) -> None:
    archive.add_sites([WALL, DESK, GONE, WELL])
    crawled(archive, WELL, "complete", 4)
    crawled(archive, GONE, "complete", 3)
    for _ in range(2):
        crawled(archive, WALL, "blocked")
        crawled(archive, DESK, "blocked")
        crawled(archive, GONE, "nothing")
    archive.timetable.decide([Due(site_id(WELL.url), utc_now() - timedelta(minutes=10), "sparse", "r")])


def kinds(found: tuple[Trouble, ...] | list[dict[str, Any]]) -> list[tuple[str, str]]:
    told = [trouble.as_json() if isinstance(trouble, Trouble) else trouble for trouble in found]
    return sorted((trouble["kind"], trouble["subject"]) for trouble in told)


class Receiver:
    """Answers as told, and writes down what it got."""

    def __init__(self) -> None:
        self.got: list[tuple[dict[str, str], bytes]] = []
        self.answers: list[int] = []
        self.delay_s = 0.0

    @property
    def messages(self) -> list[dict[str, Any]]:
        return [json.loads(body) for _, body in self.got]


@contextmanager
def receiving() -> Iterator[tuple[str, Receiver]]:
    receiver = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            time.sleep(receiver.delay_s)
            receiver.got.append((dict(self.headers.items()), body))
            status = receiver.answers.pop(0) if receiver.answers else 204
            self.send_response(status)
            if status == 302:
                self.send_header("Location", "/elsewhere")
            self.end_headers()

        def log_message(self, format: str, *args: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/hook", receiver
    finally:
        server.shutdown()
        server.server_close()


def hooked(settings: Settings, url: str) -> Settings:
    return settings.model_copy(update={"webhook_url": url, "webhook_secret": "s3cret"})


def test_the_condition_names_walls_by_host_and_who_stopped_giving(archive: Archive) -> None:
    troubled(archive)
    found = archive.condition()
    assert kinds(found.troubles) == [("blocked", "wall.yunxi.gov.cn"), ("stopped_yielding", GONE.url)]
    assert [run.site for run in found.stopped] == [GONE] and found.hosts["blocked"] == ("wall.yunxi.gov.cn",)
    assert (found.sites, found.never, found.due) == (4, 0, 1) and 590 < found.lag_s < 700
    assert [(one.days, one.crawls, one.requests, one.new) for one in found.growth[1:]] == [(7, 8, 8, 7), (30, 8, 8, 7)]
    assert found.disk is not None and found.disk.free_bytes > 0 and not found.disk.low
    assert archive.timetable.take("a", utc_now(), 60) is not None
    assert (archive.condition().due, len(archive.condition().running)) == (0, 1), "it has its turn"
    assert json.loads(json.dumps(found.as_json()))["troubles"][0]["id"] == "blocked:wall.yunxi.gov.cn"


def test_sites_nobody_reached_for_long_and_a_schedule_that_is_late_are_told(archive: Archive) -> None:
    archive.add_sites([WELL, AgencySite(GONE.url, schedule="off")])
    later = utc_now() + timedelta(days=61)

    def told(now: datetime) -> list[tuple[str, str]]:
        return kinds(archive.timetable.condition(now, silent_days=60).troubles)

    assert told(utc_now()) == [] and told(later) == [("silent", WELL.url)], "one that is off is not missed"
    archive.timetable.decide([Due(site_id(WELL.url), utc_now(), "first", "r")])
    assert told(utc_now() + timedelta(hours=25)) == [], "first crawls take their time"
    crawled(archive, WELL, "complete", 1)
    assert told(utc_now() + timedelta(hours=23)) == []
    assert told(utc_now() + timedelta(hours=25)) == [("late", "schedule")]
    assert ("silent", WELL.url) not in told(later - timedelta(days=3))
    full = archive.timetable.condition(utc_now(), silent_days=60, place=None)
    assert full.disk is None


def test_a_full_disk_is_told(archive: Archive, settings: Settings) -> None:
    with Archive.open(settings.model_copy(update={"least_free_gib": 1e9})) as strict:
        trouble, = strict.condition().troubles
        assert trouble.kind == "disk" and trouble.subject.endswith(f":{settings.archive}")


def test_one_trouble_is_told_once_signed_and_its_end_as_well(archive: Archive, settings: Settings) -> None:
    troubled(archive)
    with receiving() as (url, receiver):
        hook = Webhook(hooked(settings, url), archive)
        assert hook.tell() and hook.tell()
        (headers, body), = receiver.got
        signed = hmac.new(b"s3cret", headers["X-Gongkai-Timestamp"].encode() + b"." + body, hashlib.sha256)
        assert headers["X-Gongkai-Signature"] == f"sha256={signed.hexdigest()}"
        message, = receiver.messages
        assert kinds(message["troubles"]) == kinds(archive.condition().troubles) and message["over"] == []
        assert "2 crawls in a row: blocked it was" in json.dumps(message, ensure_ascii=False)
        crawled(archive, WALL, "blocked")
        assert hook.tell() and len(receiver.got) == 1, "one more failure is the same trouble"
        for site in (WALL, DESK):
            crawled(archive, site, "complete", 2)
        passed(archive)
        assert hook.tell()
        assert receiver.messages[1]["over"] == [
            {"id": "blocked:wall.yunxi.gov.cn", "kind": "blocked", "subject": "wall.yunxi.gov.cn"}]
        assert hook.tell() and len(receiver.got) == 2
        for _ in range(2):
            crawled(archive, WALL, "blocked")
        assert hook.tell() and kinds(receiver.messages[2]["troubles"]) == [("blocked", "wall.yunxi.gov.cn")], "anew"


def passed(archive: Archive) -> None:
    """The time a claim lasts goes by."""
    with archive.timetable._catalog().writing() as connection:
        connection.execute(text("UPDATE told_troubles SET claimed_at = '2000-01-01T00:00:00Z'"))


def test_a_receiver_that_fails_is_tried_again_and_told_with_a_later_round(
    archive: Archive, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(webhook, "_FIRST_WAIT_S", 0.01)
    troubled(archive)
    with receiving() as (url, receiver):
        hook = Webhook(hooked(settings, url), archive)
        receiver.answers = [500, 302, 503]
        assert not hook.tell() and len(receiver.got) == 3, "and a redirect is not followed"
        assert hook.tell() and len(receiver.got) == 3, "another runner may be telling it just now"
        passed(archive)
        receiver.answers = [500]
        assert hook.tell() and len(receiver.got) == 5
        assert hook.tell() and len(receiver.got) == 5
    assert Webhook(hooked(settings, url), archive).tell(), "nothing new is no reason to ask anybody"
    crawled(archive, WELL, "blocked")
    crawled(archive, WELL, "blocked")
    assert not Webhook(hooked(settings, url), archive).tell(), "nobody listens there any more"


def test_a_silent_receiver_keeps_nobody_waiting(
    archive: Archive, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(webhook, "_TIMEOUT_S", 0.2)
    monkeypatch.setattr(webhook, "_FIRST_WAIT_S", 60.0)
    troubled(archive)
    with receiving() as (url, receiver):
        receiver.delay_s = 0.6
        stop = threading.Event()
        thread = threading.Thread(target=Webhook(hooked(settings, url), archive, stop).keep_telling)
        thread.start()
        time.sleep(0.4)
        stop.set()
        thread.join(timeout=5)
        assert not thread.is_alive(), "neither the answer nor the pause before the next try is waited for"


def test_metrics_are_what_prometheus_reads(archive: Archive) -> None:
    troubled(archive)
    archive.timetable.order(WELL, why="", by="")
    with serving(archive, 0) as port:
        with urlopen(f"http://127.0.0.1:{port}/metrics") as answer:
            assert answer.headers["Content-Type"].startswith("text/plain; version=0.0.4")
            read = list(text_string_to_metric_families(answer.read().decode()))
        with pytest.raises(ConfigurationError, match=r"--metrics-port \d+: cannot listen on 127.0.0.1"), \
                serving(archive, port):
            pass
    found = {(sample.name, *sample.labels.values()): sample.value for family in read for sample in family.samples}
    assert found["gongkai_requests_total", "fetched"] == 4 and found["gongkai_requests_total", "challenge"] == 4
    assert found["gongkai_crawls_total", "blocked"] == 4 and found["gongkai_reports_total", "new"] == 7
    assert found["gongkai_failures_total", "challenge"] == 4 and found["gongkai_received_bytes_total",] == 8000
    assert found["gongkai_orders", "waiting"] == 1 and found["gongkai_hosts", "blocked"] == 1
    assert found["gongkai_troubles", "stopped_yielding"] == 1 and found["gongkai_lag_seconds",] > 500
    assert found["gongkai_sites",] == 4 and found["gongkai_disk_free_bytes",] > 0
