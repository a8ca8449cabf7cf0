"""Two ids that are one body, and a better name: said once with a reason, honoured by every listing and rebuild."""

import json
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from gongkai.errors import ConfigurationError, NotFoundError
from gongkai.settings import Settings
from gongkai.site import AgencySite
from storage import Archive, CoverageQuery, SearchQuery
from tests.factories import AGENCY, finding, page_url
from tests.storage.steps import crawl, listing

OLD = "云溪市城市管理行政执法局"


def two_ids(archive: Archive) -> tuple[str, str]:
    crawl(archive, finding(2017, agency=OLD, own=False), finding(2018, agency=OLD, own=False), finding(2019))
    ids = {record.agency: record.agency_id for record in archive.reports()}
    return str(ids[OLD]), str(ids[AGENCY])


def test_merged_agencies_are_one_everywhere_and_after_a_rebuild(settings: Settings) -> None:
    with Archive.open(settings) as archive:
        old, new = two_ids(archive)
        archive.add_sites([AgencySite("http://old.yunxi.gov.cn/", OLD, "350200")])
        assert archive.merge_agencies(old[:8], new, reason="renamed in the reform of 2019") is not None
        assert {record.agency_id for record in archive.reports()} == {new}
        record, = archive.agencies()
        assert (record.reports, record.first_year, record.last_year, record.merged) == (3, 2017, 2019, (old,))
        assert record.names == {OLD: (2017, 2018), AGENCY: (2019, 2019)}
        assert [r.report_year for r in archive.reports(agency=OLD)] == [2017, 2018], "its printed name is still found"
        shown = archive.version(next(archive.reports()).report_id).manifest.report
        assert (shown.agency_id, shown.filed_under) == (new, AGENCY)
        covered = {cell.agency_id for cell in archive.coverage(CoverageQuery(since=2017))}
        assert covered == {new}, "what is expected follows"

        verdict, = crawl(archive, finding(2016, agency=OLD, own=False))
        assert verdict.outcome == "new" and {r.agency_id for r in archive.reports()} == {new}
        again, = crawl(archive, finding(2016, 31, agency=OLD, own=False, minutes=60))
        assert (again.outcome, again.report_id) == ("changed", verdict.report_id)

        assert archive.merge_agencies(old, new, reason="said again") is None
        assert archive.verify().ok
        before, known = listing(archive), archive.agencies()
        archive.rebuild()
        assert (listing(archive), archive.agencies()) == (before, known) and archive.verify().ok
        assert archive.verify(sample=9).ok


def test_a_merge_taken_back_leaves_everything_as_it_was_and_both_decisions_in_the_books(settings: Settings) -> None:
    with Archive.open(settings) as archive:
        old, new = two_ids(archive)
        archive.add_sites([AgencySite("http://old.yunxi.gov.cn/", OLD, "350200")])
        crawl(archive, finding(2019, agency=OLD, own=False, url=page_url(2019, stem="old"), minutes=5))
        before = listing(archive), archive.agencies(), list(archive.sites())
        archive.merge_agencies(old, new, reason="taken for one")
        assert len(archive.agencies()) == 1 and archive.stats().reports == 3
        with pytest.raises(ConfigurationError, match="why"):
            archive.unmerge_agency(old, reason=" ")
        with pytest.raises(NotFoundError, match="merged"):
            archive.unmerge_agency("ffffffff", reason="no such")
        assert archive.unmerge_agency(old[:8], reason="two bodies after all", by="li") is not None
        assert (listing(archive), archive.agencies(), list(archive.sites())) == before
        assert archive.unmerge_agency(old, reason="said again") is None
        assert archive.verify().ok and not list(archive.search(SearchQuery("没有的话")))
        assert len(list(Path(settings.archive, "registry").rglob("*.json"))) == 3
        archive.rebuild()
        assert (listing(archive), archive.agencies(), list(archive.sites())) == before and archive.verify().ok
        archive.merge_agencies(old, new, reason="one body, it turned out")
        assert len(archive.agencies()) == 1 and archive.verify().ok


def test_two_printings_of_one_year_become_one_report_when_their_agencies_do(archive: Archive) -> None:
    crawl(archive, finding(2019, agency=OLD, own=False, url=page_url(2019, stem="old")), finding(2019))
    ids = {record.agency: record.agency_id for record in archive.reports()}
    archive.merge_agencies(str(ids[OLD]), str(ids[AGENCY]), reason="one body")
    record, = archive.reports()
    assert len(archive.history(record.report_id)) == 2 and archive.verify().ok and archive.stats().agencies == 1


def test_a_new_name_is_listed_and_the_printed_one_found(archive: Archive) -> None:
    _, new = two_ids(archive)
    archive.rename_agency(new, "云溪市城市管理和综合执法局", reason="三定方案 2024")
    assert archive.rename_agency(new, "云溪市城市管理和综合执法局", reason="again") is None
    assert {r.agency for r in archive.reports(agency=new)} == {"云溪市城市管理和综合执法局"}
    assert [r.report_year for r in archive.reports(agency=AGENCY)] == [2019]
    before = listing(archive)
    archive.rebuild()
    assert listing(archive) == before and archive.verify().ok


def test_no_reason_no_merge_and_unknown_ids_are_named(archive: Archive) -> None:
    old, new = two_ids(archive)
    with pytest.raises(ConfigurationError, match="--why"):
        archive.merge_agencies(old, new, reason=" ")
    with pytest.raises(NotFoundError, match="agencies list"):
        archive.merge_agencies("ffffffffffffffff", new, reason="x")
    assert len(archive.agencies()) == 2


def test_a_row_that_is_not_what_was_said_is_named(sqlite_settings: Settings) -> None:
    with Archive.open(sqlite_settings) as archive:
        old, new = two_ids(archive)
        archive.merge_agencies(old, new, reason="one body")
        with create_engine(sqlite_settings.catalog_url).begin() as connection:
            connection.execute(text("UPDATE agency_states SET into_id = 'x' WHERE into_id <> ''"))
        assert f"catalog:agency_states/{old}" in {d.key for d in archive.verify().damages}
        archive.rebuild()
        assert archive.verify().ok


def test_an_event_says_who_why_and_what(sqlite_settings: Settings) -> None:
    with Archive.open(sqlite_settings) as archive:
        old, new = two_ids(archive)
        archive.merge_agencies(old, new, reason="one body", by="Li")
    event, = Path(sqlite_settings.archive).glob("registry/*/*/*.json")
    told = json.loads(event.read_text("utf-8"))
    assert (told["by"], told["reason"], told["rows"]) == ("Li", "one body", [])
    assert [(a["agency_id"], a["into"], a["name"]) for a in told["agencies"]] == [(old, new, ""), (new, "", AGENCY)]
