"""What people who look around ask: an agency's years and figures, places, a season, what changed, what is new."""

import time
from dataclasses import replace
from datetime import date
from importlib import import_module

import pytest

from gongkai.address import canonical
from gongkai.errors import ConfigurationError, NotFoundError
from gongkai.report import CellValue, Reading
from gongkai.settings import Settings
from gongkai.site import AgencySite
from storage import Archive, CoverageQuery, SearchQuery
from storage.browse.names import NameList, Names
from storage.browse.places import agency_years
from storage.browse.season import late_reports
from storage.catalog.schema import report_changes, version_cells
from tests.factories import AGENCY, finding
from tests.storage.old_catalog import age
from tests.storage.steps import crawl

TODAY = date(2026, 4, 1)
GOVERNMENT, BUREAU = "云溪市人民政府", "云溪市财政局"


def with_cells(made: tuple, tables: dict, form: str = "cn-gov-2021") -> tuple:  # type: ignore[type-arg]
    """The finding with these figures, each table as row → column → figure; None is a blank."""
    found, reading = made
    read = {table: {row: {column: CellValue("" if value is None else str(value), value,
                                            "blank" if value is None else "number")
                          for column, value in columns.items()} for row, columns in rows.items()}
            for table, rows in tables.items()}
    return found, Reading(reading.sources, reading.main, replace(reading.report, tables=read, form_id=form))


def filled(archive: Archive) -> None:
    """Three agencies: one edits a report and prints figures by three forms, one is late, one gives a single year."""
    crawl(archive,
          with_cells(finding(2016, published=date(2017, 3, 1)), {"statistics": {
              "applications": {"count": 40}, "reply_granted": {"count": 30}, "denied_trade_secret": {"count": 2},
              "denied_privacy": {"count": 1}}}, "cn-gov-2014stat"),
          with_cells(finding(2020, published=date(2021, 1, 20)), {"requests": {
              "new_received": {"total": 13}, "granted": {"total": 9}, "denied_state_secret": {"total": None},
              "denied_process_info": {"total": 4}, "other_total": {"total": 2}}}, "cn-gov-2019"),
          with_cells(finding(2021, published=date(2022, 1, 31)), {"requests": {
              "new_received": {"total": 20}, "granted": {"total": 5}, "denied_process_info": {"total": 1},
              "other_misc": {"total": 3}}}))
    crawl(archive,
          finding(2021, url="http://czj.yunxi.gov.cn/2021.html", agency=BUREAU, region="350205",
                  published=date(2022, 2, 10), minutes=2),
          finding(2020, url="http://www.yunxi.gov.cn/2020.html", agency=GOVERNMENT, published=date(2021, 3, 1)))
    crawl(archive, with_cells(finding(2021, extra="更正。", published=date(2022, 1, 31), minutes=60), {"requests": {
        "new_received": {"total": 21}, "granted": {"total": 5}, "denied_process_info": {"total": 1},
        "other_misc": {"total": 4}}}))


def id_of(archive: Archive, name: str) -> str:
    return next(one.agency_id for one in archive.browse.agencies(None, name, 9))


def test_an_agency_with_its_years_its_names_and_its_sources(archive: Archive) -> None:
    filled(archive)
    found = archive.browse.agency(id_of(archive, AGENCY))
    states = {cell.report_year: cell.state for cell in found.cells}
    assert {year: states[year] for year in (2016, 2018, 2020, 2021)} == {
        2016: "present", 2018: "missing", 2020: "present", 2021: "changed"}
    assert min(states) == 2016 and found.reports == 3
    assert [(name.name, name.years) for name in found.names] == [(AGENCY, (2016, 2020, 2021))]
    assert found.hosts == (("cgj.yunxi.gov.cn", 3),)
    with pytest.raises(NotFoundError, match="no agency"):
        archive.browse.agency("0" * 16)


def test_figures_of_three_forms_join_where_they_count_the_same(archive: Archive) -> None:
    filled(archive)
    figures = {year.report_year: year for year in archive.browse.figures(id_of(archive, AGENCY))}
    assert [figures[year].figures["received"] for year in (2016, 2020, 2021)] == [40, 13, 21]
    assert [figures[year].figures["denied_third_party"] for year in (2016, 2020)] == [3, None]
    assert figures[2020].figures["denied_state_secret"] == 0, "a blank in a table that has figures"
    assert [figures[year].figures["other"] for year in (2016, 2020, 2021)] == [None, 2, 4]
    assert figures[2020].figures["review"] is None and figures[2016].form_id == "cn-gov-2014stat"


