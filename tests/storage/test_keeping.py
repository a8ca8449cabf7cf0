"""What becomes of a finding: versions, copies, renditions, and nothing kept twice."""

from dataclasses import replace
from datetime import date
from threading import Thread

import pytest

from gongkai.capture import Finding
from gongkai.document import Document
from gongkai.errors import ConfigurationError
from gongkai.report import Reading, SourceDocument
from gongkai.settings import Settings
from storage import Archive
from tests.factories import (
    AGENCY,
    SITE,
    capture,
    document,
    finding,
    lookalike,
    page_url,
    report,
    with_attachment,
    with_unfetched,
)
from tests.storage.steps import crawl, files, outcomes

PORTAL = "http://www.yunxi.gov.cn/xxgk/1.html"


def test_second_crawl_of_an_unchanged_site_adds_nothing_but_its_log(either_settings: Settings) -> None:
    years = range(2018, 2022)
    with Archive.open(either_settings) as archive:
        assert outcomes(archive, *(finding(year) for year in years)) == ["new"] * 4
        before = archive.stats()
        assert outcomes(archive, *(finding(year, minutes=60) for year in years)) == ["unchanged"] * 4
        after = archive.stats()
        assert (after.raw_objects, after.versions, after.crawls) == (before.raw_objects, before.versions, 2)
        assert after.captures == before.captures + 4
        record = next(archive.reports(year=2019))
        assert (record.first_seen, record.last_seen) == ("2026-01-31T08:00:00Z", "2026-01-31T09:00:00Z")
        assert archive.verify().ok


def test_an_unchanged_site_touches_no_object(settings: Settings) -> None:
    with Archive.open(settings) as archive:
        crawl(archive, finding(2020), lookalike("http://cgj.yunxi.gov.cn/yd.html"))
        before = files(settings, "raw", "documents")
        crawl(archive, finding(2020, minutes=5), lookalike("http://cgj.yunxi.gov.cn/yd.html", minutes=5))
        assert files(settings, "raw", "documents") == before


def test_a_corrected_figure_is_a_new_version_and_says_which(archive: Archive) -> None:
    assert outcomes(archive, finding(2020, 13), finding(2020, 31, minutes=60)) == ["new", "changed"]
    first, second = archive.history(next(archive.reports()).report_id)
    assert (first.before, second.before, second.text_changed) == (None, 1, True)
    assert second.changed_cells == ("REQ new_received natural_person 13 → 31", "REQ new_received total 13 → 31")
    assert next(archive.reports()).versions == 2


@pytest.mark.parametrize("furniture", [
    "浏览次数：345", "访问量: 7次", "附件【年报.pdf】已下载12次", "今天是2019年10月31日 星期四"])
def test_view_counters_and_todays_date_are_no_change(archive: Archive, furniture: str) -> None:
    moved = furniture.translate(str.maketrans("0123456789", "1234567899"))
    assert outcomes(archive, finding(furniture=furniture), finding(furniture=moved, minutes=9)) == ["new", "unchanged"]
    assert archive.stats().raw_objects == 2  # the bytes differ, and both are evidence


def test_a_newer_reader_of_the_same_bytes_makes_no_version(archive: Archive) -> None:
    found, reading = finding(2020)
    better = replace(reading, sources=(replace(reading.sources[0], document=document(2020, 13, extra="多读出一句")),))
    assert outcomes(archive, (found, reading), (found, better)) == ["new", "unchanged"]


def test_the_same_bytes_under_two_addresses_are_one_object(archive: Archive) -> None:
    body = b"<html>same</html>"
    crawl(archive, finding(2020, body=body), finding(2020, url=PORTAL, body=body))
    stats = archive.stats()
    assert (stats.raw_objects, stats.captures) == (1, 2)
    entry = archive.history(next(archive.reports()).report_id)[0]
    assert archive.raw(archive.version(entry.document_id).main.raw_sha256) == body


def test_two_spellings_of_an_address_are_one_document(archive: Archive) -> None:
    url = page_url(2020)
    assert outcomes(archive, finding(url=url), finding(url=url.replace("http:", "https:") + "?from=timeline"),
                    finding(url=url + "#top")) == ["new", "unchanged", "unchanged"]


def test_a_page_reached_by_redirect_is_known_by_where_it_stands(archive: Archive) -> None:
    found, reading = finding(2020)
    moved = replace(found, page=replace(found.page, url="http://cgj.yunxi.gov.cn/go?id=1",
                                        redirects=("http://cgj.yunxi.gov.cn/go?id=1",)))
    assert outcomes(archive, (found, reading), (moved, reading)) == ["new", "unchanged"]
    last = archive.last_capture("http://cgj.yunxi.gov.cn/go?id=1")
    assert last is not None and last.raw_sha256 == found.page.raw_sha256


