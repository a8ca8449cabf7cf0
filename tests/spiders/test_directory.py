"""Pages that list agencies give them with their addresses; other pages give none."""

from scrapy.http import HtmlResponse

from spiders.directory import LEAST, organs_listed
from spiders.page import read_page

BUREAUS = ("市财政局", "市教育局", "市水利局", "市民政局", "云溪市商务局", "市卫生健康委员会", "司法局", "市统计局网站")


def listed(body: str) -> dict[str, str]:
    page = HtmlResponse("http://www.yunxi.gov.cn/bm/", body=f"<html><body>{body}</body></html>".encode(),
                        encoding="utf-8")
    return {organ.name: organ.url for organ in organs_listed(read_page(page))}


def anchors(names: tuple[str, ...]) -> str:
    return "".join(f"<li><a href='http://b{n}.yunxi.gov.cn/'>{name}</a></li>" for n, name in enumerate(names))


def test_a_directory_of_departments_gives_each_with_its_address() -> None:
    noise = "<li><a href='/a'>部门信箱</a></li><li><a href='/b'>工作动态</a></li><li><a href='/c'>市直单位</a></li>"
    found = listed(f"<h2>政府部门</h2><ul>{anchors(BUREAUS)}{noise}</ul>")
    assert list(found) == [name.removesuffix("网站") for name in BUREAUS]
    assert found["市财政局"] == "http://b0.yunxi.gov.cn/" and found["司法局"] == "http://b6.yunxi.gov.cn/"


def test_an_aggregate_of_yearly_reports_gives_whose_they_are() -> None:
    bureaus = ("财政局", "教育局", "水利局", "民政局", "商务局", "司法局", "统计局", "审计局")
    rows = "".join(f"<li><a href='/2023/{n}.htm'>云溪市{name}2023年政府信息公开工作年度报告</a></li>"
                   for n, name in enumerate(bureaus))
    found = listed(f"<ul>{rows}</ul>")
    assert len(found) == LEAST and found["云溪市审计局"] == "http://www.yunxi.gov.cn/2023/7.htm"


def test_a_few_organs_on_a_page_or_in_its_footer_make_no_directory() -> None:
    assert listed(f"<ul>{anchors(BUREAUS[:LEAST - 1])}</ul>") == {}
    assert listed(f"<div class='footer'><ul>{anchors(BUREAUS)}</ul></div>") == {}


def test_one_organ_under_many_links_counts_once() -> None:
    rows = "".join(f"<li><a href='/{n}.htm'>市财政局</a></li>" for n in range(20))
    assert listed(f"<ul>{rows}</ul>") == {}