def test_cells_come_from_the_objects_where_the_catalog_has_none(archive: Archive) -> None:
    filled(archive)
    agency = id_of(archive, AGENCY)
    kept, changed = archive.browse.figures(agency), archive.browse.changes(None, None, 9)
    with archive._ready().writing() as connection:
        connection.execute(version_cells.delete())
    assert archive.browse.figures(agency) == kept and archive.browse.changes(None, None, 9) == changed
    assert archive.verify().ok
    archive.rebuild()
    with archive._ready().reading() as connection:
        assert len(connection.execute(version_cells.select()).all()) == 6


def test_what_changed_is_told_with_its_cells(archive: Archive) -> None:
    filled(archive)
    change, = archive.browse.changes(None, None, 9)
    assert [str(cell) for cell in change.cells] == ["REQ new_received total 20 → 21", "REQ other_misc total 3 → 4"]
    assert (change.report.agency, change.report.report_year, change.same_address) == (AGENCY, 2021, True)
    assert change.text_changed and change.chars == 3 and change.cells_changed == 2
    assert archive.browse.changes("3502", change.report.agency_id, 9) == [change]
    assert archive.browse.changes("11", None, 9) == [] == archive.browse.changes(None, None, 9, change.key)
    crawl(archive, finding(2022, 5, url="http://cgj.yunxi.gov.cn/a.html", published=date(2023, 1, 9), minutes=70),
          finding(2022, 6, url="http://cgj.yunxi.gov.cn/b.html", published=date(2023, 2, 9), minutes=80))
    newest, older = archive.browse.changes(None, None, 9)
    assert not newest.same_address and [str(cell) for cell in newest.cells][-1] == "REQ new_received total 5 → 6"
    assert archive.browse.changes(None, None, 9, newest.key) == [older] == [change]
    of_year = {year: archive.browse.changes(region, None, 9, year=year) for year in (2021, 2022, 2020)
               for region in (None, "35", "3502")}
    assert of_year == {2021: [older], 2022: [newest], 2020: []}
    assert archive.browse.changes(None, None, 9, newest.key, year=2022) == []
    archive.rebuild()
    assert archive.browse.changes(None, None, 9) == [newest, older] and archive.verify().ok


def test_new_reports_come_in_the_order_they_were_first_seen(archive: Archive, monkeypatch: pytest.MonkeyPatch) -> None:
    filled(archive)
    every = archive.browse.arrivals(None, None, 9)
    assert next(report.agency for report in every) == BUREAU and len(every) == 5
    assert [r.first_seen for r in every] == sorted((r.first_seen for r in every), reverse=True)
    for region, number in (("35", 5), ("3502", 5), ("350205", 1), ("11", 0)):
        found = archive.browse.arrivals(region, None, 9)
        assert found == [r for r in every if (r.region_code or "").startswith(region)] and len(found) == number
    paged = archive.browse.arrivals(None, None, 2)
    while len(more := archive.browse.arrivals(None, None, 2, (paged[-1].first_seen, paged[-1].report_id))):
        paged += more
    assert paged == every
    for few in (0, 9):  # walked through and sorted
        monkeypatch.setattr(import_module("storage.browse.changes"), "_FEW", few)
        for region, year in ((None, 2021), ("35", 2021), ("3502", 2021), ("11", 2021), (None, 1999)):
            assert archive.browse.arrivals(region, None, 9, year=year) == [
                r for r in every if r.report_year == year and (r.region_code or "").startswith(region or "")]


def test_coverage_from_the_country_down_to_the_county(archive: Archive) -> None:
    filled(archive)
    years = CoverageQuery(since=2019, until=2021)
    country = archive.browse.coverage_map(None, years)
    assert [(part.place, part.agencies) for part in country.parts] == [("35", 3)]
    assert [(y.report_year, y.present, y.late, y.changed, y.missing) for y in country.whole.years] == [
        (2019, 0, 0, 0, 3), (2020, 2, 0, 0, 1), (2021, 0, 1, 1, 1)]
    assert [part.place for part in archive.browse.coverage_map("350000", years).parts] == ["3502"]
    counties = archive.browse.coverage_map("3502", years)
    assert {part.place: part.agencies for part in counties.parts} == {"350200": 2, "350205": 1}
    assert counties.whole.years == country.whole.years and counties.whole.years[1].share == pytest.approx(2 / 3)
    with pytest.raises(ConfigurationError, match="region: 350 is no division code"):
        archive.browse.coverage_map("350")
    pages = [agency_years(archive._ready(), years, TODAY, 2, None, Names())]
    pages.append(agency_years(archive._ready(), years, TODAY, 2, pages[0][-1].key, Names()))
    assert [len(page) for page in pages] == [2, 1]
    assert [[cell.state for cell in row.cells] for page in pages for row in page if row.agency == BUREAU] == [
        ["missing", "missing", "late"]]


