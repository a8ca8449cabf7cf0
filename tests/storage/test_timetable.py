"""The timetable: what is ordered or due, who crawls it now, and what is known of it afterwards."""

import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

import pytest

from gongkai.capture import FetchRecord
from gongkai.clock import utc_now
from gongkai.errors import ConfigurationError, NotFoundError
from gongkai.settings import Settings
from gongkai.site import AgencySite
from storage import Allowance, Archive, Due, Lease, LeaseLostError, SiteRun, Trouble
from storage.identity import site_id
from storage.timetable.troubles import disk_subject
from tests.storage.old_catalog import age

NOON = datetime(2026, 11, 26, 12, tzinfo=UTC)
CITY = AgencySite("http://www.yunxi.gov.cn/", "云溪市人民政府", "350200")
BUREAU = AgencySite("http://cgj.yunxi.gov.cn/", "云溪市城市管理局", "350200")
DESK = AgencySite("http://cgj.yunxi.gov.cn/desk/", "云溪市城市管理局窗口", "350200")
LEASE_S = 60.0


@pytest.fixture(autouse=True)
def no_two_crawls_begin_in_one_second(monkeypatch: pytest.MonkeyPatch) -> None:
    ticks = (utc_now() - timedelta(minutes=30) + timedelta(seconds=n) for n in count())
    monkeypatch.setattr("storage.crawllog.utc_now", lambda: next(ticks))


def later(minutes: float) -> datetime:
    return NOON + timedelta(minutes=minutes)


def follow(archive: Archive, *sites: AgencySite, due: datetime | None = NOON) -> None:
    archive.add_sites(sites)
    archive.timetable.decide([Due(site_id(s.url), due, "monthly", "r1") for s in sites])


def take(archive: Archive, runner: str = "a", minutes: float = 0, **asked: Any) -> Lease | None:
    return archive.timetable.take(runner, later(minutes), LEASE_S, **asked)


def crawled(archive: Archive, site: AgencySite = BUREAU, *, requests: int = 2, **summary: Any) -> str:
    log = archive.begin_crawl(site)
    for number in range(requests):
        log.record(FetchRecord(f"{site.url}{number}", utc_now(), 200, "fetched", size_bytes=100))
    log.finish({"outcome": "complete", "reports": 3, "new": 1, "changed": 0, "unchanged": 2, **summary})
    return log.crawl_id


def run_of(archive: Archive, site: AgencySite = BUREAU) -> SiteRun:
    found = archive.timetable.site(site_id(site.url))
    assert found is not None
    return found


def test_a_site_ordered_twice_while_it_waits_is_one_order(archive: Archive) -> None:
    timetable = archive.timetable
    first = timetable.order(BUREAU, why="a reader asked", by="li", now=NOON)
    again = timetable.order(AgencySite("https://cgj.yunxi.gov.cn/index.html"), why="too", by="wang", priority=5,
                            recheck=True, now=later(1))
    assert again == first
    waiting, = timetable.orders(["waiting"])
    assert (waiting.priority, waiting.recheck, waiting.by, waiting.site) == (5, True, "li", BUREAU)
    lease = take(archive)
    assert lease is not None and lease.order_id == first
    assert timetable.order(BUREAU, why="changed meanwhile", by="li", now=later(2)) != first
    with pytest.raises(ConfigurationError, match="not a web address"):
        timetable.order(AgencySite("nonsense"), why="", by="")
    with pytest.raises(NotFoundError, match="nothing"):
        timetable.see("nothing")