def test_a_copy_on_the_parents_portal_joins_the_report(archive: Archive) -> None:
    assert outcomes(archive, finding(url=PORTAL), finding()) == ["new", "copy"]
    record, = archive.reports()
    assert (record.url, record.urls, record.versions) == (page_url(2020), (page_url(2020), PORTAL), 1)
    assert [entry.role for entry in archive.history(record.report_id)] == ["canonical", "copy"]


def test_a_copy_in_other_furniture_is_still_a_copy(archive: Archive) -> None:
    elsewhere = finding(url=PORTAL, furniture="来源：市城管局  字体：大中小")
    assert outcomes(archive, finding(), elsewhere) == ["new", "copy"]


def test_the_pdf_of_a_page_is_a_rendition(archive: Archive) -> None:
    pdf = "http://cgj.yunxi.gov.cn/files/2020.pdf"
    assert outcomes(archive, finding(url=pdf, doc_format="pdf", extra="—1—"), finding()) == ["new", "copy"]
    record, = archive.reports()
    assert (record.url, record.versions) == (page_url(2020), 1)
    assert {e.url: e.role for e in archive.history(record.report_id)} == {
        page_url(2020): "canonical", pdf: "rendition"}


def test_a_reissue_on_another_page_is_a_revision_and_the_one_shown(archive: Archive) -> None:
    """The list shows the newest first, so the correction is fetched before the original it corrects."""
    reissue = finding(2020, 31, url=page_url(2020, stem="gz"), published=date(2021, 3, 1), minutes=0)
    original = finding(2020, 13, published=date(2021, 1, 20), minutes=1)
    assert outcomes(archive, reissue, original) == ["new", "changed"]
    detail = archive.report(next(archive.reports()).report_id)
    assert detail.record.url == page_url(2020) and detail.record.versions == 2
    assert [(e.role, e.published) for e in detail.history] == [("canonical", "2021-01-20"), ("revision", "2021-03-01")]
    assert detail.latest.url == page_url(2020, stem="gz")
    shown = archive.version(detail.record.report_id).reading.report
    assert shown.tables["requests"]["new_received"]["total"].value == 31
    assert detail.history[1].changed_cells[1] == "REQ new_received total 13 → 31"


def test_a_page_that_always_shows_the_newest_report_keeps_last_years(archive: Archive) -> None:
    url = "http://cgj.yunxi.gov.cn/nb.html"
    assert outcomes(archive, finding(2019, url=url), finding(2020, url=url, minutes=600)) == ["new", "new"]
    assert [r.report_year for r in archive.reports()] == [2019, 2020]
    assert [r.versions for r in archive.reports()] == [1, 1]


def test_an_unread_attachment_is_kept_and_pending(archive: Archive) -> None:
    url = "http://cgj.yunxi.gov.cn/files/2020.doc"
    made = with_attachment(finding(2020), url, b"\xd0\xcf\x11\xe0 word", Document("unsupported", "doc"))
    verdict, = crawl(archive, made)
    assert verdict.pending == (url,)
    record, = archive.reports(pending=True)
    assert record.pending == record.files == (url,)
    item, = archive.pending()
    assert (item.url, item.status, archive.raw(item.raw_sha256[0])) == (url, "unsupported", b"\xd0\xcf\x11\xe0 word")
    other = with_attachment(finding(2020, minutes=9), url, b"\xd0\xcf\x11\xe0 other", Document("unsupported", "doc"))
    assert outcomes(archive, other) == ["changed"]


def test_an_attachment_that_fails_to_download_is_no_change(archive: Archive) -> None:
    url = "http://cgj.yunxi.gov.cn/files/2020.pdf"
    whole = with_attachment(finding(2020), url, b"%PDF-1.4 x", document(2020, doc_format="pdf"))
    failed = with_unfetched(finding(2020, minutes=9, furniture="浏览次数：9"), url, "timeout")
    again = with_attachment(finding(2020, minutes=19), url, b"%PDF-1.4 x", document(2020, doc_format="pdf"))
    assert outcomes(archive, whole, failed, again) == ["new", "unchanged", "unchanged"]
    changed = with_unfetched(finding(2020, 31, minutes=29), url, "timeout")
    back = with_attachment(finding(2020, 31, minutes=39), url, b"%PDF-1.4 x", document(2020, doc_format="pdf"))
    assert outcomes(archive, changed, back) == ["changed", "unchanged"]


def test_moved_attachments_are_no_change(archive: Archive) -> None:
    read = document(2020, doc_format="pdf")
    host = "http://cgj.yunxi.gov.cn"
    before = with_attachment(finding(2020), f"{host}/old/1.pdf", b"%PDF-1.4 x", read)
    after = with_attachment(finding(2020, minutes=9, furniture="浏览次数：9"), f"{host}/new/7.pdf", b"%PDF-1.4 x", read)
    assert outcomes(archive, before, after) == ["new", "unchanged"]


