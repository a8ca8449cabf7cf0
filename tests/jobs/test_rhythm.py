"""When a site is due next, told by a frozen clock in Beijing time."""

from dataclasses import replace
from datetime import datetime, timedelta
from itertools import pairwise

import pytest

from crawler.jobs.rhythm import Rhythm
from crawler.sites.file import site_of
from crawler.sites.schedule import read_schedule
from gongkai.clock import parse_stamp, stamp
from gongkai.digest import sha256_hex
from gongkai.errors import ConfigurationError
from gongkai.hours import BEIJING, Hours
from gongkai.settings import Settings, load_settings
from gongkai.site import AgencySite
from storage import SiteRun

RHYTHM = Rhythm(dense_days=3, sparse_days=30, hours=Hours(), rest_h=6, requests_a_day=24_000, max_requests=300)
NIGHT = replace(RHYTHM, hours=Hours.read("19:00-07:30"))


def moment(month: int, day: int, hour: int = 0, minute: int = 0, *, year: int = 2026) -> datetime:
    return datetime(year, month, day, hour, minute, tzinfo=BEIJING)


JANUARY = moment(1, 5)


def site(number: int = 1, *, last: datetime | None = JANUARY, schedule: str | None = None, failures: int = 0,
         outcome: str = "complete") -> SiteRun:
    at = stamp(last) if last else None
    return SiteRun(
        site_id=sha256_hex(str(number))[:16], site=AgencySite(f"http://s{number}.gov.cn/", schedule=schedule),
        host=f"s{number}.gov.cn", added_at="2025-01-01T00:00:00Z", last_run_at=at, last_outcome=outcome, last_why="",
        last_requests=5, last_reports=10, last_ok_at=at, yielded_at=at, failures=failures, next_due=None,
        rest_until=None, why="", rhythm="", crawl_id="")


def next_due(run: SiteRun, rhythm: Rhythm = RHYTHM, now: datetime = JANUARY) -> datetime:
    at = rhythm.due(run, now).at
    assert at is not None
    return at.astimezone(BEIJING)


def followed(run: SiteRun, until: datetime, rhythm: Rhythm = RHYTHM) -> list[datetime]:
    """Every crawl up to a day, each made when it was due."""
    found: list[datetime] = []
    assert run.last_run_at is not None
    at = next_due(run, rhythm, parse_stamp(run.last_run_at))
    while at < until:
        found.append(at)
        run = replace(run, last_run_at=stamp(at), last_ok_at=stamp(at))
        at = next_due(run, rhythm, at)
    return found


def test_around_the_deadlines_every_third_day_and_once_a_month_otherwise() -> None:
    for number in range(40):
        crawls = followed(site(number), moment(1, 1, year=2027))
        for begin, end in ((moment(1, 13), moment(2, 11)), (moment(3, 23), moment(4, 11))):
            within = [at for at in crawls if begin <= at < end]
            assert {(b - a) for a, b in pairwise(within)} == {timedelta(days=3)}
        for deadline in (moment(2, 1), moment(4, 1)):
            assert any(deadline <= at < deadline + timedelta(days=3) for at in crawls), "soon after the last day"
        rest = [at for at in crawls if moment(5, 15) <= at]
        assert {b - a for a, b in pairwise(rest)} == {timedelta(days=30)}


def test_sites_are_spread_over_days_and_hours_and_each_keeps_its_place() -> None:
    dues = [next_due(site(n, last=moment(5, 1)), now=moment(5, 1)) for n in range(3000)]
    by_day: dict[object, int] = {}
    for at in dues:
        by_day[at.date()] = by_day.get(at.date(), 0) + 1
    assert len(by_day) >= 30 and max(by_day.values()) < 3000 / 30 * 1.5
    assert len({at.hour for at in dues}) == 24
    assert dues[:50] == [next_due(site(n, last=moment(5, 1)), now=moment(5, 9)) for n in range(50)]


def test_a_site_never_crawled_is_due_at_once_and_in_hours_only_at_night() -> None:
    new = site(last=None)
    assert next_due(new, now=moment(6, 1, 12)) == moment(6, 1, 12)
    assert next_due(new, NIGHT, moment(6, 1, 12)) == moment(6, 1, 19)
    assert next_due(new, NIGHT, moment(6, 1, 23)) == moment(6, 1, 23)


def test_every_date_lies_within_the_hours() -> None:
    for number in range(200):
        for at in followed(site(number), moment(6, 1), NIGHT):
            assert at.hour >= 19 or (at.hour, at.minute) < (7, 30)
        at = next_due(site(number, failures=2), NIGHT)
        assert at.hour >= 19 or (at.hour, at.minute) < (7, 30)


def test_missed_runs_are_one_run_and_the_place_is_kept_afterwards() -> None:
    run = site(last=moment(1, 20))
    due = next_due(run, now=moment(3, 1))
    assert due < moment(3, 1) - timedelta(days=30), "long past: it is due now"
    made_up = replace(run, last_run_at=stamp(moment(3, 1, 12)))
    following = next_due(made_up, now=moment(3, 1, 12))
    undisturbed = followed(site(last=moment(1, 20)), moment(5, 1))
    assert following > moment(3, 1, 12) + timedelta(days=1)
    assert {at for at in undisturbed if at > moment(3, 24)} == {
        at for at in followed(made_up, moment(5, 1)) if at > moment(3, 24)}


