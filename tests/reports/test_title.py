"""Titles as agencies print them, and the titles that stand beside them in the same lists."""

import pytest

from gongkai.title import TitleReading, read_title

REPORTS = [
    ("云岫市城市管理局2020 年政府信息公开工作年度报告", 2020, "云岫市城市管理局"),
    ("二〇二〇年云岫市政府信息公开年度报告", 2020, "云岫市"),
    ("云岫市城市管理局二○一二年度政府信息公开工作年度报告.doc", 2012, "云岫市城市管理局"),
    ("信息公开年度报告（2015年）", 2015, None),
    ("2008年5月1日至2008年12月31日政府信息公开年度报告", 2008, None),
    ("云岫市教育局2021年1-12月政府信息公开年度报告", 2021, "云岫市教育局"),
    ("云岫市水利局政府信息公开年度报告(2021.1.1-2021.12.31)", 2021, "云岫市水利局"),
    ("2022-01-12 云岫市水利局2021年政府信息公开年度报告", 2021, "云岫市水利局"),
    ("云岫市教育局2013年信息公开年报", 2013, "云岫市教育局"),
    ("云岫市财政局政府信息公开工作2022年度报告", 2022, "云岫市财政局"),
    ("雲岫區衛生健康委員會 2021政府信息公開工作年度報告", 2021, "云岫区卫生健康委员会"),
    ("2018云岫市公安局城东分局政府信息公开工作年度报告", 2018, "云岫市公安局城东分局"),
    ("2022年政府信息公开工作年度报告", 2022, None),
    ("云岫市人民政府信息公开工作年度报告（2019年度）", 2019, "云岫市人民政府"),
    ("河东镇政府信息公开工作年度报告", None, "河东镇"),
    ("2020年度政府信息公开工作年度报告（云岫市教育局）", 2020, "云岫市教育局"),
    ("年度报告：云岫市人社局2021年政府信息公开工作年度报告", 2021, "云岫市人社局"),
    ("云岫市市场监督管理局2016年政务信息公开年度报告", 2016, "云岫市市场监督管理局"),
    ("云岫市环境保护局2015年政府信息公开工作报告", 2015, "云岫市环境保护局"),
    ("云岫市环保局2015年政府信息公开年度工作报告", 2015, "云岫市环保局"),
    ("关于2013年政府信息公开工作年度报告", 2013, None),
    ("云岫市统计局关于2015年度政府信息公开工作情况的报告", 2015, "云岫市统计局"),
    ("2021年云岫市發(fā)展和改革委員會(huì)政府信息公開(kāi)工作年度報(bào)告 ( 2022年01月27日 )", 2021,
     "云岫市发展和改革委员会"),
    ("云岫市人民政府（市人民政府办公厅）2021年政府信息公开工作年度报告", 2021, "云岫市人民政府(市人民政府办公厅)"),
    ("云岫市城市管理局2020年政府信息公…", 2020, "云岫市城市管理局"),
    ("云岫市城市管理局2020年政府信息公开工", 2020, "云岫市城市管理局"),
    ("云岫市思源区园林局2025年政府信息公开工作年度报告-云岫市思源区人民政府", 2025, "云岫市思源区园林局"),
    ("·附件1：云岫市商务局2019年政府信息公开工作年度报告 2020-01-20", 2019, "云岫市商务局"),
]

LOOK_ALIKES = [
    ("关于做好2023年政府信息公开工作年度报告编制和发布工作的通知", "notice"),
    ("转发关于编制2023年度政府信息公开年度报告有关事项的通知", "notice"),
    ("关于印发政府信息公开工作年度报告格式的通知", "form_template"),
    ("政府信息公开年度工作报告范文", "form_template"),
    ("云岫市发布2023年政府信息公开工作年度报告受关注", "news"),
    ("云岫省发布2016年政府信息公开工作年度报告", "news"),
    ("云岫城管局政府网站工作年度报表（2017年度）", "website_report"),
    ("云岫市城市管理局2016年法治政府建设年度报告", "rule_of_law_report"),
    ("云岫市2020年政务公开工作要点", "work_plan"),
    ("云岫城管局2020年政务公开工作要点任务分解表", "work_plan"),
    ("云岫城管局2020年政务公开工作自查报告", "work_summary"),
    ("2020年度部门决算", "budget"),
    ("云岫市政府工作报告", "government_work_report"),
    ("云岫大学2020-2021学年信息公开工作年度报告", "university_report"),
    ("云岫水务集团有限公司2020年信息公开年度报告", "enterprise_report"),
    ("云岫市城市管理局政府信息公开指南", "guide"),
    ("政府信息公开保密审查制度", "regulation"),
    ("政府信息公开年度报告制度", "regulation"),
    ("2014年政府信息公开第三方评估报告", "evaluation"),
    ("云岫城管局2020年依申请公开答复情况统计", "statistics"),
    ("政府信息公开年报", "list_page"),
    ("政府信息公开工作年度报告", "list_page"),
    ("部门政府信息公开年报", "list_page"),
    ("历年年报", "list_page"),
    ("首页>政府信息公开>政府信息公开年报>2021年>部门公开年报", "list_page"),
]


@pytest.mark.parametrize(("title", "year", "agency"), REPORTS)
def test_a_printed_title_names_the_report_its_year_and_its_agency(title: str, year: int, agency: str | None) -> None:
    reading = read_title(title)
    assert (reading.kind, reading.year, reading.agency) == ("annual_report", year, agency)


@pytest.mark.parametrize(("title", "kind"), LOOK_ALIKES)
def test_a_neighbour_in_the_list_is_named_for_what_it_is(title: str, kind: str) -> None:
    assert read_title(title).kind == kind


@pytest.mark.parametrize("title", [
    "云岫市人民政府关于报送2020年度政府信息公开工作年度报告的函", "关于公布云岫市2019年政府信息公开工作年度报告的公告",
    "2021年年报", "云岫市城市管理局2020年政府...",
])
def test_words_that_do_not_tell_leave_the_kind_open(title: str) -> None:
    assert read_title(title).kind == "unknown"


@pytest.mark.parametrize(("title", "corrected", "edition"), [
    ("云岫市城市管理局2019年政府信息公开工作年度报告（更正）", True, None),
    ("云岫市2018年政府信息公开工作年度报告(修订版)", True, None),
    ("【重新发布】云岫市2018年政府信息公开工作年度报告", True, None),
    ("【图解】云岫市2020年政府信息公开工作年度报告", False, "picture"),
    ("一图读懂《云岫市2020年政府信息公开工作年度报告》", False, "picture"),
    ("云岫市城市管理局2019年政府信息公开工作年度报告（图片版）", False, "picture"),
    ("云岫市2017年政府信息公开年度报告(文字版)", False, "text"),
])
def test_correction_and_edition_marks_do_not_hide_the_report(title: str, corrected: bool, edition: str | None) -> None:
    reading = read_title(title)
    assert (reading.kind, reading.corrected, reading.edition) == ("annual_report", corrected, edition)


def test_a_hostile_title_is_read_in_bounded_time() -> None:
    assert read_title("政府信息公开" + "工作情况" * 50_000).kind != "annual_report"
    assert read_title("（" * 100_000) == TitleReading("unknown")