def test_a_report_over_several_pages_keeps_each_of_them(archive: Archive) -> None:
    found, reading = finding(2020)
    second = capture(page_url(2020).replace(".html", "_1.html"), "<p>第二页</p>".encode())
    source = replace(reading.sources[0], raw_sha256=(found.page.raw_sha256, second.raw_sha256))
    crawl(archive, (replace(found, parts=(second,)), replace(reading, sources=(source,))))
    record, = archive.reports()
    assert record.urls == (page_url(2020), second.url)
    assert [(f.role, f.url) for f in archive.version(record.report_id).files] == [
        ("page", page_url(2020)), ("part", second.url)]


def test_reports_of_unknown_year_or_agency_stand_alone(archive: Archive) -> None:
    unknown_year = finding(None, url="http://cgj.yunxi.gov.cn/a.html")
    nobody = finding(2020, url="http://cgj.yunxi.gov.cn/b.html")
    nobody = (nobody[0], replace(nobody[1], report=replace(nobody[1].report, agency=None, filed_under=None)))
    another = finding(None, 8, url="http://cgj.yunxi.gov.cn/c.html")
    assert outcomes(archive, unknown_year, nobody, another) == ["new"] * 3
    assert sorted((r.report_year or 0, r.agency or "") for r in archive.reports()) == [
        (0, AGENCY), (0, AGENCY), (2020, "")]


def test_a_renamed_agency_is_one_agency_under_the_name_in_use(archive: Archive) -> None:
    old = "云溪市城市管理行政执法局"
    crawl(archive, finding(2016, agency=old, filed_under=AGENCY), finding(2020))
    assert {r.agency for r in archive.reports()} == {AGENCY} and len({r.agency_id for r in archive.reports()}) == 1
    assert [r.report_year for r in archive.reports(agency="行政执法局")] == [2016]
    assert archive.version(next(archive.reports(year=2016)).report_id).manifest.report.agency == old


def test_lookalikes_leave_their_bytes_and_nothing_else(archive: Archive) -> None:
    verdict, = crawl(archive, lookalike("http://cgj.yunxi.gov.cn/yd.html"))
    assert (verdict.outcome, verdict.kind, verdict.report_id) == ("rejected", "work_plan", None)
    assert list(archive.reports()) == [] and archive.stats().versions == 0
    last = archive.last_capture("http://cgj.yunxi.gov.cn/yd.html")
    assert last is not None and b"2021" in archive.raw(last.raw_sha256)
    assert archive.verify().ok and not archive.verify().leftovers


def test_doing_it_again_changes_nothing(settings: Settings) -> None:
    made = finding(2020)
    with Archive.open(settings) as archive:
        log = archive.begin_crawl(SITE)
        again = [archive.keep(*made, crawl_id=log.crawl_id).outcome for _ in range(3)]
        assert again == ["new", "unchanged", "unchanged"]
        assert archive.stats().captures == 1
        log.finish({})
        log.finish({})
        with pytest.raises(ConfigurationError, match="begin_crawl"):
            archive.keep(*made, crawl_id=log.crawl_id)


def test_conditional_requests_find_the_validators_and_the_charset(archive: Archive) -> None:
    headers = [("ETag", '"abc"'), ("Last-Modified", "Sat, 31 Jan 2026 08:00:00 GMT")]
    crawl(archive, finding(2020), finding(2020, minutes=5, headers=headers))
    last = archive.last_capture(page_url(2020).replace("http:", "https:"))
    assert last is not None
    assert (last.etag, last.last_modified, last.status, last.fetched_at) == (
        '"abc"', "Sat, 31 Jan 2026 08:00:00 GMT", 200, "2026-01-31T08:05:00Z")
    assert archive.last_capture("http://cgj.yunxi.gov.cn/never") is None


def test_broken_characters_from_a_pdf_do_not_lose_the_report(archive: Archive) -> None:
    found, reading = finding(2020)
    broken = replace(document(2020), text="2020年\ud83d报告", blocks=())
    made = replace(reading, sources=(SourceDocument("page", found.page.url, (found.page.raw_sha256,), broken),),
                   report=replace(report(2020), title="报告\udc80"))
    assert outcomes(archive, (found, made)) == ["new"]
    assert next(archive.reports()).title == "报告\ufffd" and archive.verify().ok


def test_many_threads_share_one_archive(archive: Archive) -> None:
    log = archive.begin_crawl(SITE)
    made: list[tuple[Finding, Reading]] = [finding(year) for year in range(2010, 2022)] + [finding(2020)] * 4
    seen: list[str] = []

    def keep(start: int) -> None:
        seen.extend(archive.keep(*one, crawl_id=log.crawl_id).outcome for one in made[start::4])

    threads = [Thread(target=keep, args=(start,)) for start in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    log.finish({})
    assert sorted(seen) == ["new"] * 12 + ["unchanged"] * 4
    assert archive.stats().versions == 12 and archive.verify().ok
