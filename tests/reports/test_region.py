"""Which place of GB/T 2260 an agency belongs to, and on which level it stands."""

import pytest

from crawler.reports.material import gather
from crawler.reports.names import read_name
from crawler.reports.region import Surroundings, admin_level, locate, surroundings
from crawler.reports.regions import by_code, from_host, split_place
from tests.reports.pages import document

NOWHERE = Surroundings({})


@pytest.mark.parametrize(("name", "code", "level"), [
    ("厦门市城市管理局", "350200", "prefecture"),
    ("厦门市同安区城市管理局", "350212", "county"),
    ("沙河市城市管理综合行政执法局", "130582", "county"),
    ("内蒙古自治区环境保护厅", "150000", "province"),
    ("维西傈僳族自治县卫生健康局", "533423", "county"),
    ("阜蒙县交通运输局", "210921", "county"),
    ("甘孜州教育局", "513300", "prefecture"),
    ("吉林省教育厅", "220000", "province"),
    ("吉林市卫生健康委员会", "220200", "prefecture"),
    ("仙桃市财政局", "429004", "county"),
    ("国家税务总局厦门市税务局", "350200", "prefecture"),
    ("上海市公安局普陀分局", "310107", "county"),
    ("大冶市东风路街道办事处", "420281", "township"),
    ("重庆高新技术产业开发区管理委员会", "500000", "functional_area"),
    ("水利部", None, "central"),
    ("国家税务总局", None, "central"),
    ("云岫市城市管理局", None, "prefecture"),
    ("云岫市思源区园林局", None, "county"),
    ("公安局", None, None),
    ("市场监督管理局", None, None),
])
def test_a_name_tells_its_place_and_level(name: str, code: str | None, level: str | None) -> None:
    read = read_name(name)
    region = locate(read, NOWHERE)
    assert (region.code if region else None, admin_level(read, region)) == (code, level)


def test_a_name_many_cities_have_needs_its_parent() -> None:
    assert locate(read_name("鼓楼区教育局"), NOWHERE) is None
    assert locate(read_name("南京市鼓楼区教育局"), NOWHERE) == by_code()["320106"]
    page = gather(document("鼓楼区教育局根据《福建省政府信息公开办法》和福州市人民政府办公厅的通知编制本报告。"))
    assert locate(read_name("鼓楼区教育局"), surroundings(page, None, None)) == by_code()["350102"]


@pytest.mark.parametrize("name", ["青龙镇人民政府", "东风路街道办事处", "大兴乡人民政府"])
def test_a_township_that_shares_a_countys_name_is_not_that_county(name: str) -> None:
    assert split_place(name)[0].tokens == ()


@pytest.mark.parametrize(("host", "name"), [("sthj.suqian.gov.cn", "宿迁市"), ("www.kmcg.gov.cn", "呈贡区"),
                                            ("www.ahqy.gov.cn", "青阳县"), ("amr.hlj.gov.cn", "黑龙江省")])
def test_a_host_spells_or_abbreviates_a_place(host: str, name: str) -> None:
    assert [r.name for r in from_host(f"http://{host}/")] == [name]


def test_every_region_lies_in_a_known_parent() -> None:
    assert len(by_code()) > 3000
    assert all(len(r.code) == 6 and r.pinyin and r.core for r in by_code().values())
