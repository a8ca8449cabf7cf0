"""Which year a report describes, when titles, periods, dates and addresses agree, conflict or are missing."""

import pytest

from gongkai.capture import Hints
from gongkai.report import Report
from tests.reports.pages import BODY, PREAMBLE, REPORT, document, read

UNDATED = ("本报告根据《中华人民共和国政府信息公开条例》编制，现公布我局政府信息公开工作年度报告。\n"
           "一、总体情况\n我局主动公开政府信息9条。")


def report(text: str, **around: object) -> Report:
    return read(document(text), **around).report  # type: ignore[arg-type]


def test_the_title_tells_first() -> None:
    found = report(REPORT)
    assert (found.report_year, found.report_year_source) == (2021, "title")


def test_a_title_in_chinese_numerals_tells_as_well() -> None:
    assert report(REPORT.replace("2021年政府信息公开", "二〇二一年度政府信息公开")).report_year == 2021


def test_the_period_tells_where_no_title_does() -> None:
    found = report("\n".join([PREAMBLE, *BODY]))
    assert (found.report_year, found.report_year_source) == (2021, "period")


def test_a_conflict_of_title_and_period_goes_to_the_title_and_is_flagged() -> None:
    found = report(REPORT.replace("自2021年1月1日起至2021年12月31日", "自2020年1月1日起至2020年12月31日"))
    assert found.report_year == 2021
    assert any(w.startswith("year: the title says 2021") for w in found.warnings)


def test_a_period_that_lost_its_year_sign_still_tells() -> None:
    lost = PREAMBLE.replace("自2021年1月1日起至2021年12月31日", "自20211月1日起至202112月31日")
    assert report("\n".join([lost, *BODY])).report_year == 2021


@pytest.mark.parametrize(("around", "year", "source"), [
    ({"url": "http://www.a.gov.cn/zfxxgk/xxgknb/gb2019/t1.html"}, 2019, "column"),
    ({"url": "http://www.a.gov.cn/xxgkAnnualReport.jsp?area=1&fbtime=2014"}, 2014, "column"),
    ({"hints": Hints(column="政府信息公开年报>2018年")}, 2018, "column"),
    ({"hints": Hints(anchor="沙河市水务局2017年政府信息公开年度报告")}, 2017, "anchor"),
    ({"url": "http://www.a.gov.cn/xxgknb/202101/t20210115_88.html"}, 2020, "pub_date"),
])
def test_what_leads_to_an_undated_report_tells_its_year(around: dict[str, object], year: int, source: str) -> None:
    found = report(UNDATED, **around)
    assert (found.report_year, found.report_year_source) == (year, source)


def test_an_epoch_in_the_address_tells_nothing() -> None:
    assert report(UNDATED, url="http://www.a.gov.cn/xxgknb/t19700101_3416401.htm").report_year is None


def test_the_signature_is_of_the_year_after() -> None:
    found = report(UNDATED + "\n二、主动公开政府信息情况\n无\n三、其他\n无\n沙河市水务局\n2013年2月20日")
    assert (found.report_year, found.report_year_source) == (2012, "signature")


def test_losing_candidates_are_kept_as_evidence() -> None:
    years = [e for e in report(REPORT).evidence if e.field == "report_year"]
    assert {e.source for e in years} >= {"title", "period", "signature"} and sum(e.chosen for e in years) == 1
