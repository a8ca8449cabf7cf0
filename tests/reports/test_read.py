"""From files to one report: which file is read, what the others lend, what the record says."""

import json

import pytest

from crawler.reports import read_report
from crawler.reports.record import extract_record
from gongkai.capture import Hints
from gongkai.document import FileLink
from gongkai.report import SourceDocument
from gongkai.site import AgencySite
from tests.reports.pages import REPORT, document, read

TITLE = "沙河市水务局2021年政府信息公开工作年度报告"


def test_the_fullest_file_is_read_and_the_page_lends_its_date() -> None:
    page = document(f"{TITLE}\n附件：{TITLE}.pdf", titles=(("h1", TITLE),), metadata={"pubdate": "2022-01-20"},
                    files=(FileLink("http://a.gov.cn/f.pdf", TITLE + ".pdf"),))
    reading = read(page, ("http://a.gov.cn/f.pdf", document(REPORT, doc_format="pdf")), url="http://a.gov.cn/1.html")
    assert reading.main == 1
    assert str(reading.report.published) == "2022-01-20" and str(reading.report.signature_date) == "2022-01-14"


def test_a_picture_edition_beside_the_text_is_not_what_is_read() -> None:
    page = document(REPORT, titles=(("h1", TITLE),), files=(FileLink("http://a.gov.cn/t.pdf", f"【图解】{TITLE}"),))
    picture = document(f"一图读懂{TITLE}\n" + "主动公开132条 " * 900, doc_format="pdf", images=5)
    assert read(page, ("http://a.gov.cn/t.pdf", picture)).main == 0


def test_a_copy_on_a_foreign_host_is_flagged() -> None:
    report = read(document(REPORT), url="http://www.spam-mirror.com/xxgk/1.html").report
    assert report.is_report and "provenance: www.spam-mirror.com is not a .gov.cn host" in report.warnings


def test_a_report_without_tables_gets_its_form_from_its_year_before_2019_only() -> None:
    assert read(document(REPORT.replace("2021", "2012"))).report.form_id == "cn-gov-pre2014"
    assert read(document(REPORT.replace("2021", "2016"))).report.form_id == "cn-gov-2014stat"
    assert read(document(REPORT)).report.form_id is None


def test_the_record_is_plain_json_with_nulls_for_what_is_unknown() -> None:
    record = extract_record("a.html", read(document(REPORT)))
    again = json.loads(json.dumps(record, ensure_ascii=False))
    assert again == record
    assert (record["kind"], record["is_report"], record["report_year"], record["report_year_source"]) == (
        "annual_report", True, 2021, "title")
    assert record["statistics_period"] == {"start": "2021-01-01", "end": "2021-12-31"}
    assert record["published"] is None and record["signature_date"] == "2022-01-14"
    assert record["contact"]["email"] == "shswj@126.com"
    assert [s["key"] for s in record["sections"]][:2] == ["preamble", "overview"]


def test_a_look_alikes_record_says_so() -> None:
    record = extract_record("b.html", read(document("沙河市2021年政务公开工作要点\n为做好工作，制定本要点。")))
    assert (record["is_report"], record["kind"]) == (False, "work_plan")
    assert (record["report_year"], record["tables"]) == (None, {})


def test_an_empty_document_is_no_report() -> None:
    assert read(document("", status="failed")).report.kind == "other"


def test_nothing_to_read_is_a_callers_mistake() -> None:
    with pytest.raises(ValueError, match="at least one"):
        read_report([])


def test_a_hostile_text_is_read_in_bounded_time() -> None:
    for text in ("政府信息公开" * 300_000, "请与" * 500_000, "统计期限2020年1月1日至" * 100_000, "(" * 2_000_000):
        source = SourceDocument("page", "", ("0" * 64,), document(text))
        assert read_report([source]).report.kind


def test_a_report_from_before_the_reform_is_the_agencys_own_in_its_own_part_of_the_web() -> None:
    site = AgencySite("http://slj.shahe.gov.cn/", "沙河市水务局")
    old = document(REPORT.replace("2021", "2015").replace("水务局", "水利局"),
                   titles=(("h1", TITLE.replace("2021", "2015").replace("水务局", "水利局")),))
    source = SourceDocument("page", "http://slj.shahe.gov.cn/1.html", ("0" * 64,), old)
    own = read_report([source], site=site, hints=Hints(own_part=True)).report
    assert (own.own, own.filed_under, own.agency) == (True, "沙河市水务局", "沙河市水利局")
    shared_list = read_report([source], site=site, hints=Hints()).report
    assert (shared_list.own, shared_list.filed_under) == (False, "沙河市水利局")


def test_a_name_with_a_character_its_font_lost_is_still_the_sites() -> None:
    site = AgencySite("http://slj.shahe.gov.cn/", "沙河市水务局")
    titles = (("text", TITLE.replace("沙", "\ufffd")),)
    torn = document(REPORT.replace("沙河市水务局", "\ufffd河市水务局"), titles=titles)
    source = SourceDocument("page", "http://slj.shahe.gov.cn/1.pdf", ("0" * 64,), torn)
    assert read_report([source], site=site).report.own
