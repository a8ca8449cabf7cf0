"""Dates of publication and signature, the statistics period and the contact, as agencies print them."""

from datetime import date

import pytest

from crawler.reports.contact import read_contact
from crawler.reports.dates import dates_in, in_address, publication, signature
from crawler.reports.material import gather
from crawler.reports.period import read_period
from gongkai.capture import Hints
from gongkai.report import Contact
from tests.reports.pages import PREAMBLE, REPORT, document


@pytest.mark.parametrize(("text", "expected"), [
    ("2021年1月5日", date(2021, 1, 5)), ("二〇二一年一月二十五日", date(2021, 1, 25)),
    ("2012年十二月三十一日", date(2012, 12, 31)),
    ("2021-01-05", date(2021, 1, 5)), ("2021/1/5", date(2021, 1, 5)), ("2021.1.5", date(2021, 1, 5)),
])
def test_a_date_is_read_in_every_printing(text: str, expected: date) -> None:
    assert [day for day, _, _ in dates_in(text)] == [expected]


@pytest.mark.parametrize(
    "text", ["2021年2月30日", "2021年13月1日", "1970-01-01", "12021-01-05", "2021-01/05", "2021926"])
def test_what_is_no_day_of_the_calendar_is_no_date(text: str) -> None:
    assert list(dates_in(text)) == []


def test_page_metadata_is_believed_before_the_visible_date_the_list_and_the_address() -> None:
    material = gather(document("发布时间：2022-01-15 来源：水务局", metadata={"pubdate": "2022-01-14 09:30"}),
                      url="http://a.gov.cn/202201/t20220117_1.html", hints=Hints(listed_date="2022-01-16"))
    assert [e.value for e in publication(material)] == ["2022-01-14", "2022-01-15", "2022-01-16", "2022-01-17"]


@pytest.mark.parametrize(("url", "expected"), [
    ("http://a.gov.cn/xxgk/202601/t20260128_1303171.html", date(2026, 1, 28)),
    ("http://a.gov.cn/art/2025/12/19/art_1_2.html", date(2025, 12, 19)),
    ("http://a.gov.cn/nw1/20230331/4a03.html", date(2023, 3, 31)),
    ("http://a.gov.cn/xxgk/t19700101_3441457.shtml", None), ("http://a.gov.cn/zfxxgk/2021n/", None), (None, None),
])
def test_an_address_carries_a_date(url: str | None, expected: date | None) -> None:
    assert in_address(url) == expected


def test_the_signature_is_the_last_date_alone_on_its_line() -> None:
    signed = signature(gather(document(REPORT + "\n扫一扫在手机上查看当前页面")))
    assert signed is not None and signed.value == "2022-01-14"


def test_a_date_inside_a_sentence_is_no_signature() -> None:
    assert signature(gather(document(REPORT.replace("\n2022年1月14日", "\n计划于2022年3月1日前完成。")))) is None


@pytest.mark.parametrize("words", [
    "统计期限自2021年1月1日起至2021年12月31日止", "统计时限为2021年1月1日至12月31日",
    "数据统计期限从 2021 年 1 月 1 日起到 12 月 31 日止",
    "统计期限自二〇二一年1月1日起至2021年12月31日",
])
def test_the_period_is_read_in_every_printing(words: str) -> None:
    found = read_period(gather(document(f"本报告中所列数据的{words}。")))
    assert found is not None and (found.period.start, found.period.end) == (date(2021, 1, 1), date(2021, 12, 31))


def test_the_first_reports_cover_eight_months() -> None:
    found = read_period(gather(document("本报告数据的统计期限自2008年5月1日起至2008年12月31日止。")))
    assert found is not None and found.period.start == date(2008, 5, 1) and found.year == 2008


def test_the_contact_sentence_gives_every_field() -> None:
    contact, _ = read_contact(gather(document(PREAMBLE)))
    assert contact == Contact("沙河市建设路8号", "054100", "0319-8921234", "0319-8921235", "shswj@126.com")


def test_a_shared_line_for_telephone_and_fax_is_a_telephone() -> None:
    text = "如有疑问，请与市水务局联系（地址：站前路583号，邮编：132600，电话、传真：0432—68866988）。"
    contact, _ = read_contact(gather(document(text)))
    assert (contact.phone, contact.address) == ("0432-68866988", "站前路583号")


def test_a_report_without_a_contact_sentence_has_none() -> None:
    assert read_contact(gather(document("一、总体情况\n2021年我局未收到申请。")))[0] == Contact()