def test_what_was_missed_for_a_month_is_spread_in_the_order_it_waited() -> None:
    now = moment(6, 30, 12)
    missed = [replace(site(n), next_due=stamp(moment(6, 1) + timedelta(minutes=n))) for n in range(14_000)]
    today = replace(site(99_999), next_due=stamp(now - timedelta(hours=2)))
    found = NIGHT.caught_up([*reversed(missed), today], now)
    assert len(found) == 14_000, "what is hours late needs no plan"
    assert [due.site_id for due in found] == [run.site_id for run in missed]
    times = [due.at for due in found if due.at]
    assert times[0] == moment(6, 30, 19) and times == sorted(times)
    assert times[-1] < moment(7, 4), "within three days"
    hours: dict[object, int] = {}
    for at in times:
        assert NIGHT.hours.is_open(at)
        hours[int(at.timestamp() // 3600)] = hours.get(int(at.timestamp() // 3600), 0) + 1
    assert max(hours.values()) <= 14_000 / 3 / 12.5 * 1.1
    few = RHYTHM.caught_up(missed[:5], now)
    assert [due.at for due in few] == [now + timedelta(minutes=n) for n in range(5)]


@pytest.mark.parametrize(("failures", "hours"), [(1, 6), (2, 12), (3, 24), (5, 96), (20, 14 * 24), (999, 14 * 24)])
def test_a_site_that_fails_rests_longer_each_time(failures: int, hours: int) -> None:
    due = RHYTHM.due(site(failures=failures, outcome="blocked"), moment(1, 5))
    assert due.why == "rest" and due.at is not None and due.at == due.rest_until
    pause = due.at - moment(1, 5)
    assert timedelta(hours=hours) <= pause <= timedelta(hours=hours * 1.2)


def test_a_crawl_that_ran_out_of_requests_goes_on_the_next_day() -> None:
    due = next_due(site(outcome="budget", last=moment(5, 5)), now=moment(5, 5))
    assert moment(5, 5, 12) <= due <= moment(5, 7)


@pytest.mark.parametrize(("schedule", "days"), [("daily", 1), ("weekly", 7), ("monthly", 30), (" Weekly ", 7)])
def test_words_of_the_sites_file_override_the_law(schedule: str, days: int) -> None:
    crawls = followed(site(schedule=schedule), moment(5, 1))
    assert {b - a for a, b in pairwise(crawls)} == {timedelta(days=days)}


def test_cron_text_is_beijing_time_and_keeps_an_hour_between_two_crawls() -> None:
    assert next_due(site(schedule="30 2 * * 1", last=moment(1, 5, 3))) == moment(1, 12, 2, 30)
    assert next_due(site(schedule="* * * * *", last=moment(1, 5, 3))) == moment(1, 5, 4, 1)
    assert next_due(site(schedule="0 5 * * *", last=None), NIGHT, moment(1, 5, 6)) == moment(1, 6, 5)
    resting = site(schedule="0 * * * *", failures=3, outcome="blocked")
    assert next_due(resting) >= moment(1, 6)
    assert RHYTHM.due(site(schedule="off"), moment(1, 5)).at is None


def test_the_first_crawl_of_a_summer_asks_for_every_report_again() -> None:
    run = site(last=moment(6, 20))
    assert RHYTHM.is_recheck(run, moment(7, 3)) and RHYTHM.is_recheck(run, moment(8, 31))
    assert not RHYTHM.is_recheck(site(last=moment(7, 2)), moment(8, 1)), "once a summer"
    assert not RHYTHM.is_recheck(run, moment(6, 30)) and not RHYTHM.is_recheck(run, moment(9, 1))
    assert not RHYTHM.is_recheck(site(last=None), moment(7, 3)), "nothing is kept yet"


def test_a_day_s_requests_are_handed_out_by_the_hour() -> None:
    day, hour = NIGHT.allowances(moment(1, 15, 20))
    assert (day.since, day.requests) == (moment(1, 15), 24_000)
    assert (hour.since, hour.requests) == (moment(1, 15, 19), 1920)
    assert replace(NIGHT, requests_a_day=100).requests_an_hour == 100, "a day's are never less than an hour's"
    assert replace(NIGHT, requests_a_day=1000).requests_an_hour == 300, "one crawl must fit"


@pytest.mark.parametrize("text", ["30 2 * *", "99 2 * * *", "fortnightly", "0 0 31 2 *"])
def test_a_schedule_nobody_can_follow_is_refused_where_it_is_entered(text: str) -> None:
    with pytest.raises(ConfigurationError, match=r"line 3: schedule '.*' cannot be used.*daily, weekly, monthly, off"):
        site_of("http://a.gov.cn/", Settings(), where="line 3", schedule=text)
    assert next_due(site(schedule=text)) == next_due(site()), "one entered before that is crawled as the others are"


def test_a_change_of_settings_or_schedule_is_another_rhythm() -> None:
    names = {RHYTHM.name(site()), NIGHT.name(site()), RHYTHM.name(site(schedule="daily"))}
    assert len(names) == 3 and RHYTHM.name(site(2, last=moment(4, 4))) == RHYTHM.name(site())
    assert read_schedule("law") == read_schedule(None)


@pytest.mark.parametrize("text", ["19:00", "25:00-03:00", "9-17", "08:00-08:00", "08:61-09:00"])
def test_hours_that_are_none_are_refused(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setenv("GONGKAI_CRAWL_HOURS", text)
    with pytest.raises(ConfigurationError, match=r"GONGKAI_CRAWL_HOURS: .*19:00-07:30"):
        load_settings()
    assert Hours.read("08:00-12:00, 11:00-13:00,20:00-24:00").spans == ((480, 780), (1200, 1440))
