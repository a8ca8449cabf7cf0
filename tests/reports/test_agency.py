"""Whose report it is: full names, short names, renamed bodies, parents, subordinate units and nameless texts."""

import pytest

from crawler.reports.names import same_body
from gongkai.report import Report
from gongkai.site import AgencySite
from tests.reports.pages import BODY, PREAMBLE, REPORT, document, read

SITE = AgencySite("http://swj.shahe.gov.cn/", "沙河市水务局", "130582", ("沙河市水利局",))
NAMELESS = "\n".join([PREAMBLE.split("如对")[0], *BODY])


def report(text: str, site: AgencySite | None = None, url: str = "", **page: object) -> Report:
    return read(document(text, **page), site=site, url=url).report  # type: ignore[arg-type]


def test_the_title_names_the_agency() -> None:
    assert report(REPORT).agency == "沙河市水务局"


def test_the_contact_sentence_names_it_where_the_title_is_lost() -> None:
    found = report("\n".join([PREAMBLE, *BODY]))
    assert found.agency == "沙河市水务局"
    assert any(e.source == "contact" and e.chosen for e in found.evidence if e.field == "agency")


def test_a_district_gets_its_city_in_front() -> None:
    text = REPORT.replace("沙河市水务局", "同安区城市管理局").replace("沙河市建设路8号", "厦门市同安区环城西路97号")
    found = report(text)
    assert (found.agency, found.region_code, found.admin_level) == ("厦门市同安区城市管理局", "350212", "county")


def test_a_short_name_is_written_out_when_page_and_host_agree_on_the_place() -> None:
    published = "现公布市环保局2021年政府信息公开工作年度报告。\n2021年，我局"
    text = NAMELESS.replace("2021年，我局", published)
    text += "\n本报告通过“网上宿迁”和宿迁市环保局网站公布。"
    found = report(text, url="https://sthj.suqian.gov.cn/gknb/1.shtml")
    assert (found.agency, found.region_code) == ("宿迁市环境保护局", "321300")


def test_a_report_under_a_former_name_is_filed_under_the_name_in_use() -> None:
    found = report(REPORT.replace("沙河市水务局", "沙河市水利局"), SITE)
    assert (found.agency, found.filed_under, found.own) == ("沙河市水利局", "沙河市水务局", True)


@pytest.mark.parametrize(
    "other", ["沙河市水务局河道管理处", "沙河市财政局", "沙河市人民政府", "白塔镇人民政府", "邢台市水务局"])
def test_a_report_of_another_body_on_the_site_is_not_its_own(other: str) -> None:
    found = report(REPORT.replace("沙河市水务局", other), SITE)
    assert not found.own and found.filed_under == found.agency


def test_a_report_that_names_nobody_is_the_sites_own() -> None:
    found = report(NAMELESS, SITE)
    assert (found.agency, found.own) == ("沙河市水务局", True)
    assert any(e.source == "site" and e.chosen for e in found.evidence if e.field == "agency")


def test_the_publisher_in_the_page_frame_does_not_take_a_nameless_report_from_the_site() -> None:
    found = report(NAMELESS, SITE, metadata={"发布机构": "沙河市政府办公室", "sitename": "沙河市人民政府"})
    assert found.own


def test_a_place_alone_in_the_title_is_its_government() -> None:
    found = report(REPORT.replace("沙河市水务局", "沙河市"))
    assert (found.agency, found.scope) == ("沙河市人民政府", "government_rollup")


def test_a_government_and_its_office_are_two() -> None:
    found = report(REPORT.replace("沙河市水务局", "沙河市人民政府办公室"),
                   AgencySite("http://www.shahe.gov.cn/", "沙河市人民政府"))
    assert not found.own


def test_a_place_nobody_lists_gives_no_code_and_no_error() -> None:
    found = report(REPORT.replace("沙河市", "云岫市"), AgencySite("http://swj.yunxiu.gov.cn/", "云岫市水务局"))
    assert (found.agency, found.own, found.region_code, found.admin_level) == ("云岫市水务局", True, None, "prefecture")


def test_the_sites_row_gives_the_code_of_a_place_the_list_does_not_know() -> None:
    site = AgencySite("http://swj.yunxiu.gov.cn/", "云岫市水务局", "130582")
    assert report(REPORT.replace("沙河市", "云岫市"), site).region_code == "130582"


@pytest.mark.parametrize(("one", "other", "same"), [
    ("厦门市同安区城市管理局", "同安区城管局", True),
    ("云岫市城市管理局", "云岫城管局", True),
    ("云岫市城市管理局", "市城市管理局", True),
    ("北京市发展和改革委员会", "市发展改革委", True),
    ("重庆市荣昌区河包镇人民政府", "河包镇", True),
    ("大冶市东风路街道办事处", "东风路街道", True),
    ("重庆市市场监督管理局", "重庆市市场监督管理局机关", True),
    ("厦门市城市管理局", "厦门市同安区城市管理局", False),
    ("云岫市城市管理局", "云岫市城市管理局思源分局", False),
    ("厦门市人民政府", "厦门市人民政府办公厅", False),
    ("厦门市财政局", "县财政局", False),
])
def test_names_of_one_body_are_told_from_names_of_two(one: str, other: str, same: bool) -> None:
    assert same_body(one, other) is same and same_body(other, one) is same
