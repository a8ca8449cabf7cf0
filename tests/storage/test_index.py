"""What the archive answers: the index, one report, its history, and the difference between two states."""

import json
from datetime import date

import pytest

from gongkai.errors import NotFoundError
from storage import Archive
from tests.factories import AGENCY, SITE, finding, page_url, report
from tests.storage.steps import crawl, listing

FIELDS = ["report_id", "report_year", "agency", "agency_id", "region_code", "admin_level", "scope", "title", "form_id",
          "published", "url", "urls", "files", "versions", "first_seen", "last_seen", "text_sha256", "checks",
          "pending"]


def test_the_published_record(archive: Archive) -> None:
    crawl(archive, finding(2020, published=date(2021, 1, 5)))
    line = json.loads(listing(archive))
    assert list(line) == FIELDS
    assert len(line.pop("report_id")) == 20 and len(line.pop("agency_id")) == 16 and len(line.pop("text_sha256")) == 64
    assert line == {
        "report_year": 2020, "agency": AGENCY, "region_code": "350200", "admin_level": "prefecture",
        "scope": "own_agency", "title": report(2020).title, "form_id": "cn-gov-2021", "published": "2021-01-05",
        "url": page_url(2020), "urls": [page_url(2020)], "files": [], "versions": 1,
        "first_seen": "2026-01-31T08:00:00Z", "last_seen": "2026-01-31T08:00:00Z",
        "checks": {"pass": 1, "fail": 0, "not_assessable": 1}, "pending": []}


def test_order_and_filters(archive: Archive) -> None:
    other = "福建省财政厅"
    crawl(archive, finding(2021), finding(2019), finding(
        2020, url="http://czt.fujian.gov.cn/1.html", agency=other, region="350000", extra="100%预算"), finding(
        2020, url="http://www.beijing.gov.cn/1.html", agency="北京市人民政府", region="110000"))
    def years(**wanted: object) -> list[tuple[str | None, int | None]]:
        return [(r.agency, r.report_year) for r in archive.reports(**wanted)]  # type: ignore[arg-type]

    assert years() == [("北京市人民政府", 2020), (other, 2020), (AGENCY, 2019), (AGENCY, 2021)]
    assert years(year=2020, limit=1) == [("北京市人民政府", 2020)]
    assert years(region="350000") == years(region="35") == years()[1:]
    assert years(region="350200") == [(AGENCY, 2019), (AGENCY, 2021)]
    assert years(agency="城市管理") == years(agency=next(archive.reports(agency=AGENCY)).agency_id) == years()[2:]
    assert years(query="财政") == years(query="福建 100%") == [(other, 2020)]
    assert years(query="財政") == [(other, 2020)]  # traditional characters find simplified text
    assert years(query="100_") == years(query="没有的话") == years(pending=True) == []
    assert len(years(pending=False)) == 4


def test_a_long_listing_comes_page_by_page_without_loss(archive: Archive) -> None:
    log = archive.begin_crawl(SITE)
    for number in range(24):
        archive.keep(*finding(2000 + number % 10, url=f"http://h{number}.gov.cn/1.html", agency=f"第{number}局"),
                     crawl_id=log.crawl_id)
    whole = [r.report_id for r in archive.reports()]
    from storage.catalog import queries
    before, queries._PAGE = queries._PAGE, 7
    try:
        assert [r.report_id for r in archive.reports()] == whole and len(set(whole)) == 24
        assert [r.report_id for r in archive.reports(limit=15)] == whole[:15]
        assert [r.report_id for r in archive.reports(limit=6, after=whole[14])] == whole[15:21]
        found = [r.report_id for r in archive.reports(query="主动公开")]
        assert [r.report_id for r in archive.reports(query="主动公开", limit=5, after=found[9])] == found[10:15]
        with pytest.raises(NotFoundError, match="begin the listing anew"):
            list(archive.reports(after="x"))
    finally:
        queries._PAGE = before


def test_an_id_may_be_shortened_while_it_is_clear(archive: Archive) -> None:
    crawl(archive, *(finding(year) for year in range(2008, 2022)))
    one = next(archive.reports(year=2015))
    assert archive.report(one.report_id[:10]).record == one
    assert archive.report(archive.history(one.report_id)[0].document_id).record == one
    for wrong, says in (("zzzz", "gongkai reports lists"), (one.report_id[:2], "too short")):
        with pytest.raises(NotFoundError, match=says):
            archive.report(wrong)


def test_one_version_in_full(archive: Archive) -> None:
    crawl(archive, finding(2020, 13), finding(2020, 31, minutes=60))
    report_id = next(archive.reports()).report_id
    old, new = archive.version(report_id, 1), archive.version(report_id)
    assert (old.entry.number, new.entry.number) == (1, 2)
    assert "| 13 | 13 |" in old.text and "| 31 | 31 |" in new.text
    assert new.reading.report.tables["requests"]["new_received"]["total"].value == 31
    assert (new.main.filename, new.main.content_type) == ("t20200120_1.html", "text/html")
    assert new.raw.startswith(b"<html>") and b"31" in new.raw
    assert new.manifest.captures[0].referrer == SITE.url
    with pytest.raises(NotFoundError, match="versions 1 to 2"):
        archive.version(report_id, 3)


def test_what_changed_in_text_and_cells(archive: Archive) -> None:
    crawl(archive, finding(2020, 13), finding(2020, 31, extra="更正如下。", minutes=60))
    report_id = next(archive.reports()).report_id
    changes = archive.changes(report_id)
    assert [str(cell) for cell in changes.cells] == [
        "REQ new_received natural_person 13 → 31", "REQ new_received total 13 → 31"]
    assert "+2020年，本局主动公开政府信息422条。更正如下。" in changes.text_diff
    assert changes.text_diff[:2] == (f"--- v1 2026-01-31T08:00:00Z {page_url(2020)}",
                                     f"+++ v2 2026-01-31T09:00:00Z {page_url(2020)}")
    assert archive.changes(report_id, 2, 1).cells[0].new == "13"
    assert archive.changes(report_id, 1, 1).cells == archive.changes(report_id, 1, 1).text_diff == ()


def test_a_report_with_one_state_has_no_difference(archive: Archive) -> None:
    crawl(archive, finding(2020))
    with pytest.raises(NotFoundError, match="one state only"):
        archive.changes(next(archive.reports()).report_id)


def test_a_report_with_a_copy_is_not_compared_with_itself(archive: Archive) -> None:
    crawl(archive, finding(2020), finding(2020, url="http://www.yunxi.gov.cn/2020.html", minutes=9))
    report_id = next(archive.reports()).report_id
    with pytest.raises(NotFoundError, match=r"version 1 .* is its first state; name two of its versions 1 to 2"):
        archive.changes(report_id)
    assert archive.changes(report_id, 1, 2).text_diff == ()


def test_a_downloads_name_is_harmless(archive: Archive) -> None:
    url = "http://cgj.yunxi.gov.cn/d/..%2F..%2Fetc%2Fpasswd%00%0a%E5%B9%B4%E6%8A%A5"
    crawl(archive, finding(2020, url=url))
    name = archive.version(next(archive.reports()).report_id).main.filename
    assert name == "passwd_年报.html"


def test_counts_of_what_is_kept(archive: Archive) -> None:
    crawl(archive, finding(2020), finding(2021))
    stats = archive.stats()
    assert (stats.agencies, stats.reports, stats.documents, stats.versions, stats.captures, stats.crawls) == (
        1, 2, 2, 2, 2, 1)
    assert stats.raw_objects == 2 and stats.raw_bytes > 400
