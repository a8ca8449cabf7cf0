"""Expected agencies by years: on time, late, changed, missing, blocked, no longer updated."""

from datetime import date, timedelta

import pytest

from gongkai.agency_type import agency_type
from gongkai.settings import Settings
from gongkai.site import AgencySite
from storage import Archive, CoverageQuery
from storage.coverage import coverage
from storage.deadlines import days_late, due, latest_due
from tests.factories import AGENCY, finding
from tests.storage.old_catalog import age
from tests.storage.steps import crawl

TODAY = date(2026, 4, 1)
GOVERNMENT = "云溪市人民政府"


@pytest.mark.parametrize(("name", "kind"), [
    ("厦门市人民政府", "government"), ("厦门市人民政府办公厅", "government"), ("火炬高新区管委会", "government"),
    ("云溪市财政局", "department"),
    ("云溪市人民政府国有资产监督管理委员会", "department"), ("沿江镇人民政府", "township"),
    ("鼓楼街道办事处", "township"), ("", "")])
def test_what_kind_of_body_a_name_names(name: str, kind: str) -> None:
    assert agency_type(name) == kind


@pytest.mark.parametrize(("year", "name", "day"), [
    (2018, AGENCY, date(2019, 3, 31)), (2019, AGENCY, date(2020, 1, 31)), (2019, GOVERNMENT, date(2020, 3, 31)),
    (2020, "沿江镇人民政府", date(2021, 3, 31)), (2010, GOVERNMENT, date(2011, 3, 31))])
def test_when_a_report_is_due(year: int, name: str, day: date) -> None:
    kind = agency_type(name)
    assert due(year, kind) == day
    assert days_late(day.isoformat(), year, kind, "own_agency") == 0
    assert days_late((day + timedelta(days=1)).isoformat(), year, kind, "own_agency") == 1


def test_a_date_that_cannot_be_says_nothing_of_lateness() -> None:
    assert days_late(None, 2020, "department", "") is days_late("2020-05-01", 2020, "department", "") is None
    assert days_late("soon", 2020, "department", "") is days_late("2021-05-01", 0, "department", "") is None


def test_the_newest_year_that_is_due() -> None:
    assert (latest_due(date(2026, 3, 31)), latest_due(date(2026, 4, 1)), latest_due(date(2026, 1, 1))) == (
        2024, 2025, 2024)


def states(archive: Archive, **wanted: object) -> dict[tuple[str, int], str]:
    query = CoverageQuery(**wanted)  # type: ignore[arg-type]
    return {(c.agency, c.report_year): c.state for c in coverage(archive._ready(), query, TODAY)}


def filled(archive: Archive) -> None:
    crawl(archive, finding(2019, published=date(2020, 1, 20)), finding(2020, published=date(2021, 2, 1)),
          finding(2021, 13, published=date(2022, 1, 20)), finding(2023, published=None),
          finding(2020, url="http://www.yunxi.gov.cn/2020.html", agency=GOVERNMENT, published=date(2021, 3, 1)))
    crawl(archive, finding(2021, 31, published=date(2022, 1, 20), minutes=9))


EXPECTED = {2019: "present", 2020: "late", 2021: "changed", 2022: "missing", 2023: "present", 2024: "missing",
            2025: "missing"}


@pytest.mark.usefixtures("first_pipeline")
def test_present_late_changed_missing(settings: Settings) -> None:
    with Archive.open(settings) as archive:
        filled(archive)
        found = states(archive)
        assert {year: state for (name, year), state in found.items() if name == AGENCY} == {
            **EXPECTED, 2024: "stale", 2025: "stale"}
        assert states(archive, agency=GOVERNMENT, year=2020) == {(GOVERNMENT, 2020): "present"}
        assert len(states(archive, region="350000")) == 14 and states(archive, region="110000") == {}
        assert min(year for _, year in states(archive, since=2008)) == 2008
        counts = {c.report_year: c for c in archive.coverage_counts(CoverageQuery(region="35", until=2025))}
        c = counts[2020]
        assert (c.region, c.expected, c.present, c.late, c.changed, c.missing) == ("35", 2, 1, 1, 0, 0)
        assert (counts[2021].changed, counts[2022].missing) == (1, 2)
        archive.rebuild()
        assert states(archive) == found and archive.verify().ok
        with archive._ready().writing() as connection:
            connection.exec_driver_sql("UPDATE coverage_counts SET reports = 7 WHERE report_year = 2020")
        assert [damage.key for damage in archive.verify().damages] == ["catalog:coverage_counts/all"]
        assert archive.repair(apply=True)[1].ok
        assert {c.report_year: c for c in archive.coverage_counts(CoverageQuery(region="35", until=2025))} == counts
    age(settings)
    with Archive.open(settings) as archive:
        assert states(archive) == found and archive.verify().ok, archive.verify().damages


def test_a_page_dated_anew_years_later_is_no_late_report(archive: Archive) -> None:
    crawl(archive, finding(2020, 13, published=date(2021, 1, 20)))
    crawl(archive, finding(2020, 13, extra="页脚", published=date(2024, 6, 1), minutes=9))
    cell, = (c for c in archive.coverage(CoverageQuery(year=2020)))
    assert (cell.state, cell.days_late, cell.due) == ("changed", -11, "2021-01-31")


@pytest.mark.parametrize(("outcome", "state"), [
    ("blocked", "blocked"), ("unreachable", "blocked"), ("complete", "stale")])
def test_why_the_newest_years_are_missing(archive: Archive, outcome: str, state: str) -> None:
    crawl(archive, finding(2019), finding(2022))
    log = archive.begin_crawl(finding(2019)[0].site)
    log.finish({"outcome": outcome})
    found = states(archive)
    assert found[AGENCY, 2025] == state
    assert found[AGENCY, 2020] == ("blocked" if state == "blocked" else "missing")


def test_a_registry_says_who_is_expected(settings: Settings) -> None:
    """An agency whose site never gave anything is expected too."""
    with Archive.open(settings) as archive:
        filled(archive)
        log = archive.begin_crawl(AgencySite("http://silent.gov.cn/", "沉默局", "350201"))
        log.finish({"outcome": "blocked"})
        archive.add_sites([AgencySite("http://cgj.yunxi.gov.cn/", AGENCY, "350200"),
                           AgencySite("http://silent.gov.cn/", "沉默局"), AgencySite("http://nameless.gov.cn/"),
                           AgencySite("http://old.gov.cn/", "旧局", "350201")])
        archive.add_sites([AgencySite("http://silent.gov.cn/", "沉默局", "350201")])
        archive.retire_site("http://old.gov.cn/")
    with Archive.open(settings) as archive:
        found = states(archive, year=2020)
        assert found == {(AGENCY, 2020): "late", ("沉默局", 2020): "blocked"}
        count, = archive.coverage_counts(CoverageQuery(year=2020))
        assert (count.expected, count.late, count.present, count.missing) == (2, 1, 0, 1)
