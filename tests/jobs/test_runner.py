"""The runner: over a real timetable, with crawls that only pretend, and a clock that runs as fast as it is asked."""

import os
import subprocess
import sys
import threading
import time
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

import crawler.jobs.runner as running
from crawler.jobs.interruption import Interruption
from crawler.jobs.now import OnEvent, Watch
from crawler.jobs.rhythm import Rhythm
from crawler.jobs.runner import Runner
from crawler.jobs.summary import SiteSummary
from gongkai.capture import FetchRecord
from gongkai.clock import parse_stamp, utc_now
from gongkai.errors import StorageError
from gongkai.settings import Settings
from gongkai.site import AgencySite
from storage import Archive, Due
from storage.identity import site_id

BACK = datetime(2026, 6, 30, 12, tzinfo=UTC)
BUREAU = AgencySite("http://cgj.yunxi.gov.cn/", "云溪市城市管理局", "350200")


class Clock:
    """Five seconds pass whenever somebody looks."""

    def __init__(self, now: datetime) -> None:
        self.now = now
        self._mutex = threading.Lock()

    def __call__(self) -> datetime:
        with self._mutex:
            self.now += timedelta(seconds=5)
            return self.now


def summary(site: AgencySite, **fields: Any) -> SiteSummary:
    made: dict[str, Any] = {"requests": 5, "reports": 3, "new": 0, "changed": 0, "unchanged": 3, "years": (2024,),
                            "missing_years": (), "incidents": (), "outcome": "complete", **fields}
    return SiteSummary(site.url, site.agency, **made)


def run(archive: Archive, settings: Settings, *, until_idle: bool = True) -> list[tuple[str, dict[str, Any]]]:
    told: list[tuple[str, dict[str, Any]]] = []
    with Interruption(lambda: None) as interruption:
        Runner(settings, archive, interruption, lambda event, facts: told.append((event, facts))).run(
            until_idle=until_idle)
    return told