def test_an_order_is_seen_from_waiting_to_its_summary(archive: Archive) -> None:
    timetable = archive.timetable
    name = timetable.order(AgencySite(BUREAU.url), why="", by="web", now=NOON)
    archive.add_sites([BUREAU])
    lease = take(archive)
    assert lease is not None and lease.site == BUREAU, "what the order left open the registry knows"
    assert timetable.progress(lease, later(0), LEASE_S, {"requests": 3, "crawl_id": "c1"}) == ""
    assert timetable.progress(lease, later(0), LEASE_S, {"requests": 4}) is None, "at most once a second"
    seen = timetable.see(name)
    assert (seen.state, seen.progress["requests"], seen.crawl_id, seen.runner) == ("running", 3, "c1", "a")
    timetable.finish(lease, "done", later(5), summary={"outcome": "complete"})
    seen = timetable.see(name)
    assert (seen.state, seen.summary, seen.crawl_id, seen.finished_at) == (
        "done", {"outcome": "complete"}, "c1", "2026-11-26T12:05:00Z")
    assert timetable.running() == [] and timetable.orders(["waiting", "running"]) == []
    other = timetable.order(CITY, why="", by="web", now=later(6))
    assert [order.order_id for order in timetable.orders()] == [other, name]
    assert [order.order_id for order in timetable.orders(after=other, limit=1)] == [name]


def test_orders_go_before_what_is_due_and_the_urgent_before_the_old(archive: Archive) -> None:
    follow(archive, BUREAU)
    archive.timetable.order(CITY, why="", by="li", now=later(-2))
    urgent = archive.timetable.order(AgencySite("http://jyj.yunxi.gov.cn/"), why="", by="li", priority=9, now=NOON)
    taken = [take(archive), take(archive), take(archive), take(archive)]
    assert [lease and lease.site.url for lease in taken] == [
        "http://jyj.yunxi.gov.cn/", CITY.url, BUREAU.url, None]
    assert taken[0] is not None and taken[0].order_id == urgent
    assert taken[2] is not None and (taken[2].kind, taken[2].order_id) == ("due", None)
    assert {lease.site.url for lease in archive.timetable.running()} == {
        CITY.url, BUREAU.url, "http://jyj.yunxi.gov.cn/"}


def test_a_host_is_one_runner_s_at_a_time(archive: Archive) -> None:
    follow(archive, BUREAU, DESK)
    first = take(archive, "a")
    assert first is not None and take(archive, "b") is None, "the other site stands on the same host"
    archive.timetable.order(DESK, why="", by="li", now=NOON)
    assert take(archive, "b") is None, "and an order is no exception"
    archive.timetable.finish(first, "done", later(1))
    second = take(archive, "b", 1)
    assert second is not None and second.site == DESK