def test_a_season_day_by_day_with_who_was_late_and_who_is_missing(archive: Archive) -> None:
    filled(archive)
    found = archive.browse.season(2021)
    assert found.published[0] == (date(2022, 1, 1), 0) and found.published[-1] == (date(2022, 2, 10), 2)
    assert dict(found.published)[date(2022, 1, 31)] == 1
    early, last = found.deadlines
    assert (early.day, early.agencies, early.on_time, early.late, early.missing) == (date(2022, 1, 31), 2, 1, 1, 0)
    assert (last.agencies, last.on_time, last.missing) == (1, 0, 1)
    (report, days), = archive.browse.late_reports(2021, None, 9)
    assert (report.agency, days) == (BUREAU, 10)
    assert late_reports(archive._ready(), 2021, "3502", 9, ("350205", BUREAU, report.report_id)) == []
    assert [agency.agency for agency in archive.browse.missing_agencies(2021, None, 9)] == [GOVERNMENT]
    for region in ("35", "3502"):
        assert archive.browse.season(2021, region).published == found.published
    assert archive.browse.season(2021, "350205").there == 1 and archive.browse.season(2021, "11").agencies == 0


def test_a_registry_decides_who_is_expected_everywhere(settings: Settings) -> None:
    with Archive.open(settings) as archive:
        filled(archive)
        archive.add_sites([AgencySite("http://cgj.yunxi.gov.cn/", AGENCY, "350200"),
                           AgencySite("http://silent.gov.cn/", "沉默局", "350201")])
        years = CoverageQuery(since=2021, until=2021)

        def told() -> list[object]:
            browse = archive.browse
            return [browse.coverage_map(None, years).whole, browse.season(2021), browse.late_reports(2021, None, 9),
                    [one.agency for one in browse.missing_agencies(2021, None, 9)]]

        known = told()
        whole = archive.browse.coverage_map(None, years).whole
        assert (whole.agencies, whole.years[0].changed, whole.years[0].late, whole.years[0].missing) == (2, 1, 0, 1)
        assert known[2:] == [[], ["沉默局"]] and archive.browse.season(2021).there == 1
        assert archive.verify().ok
        archive.rebuild()
        assert told() == known and archive.verify().ok
        archive.retire_site("http://silent.gov.cn/")
        assert archive.browse.coverage_map(None, years).whole.agencies == 1
        assert archive.browse.missing_agencies(2021, None, 9) == [] and archive.verify().ok
        crawl(archive, finding(2022, published=date(2023, 1, 5), minutes=90))
        year, = archive.browse.coverage_map(None, CoverageQuery(year=2022)).whole.years
        assert (year.expected, year.present) == (1, 1) and archive.verify().ok


def test_the_health_of_an_agencys_sites(archive: Archive) -> None:
    filled(archive)
    archive.add_sites([AgencySite("http://cgj.yunxi.gov.cn/", AGENCY, "350200")])
    log = archive.begin_crawl(AgencySite("http://cgj.yunxi.gov.cn/", AGENCY, "350200"))
    log.finish({"outcome": "blocked", "explanation": "验证码", "incidents": [{"kind": "challenge", "url": "x"}]})
    source, = archive.browse.agency(id_of(archive, AGENCY)).sources
    assert (canonical(source.url), source.followed, source.outcome, source.why) == (
        canonical("http://cgj.yunxi.gov.cn/"), True, "blocked", "验证码")
    assert source.incidents[0]["kind"] == "challenge" and source.last_run_at


def test_a_damaged_row_is_named_and_mended(archive: Archive) -> None:
    filled(archive)
    known = archive.browse.changes(None, None, 9)
    with archive._ready().writing() as connection:
        connection.execute(report_changes.update().values(chars=999))
        connection.execute(version_cells.update().where(version_cells.c.number == 2).values(packed=b"x"))
        connection.exec_driver_sql("UPDATE season_counts SET reports = 5 WHERE report_year = 2021")
    named = {damage.key.partition("/")[0] for damage in archive.verify().damages}
    assert named == {"catalog:report_changes", "catalog:version_cells", "catalog:coverage_counts"}
    assert archive.repair(apply=True)[1].ok and archive.browse.changes(None, None, 9) == known


