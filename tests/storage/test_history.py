"""One report's history as people understand it: re-issued, corrected, moved, copied, printed as PDF, gone and back."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from gongkai.capture import FetchRecord, Finding
from gongkai.report import Reading
from gongkai.settings import Settings
from gongkai.site import AgencySite
from storage import Archive
from storage.absence import Absence, absences, failed_looks
from tests.factories import AGENCY, SITE, at, finding, page_url
from tests.storage.steps import crawl

DAY = 24 * 60
NEW_HOST = "http://csgl.yunxi.gov.cn/2020.html"


def steps(archive: Archive) -> list[tuple[str, str]]:
    return [(entry.step, entry.url) for entry in archive.report(next(archive.reports()).report_id).history]


def asked_in_vain(archive: Archive, url: str, minutes: int, status: int | None = 404, outcome: str = "error",
                  online: bool = True) -> None:
    log = archive.begin_crawl(SITE)
    if online:
        log.record(FetchRecord(SITE.url, at(minutes), 200, "fetched"))
    log.record(FetchRecord(url, at(minutes), status, outcome))
    log.finish({})


def test_reissued_corrected_copied_and_printed(archive: Archive) -> None:
    portal, pdf, beside = "http://www.yunxi.gov.cn/1.html", "http://cgj.yunxi.gov.cn/1.pdf", page_url(2020, stem="gz")
    crawl(archive, finding(2020, 13, published=date(2021, 1, 20)))
    crawl(archive, finding(2020, 31, published=date(2021, 1, 20), minutes=5 * DAY))
    crawl(archive, finding(2020, 44, url=beside, published=date(2026, 2, 9), minutes=9 * DAY),
          finding(2020, 44, url=portal, published=date(2026, 2, 10), minutes=11 * DAY),
          finding(2020, 44, url=pdf, doc_format="pdf", published=date(2026, 2, 11), minutes=12 * DAY))
    assert steps(archive) == [("first", page_url(2020)), ("reissue", page_url(2020)), ("correction", beside),
                              ("copy", portal), ("rendition", pdf)]
    entry = archive.report(next(archive.reports()).report_id).history[2]
    assert entry.changed_cells[1] == "REQ new_received total 31 → 44" and entry.as_json()["absences"] == []


def moved_site(made: tuple[Finding, Reading]) -> tuple[Finding, Reading]:
    return replace(made[0], site=AgencySite("http://csgl.yunxi.gov.cn/", AGENCY, "350200")), made[1]


def test_a_site_that_took_another_host_has_moved(archive: Archive) -> None:
    crawl(archive, finding(2020))
    crawl(archive, moved_site(finding(2020, url=NEW_HOST, minutes=30 * DAY)))
    assert steps(archive) == [("first", page_url(2020)), ("move", NEW_HOST)]
    assert next(archive.reports()).versions == 1


def test_two_hosts_that_show_it_at_once_are_a_copy(archive: Archive) -> None:
    crawl(archive, finding(2020))
    crawl(archive, moved_site(finding(2020, url=NEW_HOST, minutes=30 * DAY)), finding(2020, minutes=31 * DAY))
    assert steps(archive)[1][0] == "copy"


def test_a_page_gone_from_its_place_and_found_at_another_has_moved(archive: Archive) -> None:
    elsewhere = page_url(2020, stem="new")
    crawl(archive, finding(2020))
    crawl(archive, finding(2020, url=elsewhere, minutes=30 * DAY))
    assert steps(archive)[1] == ("copy", elsewhere)
    for day in (31, 35, 39):
        asked_in_vain(archive, page_url(2020), day * DAY)
    assert steps(archive)[1] == ("move", elsewhere)


def gone(archive: Archive) -> tuple[Absence, ...]:
    return archive.report(next(archive.reports()).report_id).latest.absences


@pytest.mark.parametrize(("days", "status", "outcome", "counts"), [
    ((1, 4, 8), 404, "error", True), ((1, 4, 8), 410, "error", True), ((1, 4, 8), 502, "error", True),
    ((1, 4, 8), None, "dns", True), ((1, 8), 404, "error", False), ((1, 2, 3, 4), 404, "error", False),
    ((1, 4, 8), 403, "error", False), ((1, 4, 8), None, "robots", False), ((1, 4, 8), None, "challenge", False)])
def test_gone_needs_repeated_failure_over_days(sqlite_settings: Settings, days: tuple[int, ...], status: int | None,
                                               outcome: str, counts: bool) -> None:
    with Archive.open(sqlite_settings) as archive:
        crawl(archive, finding(2020))
        for day in days:
            asked_in_vain(archive, page_url(2020), day * DAY, status, outcome)
        assert bool(gone(archive)) == counts


def test_our_own_network_away_makes_no_page_gone(archive: Archive) -> None:
    crawl(archive, finding(2020))
    for day in (1, 5, 9):
        asked_in_vain(archive, page_url(2020), day * DAY, None, "dns", online=False)
    assert gone(archive) == ()


def test_gone_and_back_is_told_and_outlives_a_rebuild(archive: Archive) -> None:
    crawl(archive, finding(2020))
    for day in (1, 5, 9):
        asked_in_vain(archive, page_url(2020), day * DAY)
    absence, = gone(archive)
    assert (absence.since, absence.until, absence.failures) == ("2026-02-01T08:00:00Z", None, 3)
    crawl(archive, finding(2020, minutes=20 * DAY))
    expected = gone(archive)
    assert expected == (Absence("2026-02-01T08:00:00Z", "2026-02-20T08:00:00Z", 3),)
    archive.rebuild()
    assert gone(archive) == expected and archive.verify().ok
    with archive._ready().writing() as connection:
        connection.exec_driver_sql("UPDATE failed_looks SET at = '2026-02-03T00:00:00Z' WHERE at > '2026-02-09'")
    assert [damage.kind for damage in archive.verify().damages] == ["dangling"]
    assert archive.repair(apply=True)[1].ok


def test_a_look_that_found_it_starts_the_count_anew() -> None:
    def day(number: int) -> str:
        return f"{date(2026, 1, 1) + timedelta(days=number)}T00:00:00Z"

    assert absences(map(day, (1, 4, 9, 12)), map(day, (0, 6))) == ()
    assert absences(map(day, (1, 4, 9)), ()) == ()  # never seen: never gone
    assert absences(map(day, (1, 2, 9, 20, 24, 30)), map(day, (0, 10))) == (
        Absence(day(1), day(10), 3), Absence(day(20), None, 3))


def test_addresses_that_are_none_do_not_stop_a_log() -> None:
    lines = [{"line": "fetch", "url": url, "status": 404, "at": "x", "outcome": "error"}
             for url in ("http://[", "", "javascript:x")]
    assert all(row["at"] == "x" for row in failed_looks(lines))