def test_runners_at_once_never_get_the_same_host(settings: Settings) -> None:
    names = [AgencySite(f"http://s{n % 8}.yunxi.gov.cn/{n}/") for n in range(24)]
    with Archive.open(settings) as archive:
        follow(archive, *names)
    held: dict[str, str] = {}
    problems: list[str] = []
    done: list[str] = []
    mutex = threading.Lock()

    def work(runner: str) -> None:
        with Archive.open(settings) as archive:
            idle = 0
            while idle < 20 and len(done) < len(names):
                lease = archive.timetable.take(runner, NOON, LEASE_S)
                if lease is None:
                    idle += 1
                    continue
                with mutex:
                    if lease.host in held:
                        problems.append(f"{lease.host} is {held[lease.host]}'s and {runner}'s")
                    held[lease.host] = runner
                with mutex:
                    del held[lease.host]
                    done.append(lease.site.url)
                archive.timetable.finish(lease, "done", NOON)

    threads = [threading.Thread(target=work, args=(name,)) for name in ("a", "b", "c")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not problems and sorted(done) == sorted(site.url for site in names)


def test_a_silent_runner_s_site_is_taken_over_and_it_can_neither_renew_nor_finish(archive: Archive) -> None:
    timetable = archive.timetable
    name = timetable.order(BUREAU, why="", by="li", now=NOON)
    first = take(archive, "a")
    assert first is not None
    assert timetable.renew(first, later(0.5), LEASE_S) == "" and take(archive, "b", 1.2) is None, "renewed in time"
    second = take(archive, "b", 2)
    assert second is not None and (second.runner, second.attempts, second.order_id) == ("b", 2, name)
    with pytest.raises(LeaseLostError, match=r"no longer a's"):
        timetable.renew(first, later(2), LEASE_S)
    with pytest.raises(LeaseLostError):
        timetable.finish(first, "done", later(2))
    timetable.finish(second, "done", later(3))
    assert timetable.see(name).attempts == 2 and timetable.see(name).state == "done"


def test_a_site_that_kills_its_runners_is_left_and_says_why(archive: Archive) -> None:
    follow(archive, CITY)
    name = archive.timetable.order(BUREAU, why="", by="li", now=NOON)
    for attempt in range(3):
        for wanted in (BUREAU, CITY):
            lease = take(archive, f"r{attempt}", attempt * 2)
            assert lease is not None and (lease.site, lease.attempts) == (wanted, attempt + 1)
    assert take(archive, "r3", 6) is None
    order = archive.timetable.see(name)
    assert order.state == "failed" and "3 runners went silent" in order.reason and "r2" in order.reason
    city = run_of(archive, CITY)
    assert (city.next_due, city.failures, city.last_outcome) == (None, 1, "failed") and city.rhythm == ""


def test_a_crawl_that_ended_before_its_runner_died_is_not_made_again(archive: Archive) -> None:
    name = archive.timetable.order(BUREAU, why="", by="li", now=NOON)
    soon = utc_now() - timedelta(hours=1)
    lease = archive.timetable.take("a", soon, LEASE_S)
    assert lease is not None
    crawl = crawled(archive)
    assert archive.timetable.take("b", soon + timedelta(minutes=5), LEASE_S) is None
    order = archive.timetable.see(name)
    assert (order.state, order.crawl_id, order.summary["reports"]) == ("done", crawl, 3)


def test_what_is_given_back_goes_on_where_it_was(archive: Archive) -> None:
    follow(archive, CITY)
    name = archive.timetable.order(BUREAU, why="", by="li", now=NOON)
    for _ in range(2):
        lease = take(archive)
        assert lease is not None
        archive.timetable.give_back(lease, later(1), not_before=later(3), reason="the runner stops")
    assert take(archive, minutes=2) is None
    assert (archive.timetable.see(name).state, archive.timetable.see(name).reason) == ("waiting", "the runner stops")
    assert [lease and lease.site for lease in (take(archive, minutes=3), take(archive, minutes=3))] == [BUREAU, CITY]


def test_an_order_is_cancelled_while_it_waits_and_stopped_while_it_runs(archive: Archive) -> None:
    timetable = archive.timetable
    waiting = timetable.order(CITY, why="", by="li", now=NOON)
    assert timetable.cancel(waiting, why="a mistake", now=NOON).state == "cancelled" and take(archive) is None
    running = timetable.order(BUREAU, why="", by="li", now=NOON)
    lease = take(archive)
    assert lease is not None and timetable.cancel(running, why="too slow", now=NOON).state == "running"
    assert timetable.renew(lease, NOON, LEASE_S) == "too slow"
    timetable.finish(lease, "cancelled", later(1), reason="too slow")
    assert timetable.cancel(running, now=later(2)).state == "cancelled", "and stays so"
    silent = timetable.order(BUREAU, why="", by="li", now=later(3))
    assert take(archive, minutes=3) is not None
    timetable.cancel(silent, why="no more", now=later(3))
    assert take(archive, minutes=9) is None and timetable.see(silent).reason == "no more"


def test_due_sites_keep_to_an_allowance_and_orders_do_not_wait_for_it(archive: Archive) -> None:
    crawled(archive, BUREAU, requests=5)
    follow(archive, BUREAU, CITY)
    day = utc_now() - timedelta(hours=1)
    assert archive.timetable.spent(day) == 5
    asked = [Allowance(day, 9)]
    lease = take(archive, allowances=asked)
    assert lease is not None and lease.site == CITY, "the bureau is expected to need five again, four are left"
    assert take(archive, allowances=asked) is None and take(archive, allowances=[Allowance(day, 5)]) is None
    archive.timetable.progress(lease, NOON, LEASE_S, {"requests": 4})
    assert archive.timetable.spent(day) == 9, "what runs counts as it goes"
    archive.timetable.order(BUREAU, why="", by="li", now=NOON)
    assert take(archive, allowances=asked) is not None
    assert take(archive, kinds=("order",)) is None


def test_the_history_of_a_site_is_what_its_crawls_came_to(archive: Archive) -> None:
    follow(archive, BUREAU)
    assert not run_of(archive).must_yield
    crawl = crawled(archive)
    run = run_of(archive)
    assert (run.last_outcome, run.last_reports, run.last_requests, run.failures) == ("complete", 3, 2, 0)
    assert run.must_yield and run.crawl_id == crawl and run.rhythm == "", "when it is due next is to be decided anew"
    for failures, outcome in enumerate(("blocked", "unreachable", "nothing"), 1):
        crawled(archive, outcome=outcome, reports=0, new=0, unchanged=0, explanation="a wall")
        assert run_of(archive).failures == failures, "giving nothing is a failure where reports were"
    assert (run_of(archive).last_why, run_of(archive).last_ok_at is not None) == ("a wall", True)
    before = run_of(archive)
    crawled(archive, outcome="incomplete", cut_short=True)
    assert run_of(archive) == before, "a crawl that was cut short says nothing of the site"
    crawled(archive, CITY, outcome="nothing", reports=0, new=0, unchanged=0)
    archive.add_sites([CITY])
    assert (run_of(archive, CITY).failures, run_of(archive, CITY).must_yield) == (0, False)
    counts = archive.timetable.counts()
    assert counts["requests", "fetched"] == 12 and counts["bytes", ""] == 1200
    assert counts["crawls", "blocked"] == 1 and counts["crawls", "interrupted"] == 1
    assert archive.timetable.counts("2999-01-01") == {}


def test_a_failure_that_left_no_log_counts_all_the_same(archive: Archive) -> None:
    follow(archive, BUREAU)
    lease = take(archive)
    assert lease is not None
    archive.timetable.finish(lease, "failed", later(1), reason="the crawl's process ended early")
    run = run_of(archive)
    assert (run.failures, run.last_outcome, run.last_why) == (1, "failed", "the crawl's process ended early")
    assert run.next_due is None, "not taken again before its next date is decided"


def test_sites_are_decided_once_and_again_when_the_rhythm_or_the_history_changes(archive: Archive) -> None:
    archive.add_sites([BUREAU, CITY])
    timetable = archive.timetable
    assert len(timetable.sites(undecided_by=lambda run: "r1")) == 2
    timetable.decide([Due(site_id(BUREAU.url), NOON, "monthly", "r1"), Due(site_id(CITY.url), None, "off", "r1")])
    assert timetable.sites(undecided_by=lambda run: "r1") == []
    assert len(timetable.sites(undecided_by=lambda run: "r2")) == 2
    assert [run.site for run in timetable.sites(due_by=NOON)] == [BUREAU]
    assert (run_of(archive).why, run_of(archive, CITY).next_due) == ("monthly", None)
    timetable.decide([Due(site_id(CITY.url), later(-60), "dense", "r1")])
    first, second = archive.browse.sites(by_due=True)
    assert (first.site, second.site) == (CITY, BUREAU)
    assert archive.browse.sites(by_due=True, after=first.site_id) == [second]
    timetable.decide([Due(site_id(CITY.url), None, "off", "r1")])
    assert archive.browse.sites(by_due=True) == [second]
    crawled(archive)
    assert [run.site for run in timetable.sites(undecided_by=lambda run: "r1")] == [BUREAU]
    archive.retire_site(CITY.url, reason="merged")
    assert [run.site for run in timetable.sites()] == [BUREAU]


def test_a_trouble_is_one_teller_s_at_a_time_and_told_until_it_is_over(archive: Archive) -> None:
    follow(archive, BUREAU)
    for _ in range(2):
        crawled(archive, outcome="blocked", reports=0, new=0, unchanged=0)
    found = archive.timetable.condition(utc_now(), silent_days=60)
    assert (found.sites, found.hosts["blocked"], found.growth[-1].crawls) == (1, ("cgj.yunxi.gov.cn",), 2)
    trouble, = found.troubles
    assert (trouble.kind, trouble.subject) == ("blocked", "cgj.yunxi.gov.cn")
    claim = archive.timetable.claim_troubles
    assert claim([trouble], NOON, 60) == ([trouble], []) and claim([trouble], later(0.5), 60) == ([], [])
    assert claim([trouble], later(2), 60) == ([trouble], []), "whoever had it never came back"
    archive.timetable.troubles_told([trouble], [], later(2))
    assert claim([trouble], later(9), 60) == ([], [])
    changed = replace(trouble, state="worse")
    assert claim([changed], later(10), 60)[0] == [changed]
    archive.timetable.troubles_told([changed], [], later(10))
    fresh, over = claim([], later(12), 60)
    assert fresh == [] and [told.trouble_id for told in over] == [trouble.trouble_id]
    archive.timetable.troubles_told([], over, later(12))
    assert claim([], later(20), 60) == ([], []) and claim([trouble], later(20), 60) == ([trouble], [])
    assert claim([], later(30), 60) == ([], []), "over before anybody heard of it"
    disk = [Trouble("disk", "elsewhere:/data", "low", "x"), Trouble("disk", disk_subject("/data"), "low", "x")]
    archive.timetable.troubles_told(disk, [], later(40))
    assert [told.subject for told in claim([], later(60), 60)[1]] == [disk_subject("/data")], "each machine its own"


def test_a_retired_site_is_not_crawled_even_where_it_was_due(archive: Archive) -> None:
    follow(archive, BUREAU)
    assert take(archive) is not None
    follow(archive, CITY, due=later(1))
    archive.retire_site(BUREAU.url, reason="merged")
    left = take(archive, "b", 5)
    assert left is not None and left.site == CITY, "nor does it stand in the way of others"
    assert [lease.site for lease in archive.timetable.running()] == [CITY]


def test_a_catalog_made_again_knows_what_crawls_came_to_and_keeps_orders(settings: Settings) -> None:
    with Archive.open(settings) as archive:
        follow(archive, BUREAU)
        crawled(archive, outcome="blocked", reports=0, new=0, unchanged=0)
        crawled(archive)
        waiting = archive.timetable.order(CITY, why="", by="li", now=NOON)
        running = archive.timetable.order(BUREAU, why="", by="li", priority=1, now=NOON)
        assert take(archive) is not None
        told, counted = run_of(archive), archive.timetable.counts()
    with Archive.open(settings) as archive:
        archive.rebuild()
        after = run_of(archive)
        assert (after.last_run_at, after.last_outcome, after.yielded_at, after.failures) == (
            told.last_run_at, told.last_outcome, told.yielded_at, told.failures)
        assert archive.timetable.counts() == counted and after.next_due is None
        assert {order.order_id: order.state for order in archive.timetable.orders()} == {
            waiting: "waiting", running: "waiting"}, "nobody is crawling now"
        assert archive.timetable.running() == [] and archive.verify().ok


def test_an_archive_from_before_the_timetable_learns_its_history_when_it_is_opened(sqlite_settings: Settings) -> None:
    with Archive.open(sqlite_settings) as archive:
        archive.add_sites([BUREAU])
        crawled(archive, outcome="blocked", reports=0)
        crawled(archive)
        told = run_of(archive)
    age(sqlite_settings, "0008")
    with Archive.open(sqlite_settings) as archive:
        assert run_of(archive) == told
