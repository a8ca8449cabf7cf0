"""Whose site a host is, told from the reports archived from it."""

import pytest
from scrapy.http import HtmlResponse

from crawler.reports.regions import by_code
from crawler.sites.proposals import Registered, from_directory, from_reports
from crawler.sites.visits import Visit
from gongkai.settings import Settings
from spiders.directory import organs_listed
from spiders.page import read_page
from storage import ReportRecord
from tests.shared_material import SHARED, needs_shared

SETTINGS = Settings()


def reports(agency: str, *urls: str, code: str = "350200") -> list[ReportRecord]:
    return [ReportRecord(
        report_id=url, report_year=2020 + n, agency=agency, agency_id=agency, region_code=code,
        admin_level="prefecture", scope="own", title=None, form_id=None, published=None, url=url, urls=(url,),
        files=(), versions=1, first_seen="", last_seen="", text_sha256="", checks={}) for n, url in enumerate(urls)]


def proposed(*found: list[ReportRecord]) -> dict[str, str]:
    made = from_reports([report for some in found for report in some], Registered([]), SETTINGS)
    return {row.site.agency or "": row.site.url for row in made.rows}


def test_the_departments_on_a_portal_are_counted_and_the_government_is_proposed() -> None:
    on_portal = [reports(f"厦门市{name}", f"http://www.xm.gov.cn/bm/{n}/1.htm")
                 for n, name in enumerate(("财政局", "教育局", "水利局", "人民政府"))]
    made = from_reports([report for some in on_portal for report in some], Registered([]), SETTINGS)
    assert [(row.site.agency, row.site.url) for row in made.rows] == [("厦门市人民政府", "http://www.xm.gov.cn/")]
    assert made.shared == {"http://www.xm.gov.cn/": 3}


def test_a_department_s_host_is_its_own_where_its_government_s_reports_are_few() -> None:
    own = reports("厦门市财政局", *(f"http://czj.xm.gov.cn/nb/{n}.htm" for n in range(8)))
    assert proposed(own, reports("厦门市教育局", "http://czj.xm.gov.cn/zf/1.htm")) == {
        "厦门市财政局": "http://czj.xm.gov.cn/"}
    assert proposed(own[:1], reports("厦门市教育局", "http://czj.xm.gov.cn/zf/1.htm")) == {}


def test_the_host_with_most_of_an_agency_s_reports_is_its_site_and_the_evidence_says_how_many() -> None:
    found = reports("厦门市财政局", "http://czj.xm.gov.cn/1.htm", "https://czj.xm.gov.cn/2.htm",
                    "http://old.xm.gov.cn/3.htm")
    made = from_reports(found, Registered([]), SETTINGS)
    (row,) = [row.as_row() for row in made.rows]
    assert (row["url"], row["reports"], row["years"]) == ("https://czj.xm.gov.cn/", 2, "2020-2021")
    assert row["evidence"] == "2 of 2 reports archived from this host; https://czj.xm.gov.cn/2.htm"


def test_nothing_is_proposed_that_may_not_be_asked_or_is_no_agency_s_name() -> None:
    assert proposed(reports("厦门市财政局", "http://www.example.com/1.htm")) == {}
    assert proposed(reports("=cmd()局", "http://a.xm.gov.cn/1.htm")) == {}


def test_entries_of_a_directory_that_lead_into_its_own_site_are_counted() -> None:
    visit = Visit("http://www.xm.gov.cn/bm/", 200, listed=(
        ("厦门市财政局", "http://czj.xm.gov.cn/zwgk/"), ("厦门市教育局", "http://www.xm.gov.cn/bm/jyj/"),
        ("厦门市水利局", "http://sub.xm.gov.cn/a/"), ("厦门市民政局", "http://sub.xm.gov.cn/b/")))
    made = from_directory(visit, None, Registered([]), SETTINGS)
    assert [(row.site.agency, row.site.url) for row in made.rows] == [("厦门市财政局", "http://czj.xm.gov.cn/")]
    assert made.shared == {"http://sub.xm.gov.cn/": 2, "http://www.xm.gov.cn/": 1}


def test_a_city_s_page_names_its_own_bureaus_briefly_beside_its_counties_and_the_ministries() -> None:
    printed = ("市财政局", "磁县人民政府", "邯郸市公安局", "丛台区人民政府", "国家统计局", "教育部",
               "人力资源和社会保障部", "河北省财政厅")
    visit = Visit("http://www.hd.gov.cn/", 200, listed=tuple(
        (name, f"http://b{n}.gov.cn/") for n, name in enumerate(printed)))
    made = from_directory(visit, by_code()["130400"], Registered([]), SETTINGS)
    assert {row.site.agency: row.site.region_code for row in made.rows} == {
        "邯郸市财政局": "130400", "磁县人民政府": "130427", "邯郸市公安局": "130400", "邯郸市丛台区人民政府": "130403",
        "国家统计局": None, "教育部": None, "人力资源和社会保障部": None, "河北省财政厅": "130000"}


@needs_shared
@pytest.mark.shared
def test_a_real_city_page_gives_its_counties_bureaus_and_the_ministries() -> None:
    (path,) = SHARED.glob("real/**/hd_gov_list.jsp.html")
    listed = organs_listed(read_page(HtmlResponse("http://www.hd.gov.cn/", body=path.read_bytes())))
    visit = Visit("http://www.hd.gov.cn/", 200, listed=tuple((organ.name, organ.url) for organ in listed))
    made = from_directory(visit, by_code()["130400"], Registered([]), SETTINGS)
    found = {row.site.agency: row.site for row in made.rows}
    assert len(made.rows) == len(found) > 100
    assert found["磁县人民政府"].region_code == "130427" and found["邯郸市水利局"].url == "http://hdslj.hd.gov.cn/"
    assert found["审计署"].region_code is None