def test_a_month_of_downtime_is_made_up_for_once_and_without_a_burst(
    archive: Archive, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    sites = [AgencySite(f"http://s{n}.yunxi.gov.cn/") for n in range(60)]
    settings = settings.model_copy(update={"lease_s": 3600.0})
    archive.add_sites(sites)
    clock = Clock(BACK - timedelta(days=32))
    crawled: list[tuple[datetime, str]] = []

    def crawl(site: AgencySite, given: Settings, on_event: OnEvent, watch: Watch, log: Path) -> SiteSummary:
        log = archive.begin_crawl(site)
        crawled.append((clock.now, site.url))
        log.finish(summary(site).as_json())
        return summary(site)

    monkeypatch.setattr("storage.crawllog.utc_now", clock)
    monkeypatch.setattr(running, "utc_now", clock)
    monkeypatch.setattr(running, "crawl_in_child", crawl)
    monkeypatch.setattr(running, "_LOOK_EVERY_S", 0.001)
    run(archive, settings)
    assert sorted(url for _, url in crawled) == sorted(site.url for site in sites)
    crawled.clear()
    clock.now = BACK + timedelta(days=15)  # every site missed a run
    assert all(parse_stamp(r.next_due or "") < clock.now for r in archive.timetable.sites())

    with Interruption(lambda: None) as interruption:
        def tell(event: str, facts: dict[str, Any]) -> None:
            if event == "ended" and len(crawled) >= len(sites):
                interruption.signal = 15

        Runner(settings, archive, interruption, tell).run()
    assert sorted(url for _, url in crawled) == sorted(site.url for site in sites), "each of them once"
    by_quarter = Counter(int(at.timestamp() // 900) for at, _ in crawled)
    assert max(by_quarter.values()) <= 16, "about one a minute"
    undecided = [r for r in archive.timetable.sites() if r.next_due is None or parse_stamp(r.next_due) <= clock.now]
    assert not undecided, "and the next is at its own time"


def test_an_order_that_may_not_be_asked_is_refused_with_the_reason(archive: Archive, settings: Settings) -> None:
    name = archive.timetable.order(AgencySite("http://www.example.com/"), why="", by="web")
    assert [event for event, _ in run(archive, settings)] == ["refused"]
    order = archive.timetable.see(name)
    assert order.state == "refused" and "outside .gov.cn" in order.reason


def test_a_site_somebody_else_is_crawling_is_left_for_some_minutes(
    archive: Archive, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    archive.add_sites([BUREAU])
    busy = SiteSummary.failed(BUREAU.url, None, "another process is crawling it", kind="busy")
    monkeypatch.setattr(running, "crawl_in_child", lambda *_: busy)
    assert [event for event, _ in run(archive, settings)] == ["begun", "given_back"]
    found = archive.timetable.site(site_id(BUREAU.url))
    assert found is not None and found.failures == 0 and found.next_due is not None
    assert parse_stamp(found.next_due) > utc_now() + timedelta(minutes=4)


def test_a_cancelled_crawl_is_told_to_stop_and_says_who_wanted_it(
    archive: Archive, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = archive.timetable.order(BUREAU, why="", by="web")

    def crawl(site: AgencySite, given: Settings, on_event: OnEvent, watch: Watch, log: Path) -> SiteSummary:
        child = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE, text=True)
        watch.watch(child)
        on_event(site, {"event": "progress", "requests": 1, "reports": 0, "queue": 4, "crawl_id": "c1"})
        assert archive.timetable.see(name).progress["queue"] == 4
        archive.timetable.cancel(name, why="wrong site")
        child.wait(timeout=10)  # the keeper of leases tells it
        watch.forget(child)
        return SiteSummary.interrupted(site.url, None, "x")

    monkeypatch.setattr(running, "crawl_in_child", crawl)
    run(archive, settings.model_copy(update={"lease_s": 2.0}))
    order = archive.timetable.see(name)
    assert (order.state, order.reason, order.crawl_id) == ("cancelled", "wrong site", "c1")


def test_a_runner_that_lost_its_lease_kills_its_crawl_and_writes_nothing(
    archive: Archive, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = archive.timetable.order(BUREAU, why="", by="web")

    def crawl(site: AgencySite, given: Settings, on_event: OnEvent, watch: Watch, log: Path) -> SiteSummary:
        child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"], text=True)
        watch.watch(child)
        other = archive.timetable.take("other", utc_now() + timedelta(hours=1), 7200)
        assert other is not None and other.attempts == 2
        assert child.wait(timeout=10) == -9
        watch.forget(child)
        return SiteSummary.failed(site.url, None, "killed")

    monkeypatch.setattr(running, "crawl_in_child", crawl)
    told = run(archive, settings.model_copy(update={"lease_s": 2.0}))
    assert [event for event, _ in told] == ["begun", "lost"]
    assert (archive.timetable.see(name).state, archive.timetable.see(name).runner) == ("running", "other")


def test_a_failure_rests_and_a_recheck_is_made_in_summer(
    archive: Archive, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[bool] = []
    outcome = "blocked"

    def crawl(site: AgencySite, given: Settings, on_event: OnEvent, watch: Watch, log: Path) -> SiteSummary:
        asked.append(given.recheck)
        log = archive.begin_crawl(site)
        log.finish(summary(site, outcome=outcome, explanation="a wall").as_json())
        return summary(site, outcome=outcome, explanation="a wall")

    clock = Clock(datetime(2026, 5, 1, 4, tzinfo=UTC))
    monkeypatch.setattr("storage.crawllog.utc_now", clock)
    monkeypatch.setattr(running, "utc_now", clock)
    monkeypatch.setattr(running, "crawl_in_child", crawl)
    archive.add_sites([BUREAU])
    run(archive, settings)
    found = archive.timetable.site(site_id(BUREAU.url))
    assert found is not None and (found.why, found.failures, found.last_why) == ("rest", 1, "a wall")
    outcome, clock.now = "complete", datetime(2026, 5, 20, tzinfo=UTC)
    run(archive, settings)
    clock.now = datetime(2026, 7, 20, tzinfo=UTC)
    run(archive, settings)
    assert asked == [False, False, True]


def test_a_clock_that_had_jumped_ahead_starves_no_site(
    archive: Archive, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    def crawl(site: AgencySite, *_: Any) -> SiteSummary:
        log = archive.begin_crawl(site)
        log.finish(summary(site).as_json())
        return summary(site)

    clock = Clock(utc_now() + timedelta(days=365))
    monkeypatch.setattr("storage.crawllog.utc_now", clock)
    monkeypatch.setattr(running, "utc_now", clock)
    monkeypatch.setattr(running, "crawl_in_child", crawl)
    archive.add_sites([BUREAU])
    run(archive, settings)
    clock.now = utc_now()
    assert [event for event, _ in run(archive, settings)] == ["begun", "ended"]
    found = archive.timetable.site(site_id(BUREAU.url))
    assert found is not None and parse_stamp(found.last_run_at or "") < clock.now
    assert clock.now < parse_stamp(found.next_due or "") < clock.now + timedelta(days=46)
    assert run(archive, settings) == []


def test_due_sites_wait_for_their_hours_and_orders_do_not(
    archive: Archive, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    at = datetime(2026, 5, 1, 4, tzinfo=UTC)  # noon in Beijing
    monkeypatch.setattr(running, "utc_now", lambda: at)
    monkeypatch.setattr(running, "crawl_in_child", lambda site, *_: summary(site))
    archive.add_sites([BUREAU, AgencySite("http://www.yunxi.gov.cn/")])
    archive.timetable.order(BUREAU, why="", by="li", now=at)
    night = settings.model_copy(update={"crawl_hours": "22:00-06:00"})
    archive.timetable.decide(Rhythm.of(settings).due(r, at) for r in archive.timetable.sites())
    told = run(archive, night)
    assert [(event, facts["kind"]) for event, facts in told] == [("begun", "order"), ("ended", "order")]
    other = archive.timetable.site(site_id("http://www.yunxi.gov.cn/"))
    assert other is not None and other.next_due == "2026-05-01T14:00:00Z"


def test_a_crawl_that_needs_more_than_the_day_has_left_goes_on_the_next_day(
    archive: Archive, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    day = datetime(2026, 6, 30, 4, tzinfo=UTC)  # noon in Beijing
    monkeypatch.setattr(running, "utc_now", lambda: day)
    monkeypatch.setattr("storage.crawllog.utc_now", lambda: day)
    monkeypatch.setattr("storage.timetable.timetable._PROGRESS_EVERY_S", 0.0)
    archive.add_sites([BUREAU])
    asked: list[int] = []

    class Child:
        told_to_end = False

        def terminate(self) -> None:
            self.told_to_end = True

    def crawl(site: AgencySite, given: Settings, on_event: OnEvent, watch: Watch, log: Path) -> SiteSummary:
        child, wanted = Child(), 60 if asked else 5
        watch.watch(child)  # type: ignore[arg-type]
        asked.append(0)
        while asked[-1] < wanted and not child.told_to_end:
            asked[-1] += 1
            on_event(site, {"event": "progress", "requests": asked[-1], "reports": 0, "queue": 9})
        watch.forget(child)  # type: ignore[arg-type]
        made = SiteSummary.interrupted(site.url, None, "cut") if child.told_to_end else summary(site)
        crawl = archive.begin_crawl(site)
        for number in range(asked[-1]):
            crawl.record(FetchRecord(f"{site.url}{number}", day, 200, "fetched"))
        crawl.finish(made.as_json())
        return made

    monkeypatch.setattr(running, "crawl_in_child", crawl)
    settings = settings.model_copy(update={"requests_a_day": 40, "max_requests": 40})
    assert [event for event, _ in run(archive, settings)] == ["begun", "ended"]
    (site,) = archive.timetable.sites()
    archive.timetable.decide([Due(site.site_id, day, "", Rhythm.of(settings).name(site))])
    told = run(archive, settings)
    assert [event for event, _ in told] == ["begun", "given_back"] and "40 requests were spent" in told[1][1]["reason"]
    assert asked == [5, 35], "forty together"
    (site,) = archive.timetable.sites()
    assert site.next_due == "2026-06-30T16:00:00Z", "midnight in Beijing"


def test_a_crawl_that_breaks_inside_the_runner_leaves_the_others_alone(
    archive: Archive, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    def crawl(site: AgencySite, *_: Any) -> SiteSummary:
        if site == BUREAU:
            raise MemoryError("no more")
        time.sleep(0.1)
        return summary(site)

    monkeypatch.setattr(running, "crawl_in_child", crawl)
    archive.add_sites([BUREAU, AgencySite("http://www.yunxi.gov.cn/")])
    told = run(archive, settings)
    assert ("ended", "http://www.yunxi.gov.cn/") in [(event, facts["site"]) for event, facts in told]
    lease, = archive.timetable.running()
    assert lease.site == BUREAU, "its lease runs out, and it is taken again"


def test_old_logs_of_single_crawls_are_swept_and_new_ones_stay(archive: Archive, settings: Settings) -> None:
    folder = settings.state_dir / "logs"
    folder.mkdir(parents=True)
    for name, days in (("old.log", 91), ("new.log", 89), ("old.txt", 91)):
        (folder / name).touch()
        os.utime(folder / name, (time.time() - days * 86_400,) * 2)
    run(archive, settings)
    assert {path.name for path in folder.iterdir()} == {"new.log", "old.txt"}


def test_a_runner_waits_for_a_catalog_that_fails_for_a_while_and_then_gives_up(
    archive: Archive, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(running, "_TRY_AGAIN_S", 0.01)
    monkeypatch.setattr(running, "_LOOK_EVERY_S", 0.01)
    tries: list[int] = []

    def fail(*_: Any, **__: Any) -> None:
        tries.append(1)
        raise StorageError("no space left")

    monkeypatch.setattr(archive.timetable, "take", fail)
    with pytest.raises(StorageError, match="no space left"):
        run(archive, settings, until_idle=False)
    assert len(tries) == 20
    with pytest.raises(StorageError):
        run(archive, settings)
    assert len(tries) == 21, "who waits for the end hears of it at once"
