"""A year on paper, as bench/schedule.py judges it for a whole country."""

from bench.schedule import year
from crawler.jobs.rhythm import Rhythm
from gongkai.hours import Hours


def test_a_year_of_three_hundred_sites_keeps_every_promise() -> None:
    """Hours, the day's requests, deadlines, no starving, one crawl a host, a month of downtime made up for once."""
    rhythm = Rhythm(3, 30, Hours.read("19:00-07:30"), 6.0, 3000, 300)
    found = year(300, rhythm, days=365, down=30, jobs=4, delay_s=2.0)
    assert found.broken == []
    assert 300 * 24 < found.runs < 300 * 32 and found.rechecks == 300
    assert 0 < found.caught_up_days < 3 and found.busiest_day_after < 300


def test_the_judge_sees_a_rhythm_that_is_too_slow_or_too_fast() -> None:
    slow = Rhythm(30, 90, Hours(), 6.0, 3000, 300)
    assert any("was not looked at" in told for told in year(60, slow, days=120, down=0, jobs=4, delay_s=2.0).broken)
    starving = Rhythm(3, 30, Hours.read("02:00-02:01"), 6.0, 3000, 300)
    assert any("waited" in told for told in year(300, starving, days=120, down=0, jobs=1, delay_s=60.0).broken)