@pytest.mark.usefixtures("first_pipeline")
def test_a_catalog_of_a_former_release_tells_the_same(settings: Settings) -> None:
    def all_told(archive: Archive) -> list[object]:
        browse = archive.browse
        here = SearchQuery("", region="3502")
        return [browse.coverage_map(), browse.season(2021), browse.season(2021, "3502"), browse.changes(None, None, 9),
                browse.changes("35", None, 9), browse.figures(id_of(archive, AGENCY)), browse.numbers(),
                browse.facets(here), browse.facets(SearchQuery("")),
                [hit.record.report_id for hit in browse.listing(here, "newest", 9)]]

    with Archive.open(settings) as archive:
        filled(archive)
        told = all_told(archive)
    for release in ("0001", "0010"):
        age(settings, release)
        with Archive.open(settings) as archive:
            assert told == all_told(archive), release
            assert archive.verify().ok, archive.verify().damages


def test_missing_agencies_are_paged_over_places(archive: Archive) -> None:
    places = ("110000", "350200", "350205", "650100", "")
    crawl(archive, *(finding(2020, url=f"http://x{at}{place}.gov.cn/2020.html", agency=f"第{at}市水务局",
                             region=place or None) for place in places for at in range(3)))
    crawl(archive, finding(2021, url="http://x0350200.gov.cn/2021.html", agency="第0市水务局", region="350200"))
    every = archive.browse.missing_agencies(2021, None, 99)
    assert [(one.region_code, one.agency) for one in every] == sorted(
        (place, f"第{at}市水务局") for place in places for at in range(3) if (place, at) != ("350200", 0))
    paged, after = [], None
    while page := archive.browse.missing_agencies(2021, None, 4, after):
        paged += page
        after = page[-1].key
    assert paged == every
    for region in ("35", "3502", "350205", "11", "99"):
        assert archive.browse.missing_agencies(2021, region, 99) == [
            one for one in every if one.region_code.startswith(region)]
    assert archive.browse.missing_agencies(2020, None, 99) == []


def test_among_very_many_agencies_a_part_of_a_name_finds_the_same(
        archive: Archive, monkeypatch: pytest.MonkeyPatch) -> None:
    filled(archive)
    asked = [(None, "局"), (None, "云溪"), ("350205", "财政"), ("35", "财政局"), ("11", "局"), (None, "没有的")]
    exact = [archive.browse.agencies(region, name, 9) for region, name in asked]
    years = archive.browse.agency_years(CoverageQuery(agency="财政", since=2020, until=2021), 9)
    monkeypatch.setattr("storage.browse.names.FEW", 0)
    assert archive.browse.agencies(None, "局", 9) == exact[0], "before the names were read"
    for _ in range(200):
        if (kept := archive.browse.names._lists["all"])._value is not None:
            break
        time.sleep(0.05)
    assert kept._value is not None
    assert [archive.browse.agencies(region, name, 9) for region, name in asked] == exact
    assert archive.browse.agency_years(CoverageQuery(agency="财政", since=2020, until=2021), 9) == years
    first, = archive.browse.agencies(None, "局", 1)
    assert archive.browse.agencies(None, "局", 9, first.key) == exact[0][1:]


def test_names_are_found_where_they_stand_and_never_across_two() -> None:
    keys = [("11", "甲局", "1"), ("35", "乙|局甲", "2"), ("35", "财政局财政所", "3"), ("3502", "財政局", "4"),
            ("36", "", "5")]
    names = NameList.of(keys)
    assert list(names.holding("财政", None, None)) == [keys[2], keys[3]], "once each, whatever the characters"
    assert list(names.holding("局", "35", None)) == keys[1:4]
    assert list(names.holding("局", "35", keys[2])) == [keys[3]]
    assert list(names.holding("甲局乙", None, None)) == list(names.holding("|", None, None)) == []


def test_the_newest_reports_of_a_place_are_its_newest_in_the_country(archive: Archive) -> None:
    """A place is asked in another way than the country; both say the same."""
    filled(archive)
    browse = archive.browse
    country = [hit.record.report_id for hit in browse.listing(SearchQuery(""), "newest", 99)
               if (hit.record.region_code or "").startswith("3502")]
    place = [hit.record.report_id for hit in browse.listing(SearchQuery("", region="3502"), "newest", 99)]
    assert place == country and len(place) > 3
    paged = [hit.record.report_id for hit in browse.listing(SearchQuery("", region="3502"), "newest", 99, place[1])]
    assert paged == place[2:]
    whole, part = browse.facets(SearchQuery("", region="35")), browse.facets(SearchQuery("", region="3502"))
    assert whole.total == part.total == len(place) and whole.year == part.year and whole.changed == part.changed
    assert sum(part.region.values()) == part.total and set(part.region) <= {"350200", "350201", "350205"}
