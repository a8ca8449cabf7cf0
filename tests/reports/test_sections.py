"""The six sections: by title wherever the ordinals went, by content where the titles are gone, prose without tables."""

import pytest

from crawler.reports.sections import read_sections
from gongkai.document import Block, Document
from gongkai.report import Section
from tests.reports.printed import TITLES, document, figures, plain
from tests.reports.test_flattened import bar_by_cell, indented, markdown, parted_by_empty_lines, spaced, tabs, text_of

KEYS = ["overview", "proactive", "requests", "review_litigation", "problems", "other"]
PREAMBLE = ("本报告根据《中华人民共和国政府信息公开条例》编制，全文由总体情况、行政机关主动公开政府信息情况、"
            "收到和处理政府信息公开申请情况、行政复议和行政诉讼情况、存在的主要问题及改进情况、其他需要报告的事项六个部分组成。统计期限为全年。")
OVERVIEW = "一年来，我局坚持以公开为常态，全年主动公开政府信息93条，收到申请13件，均在法定期限内答复，未收到投诉举报。"
PROBLEMS = "工作中存在的主要问题是公开的信息不够全面，更新不够及时，下一步将加强培训并完善制度。"
OTHER = "本年度未收取信息处理费，没有其他需要报告的事项。"
FIRST, SECOND, THIRD = figures("cn-gov-2021").tables()
FORM = "cn-gov-2021"


def by_key(found: tuple[Section, ...]) -> dict[str, tuple[str | None, str]]:
    return {section.key: (section.heading, section.text) for section in found}


def report(titles: list[str], *tail: str) -> Document:
    return document("某市水利局2024年政府信息公开工作年度报告", PREAMBLE, titles[0], OVERVIEW, titles[1], FIRST,
                    titles[2], SECOND, titles[3], THIRD, titles[4], PROBLEMS, titles[5], OTHER, *tail)


def test_a_preamble_that_names_all_six_is_no_heading() -> None:
    found = read_sections(report(TITLES), FORM)
    assert [section.key for section in found] == ["preamble", *KEYS]
    sections = by_key(found)
    assert PREAMBLE in sections["preamble"][1]
    assert sections["overview"] == (TITLES[0], OVERVIEW)
    assert sections["requests"] == (TITLES[2], "")
    assert sections["other"] == (TITLES[5], OTHER)


@pytest.mark.parametrize("titles", [
    ["一、政府信息公开工作总体情况", "二、行政机关主动公开政府信息的情况", "三、政府信息公开申请接收与办理情况",
     "四、因政府信息公开工作被申请行政复议、提起行政诉讼情况", "五、现存问题与改进举措", "六、需要说明的其他事项"],
    ["总体情况", "主动公开政府信息情况", "收到和处理政府信息公开申请情况", "政府信息公开行政复议、行政诉讼情况",
     "存在的主要问题及改进情况", "其他需要报告的事项"],
    ["一、 總體情況：", "二、主動公開政府信息情況", "三、收到和處理政府信息公開申請情況",
     "四、政府信息公開行政復議、行政訴訟情況", "五、存在的主要問題及改進情況", "六、其它需要報告的事項"],
    ["（一）总体情况", "（二）主动公开政府信息情况", "（三）收到和处理政府信息公开申请情况",
     "（四）行政复议、行政诉讼情况", "（五）存在的主要问题及改进情况", "（六）其他需要报告的事项"],
    ["一、2024年工作总体情况", "二、本机关主动公开信息情况", "三、办理公开申请的情况", "四、复议与诉讼情况",
     "五、不足之处和改进打算", "六、其他需要报告的有关事项"],
    ["一、总体情况", "一、主动公开政府信息情况", "一、收到和处理政府信息公开申请情况", "一、行政复议、行政诉讼情况",
     "一、存在的主要问题及改进情况", "一、其他需要报告的事项"]],
    ids=["variants", "ordinals lost", "traditional", "bracketed", "own words", "one ordinal for all"])
def test_titles_as_sites_print_them(titles: list[str]) -> None:
    sections = by_key(read_sections(report(titles), FORM))
    assert [key for key in sections if key != "preamble"] == KEYS
    assert [sections[key][0] for key in KEYS] == titles
    assert sections["problems"][1] == PROBLEMS


def test_sub_headings_with_the_words_of_a_section_open_none() -> None:
    found = by_key(read_sections(document(
        TITLES[0], "（一）主动公开政府信息情况", OVERVIEW, "（二）依申请公开情况", "共收到申请13件。", TITLES[1], FIRST,
        TITLES[2], SECOND, TITLES[3], THIRD, TITLES[4], "一、存在问题。一是公开不够全面。",
        "二、下一步整改措施。一是加大培训力度。", TITLES[5], "无。"), FORM))
    assert found["overview"][1] == f"（一）主动公开政府信息情况\n{OVERVIEW}\n（二）依申请公开情况\n共收到申请13件。"
    assert found["problems"][1].splitlines()[1].startswith("二、下一步整改措施")
    assert found["other"] == (TITLES[5], "无。")


def test_a_table_of_contents_opens_no_section() -> None:
    found = by_key(read_sections(document(
        "目录", *TITLES, TITLES[0], OVERVIEW, TITLES[1], FIRST, TITLES[2], SECOND, TITLES[3], THIRD, TITLES[4],
        PROBLEMS, TITLES[5], OTHER), FORM))
    assert found["overview"] == (TITLES[0], OVERVIEW)
    assert found["preamble"][1].splitlines() == ["目录", *TITLES]


def test_a_heading_that_runs_into_its_text() -> None:
    found = by_key(read_sections(plain(
        f"一、总体情况：{OVERVIEW}\n二、主动公开政府信息情况\n三、收到和处理政府信息公开申请情况\n"
        f"五、存在的主要问题及改进情况。 {PROBLEMS}\n"), FORM))
    assert found["overview"] == ("一、总体情况", OVERVIEW)
    assert found["problems"] == ("五、存在的主要问题及改进情况", PROBLEMS)


def test_a_heading_wrapped_over_two_lines() -> None:
    titles = [*TITLES[:3], "四、因政府信息公开工作被申请行政复议、提起行政诉", *TITLES[4:]]
    parts = report(titles)
    at = next(n for n, block in enumerate(parts.blocks) if block.text == titles[3])
    blocks = (*parts.blocks[:at + 1], Block("paragraph", "讼情况"), *parts.blocks[at + 1:])
    found = by_key(read_sections(Document("ok", "pdf", blocks), FORM))
    assert found["review_litigation"] == (titles[3] + "讼情况", "")


@pytest.mark.parametrize("style", [tabs, bar_by_cell, indented, parted_by_empty_lines, markdown, spaced])
def test_flattened_tables_are_no_prose(style: object) -> None:
    found = by_key(read_sections(plain(text_of(figures(FORM, 1), style)), FORM))  # type: ignore[arg-type]
    assert [key for key in found if key != "preamble"] == KEYS
    assert {key: found[key][1] for key in ("proactive", "requests", "review_litigation", "other")} == {
        "proactive": "", "requests": "", "review_litigation": "", "other": "无。"}


def test_a_heading_broken_around_a_table() -> None:
    first, second = (indented(figures(FORM).grids[key]) for key in ("proactive", "requests"))
    lines = ["二、主动公开政府信息情况", *"、收到和处理政府信", first, "", "息公开申请情况", "", second,
             "四、政府信息公开行政复议、行政诉讼情况"]
    found = by_key(read_sections(plain("\n".join(["一、总体情况", OVERVIEW, *lines])), FORM))
    assert found["requests"] == ("、收到和处理政府信息公开申请情况", "")
    assert found["proactive"] == ("二、主动公开政府信息情况", "")


def test_headings_lost_altogether() -> None:
    found = read_sections(document(PREAMBLE, OVERVIEW, "第二段讲平台建设。" * 8, FIRST, SECOND, THIRD, PROBLEMS,
                                   "下一步：继续努力，提高水平。", OTHER), FORM)
    assert [section.key for section in found] == ["preamble", *KEYS]
    assert {section.heading for section in found} == {None}
    sections = by_key(found)
    assert sections["preamble"][1] == PREAMBLE
    assert sections["overview"][1].startswith(OVERVIEW)
    assert sections["problems"][1].startswith(PROBLEMS)
    assert sections["other"][1] == OTHER


def test_one_heading_lost_among_the_others() -> None:
    found = by_key(read_sections(document(TITLES[0], OVERVIEW, FIRST, TITLES[2], SECOND, TITLES[3], THIRD, PROBLEMS,
                                          TITLES[5], OTHER), FORM))
    assert list(found) == KEYS
    assert (found["proactive"], found["problems"]) == ((None, ""), (None, PROBLEMS))


def test_signature_and_page_furniture_stay_out() -> None:
    tail = ["某市水利局", "2025年1月20日", "扫一扫在手机上查看当前页面", "上一篇：无"]
    found = by_key(read_sections(report(TITLES, *tail), FORM))
    assert found["other"][1] == OTHER


@pytest.mark.parametrize("form_id", ["cn-gov-2014stat", None])
def test_older_reports_keep_no_order(form_id: str | None) -> None:
    found = read_sections(plain(
        "一、概述\n2012年工作有序。\n二、依申请公开政府信息办理情况\n收到申请3件。\n"
        "三、主动公开政府信息的情况\n公开200条。\n四、政府信息公开的收费及减免情况\n未收费。\n"
        "五、复议、诉讼和申诉情况\n无。\n六、存在的主要问题和改进措施\n不够全面。"), form_id)
    assert [section.key for section in found] == ["overview", "on_request", "proactive", "fees", "review_litigation",
                                                  "problems"]
    assert by_key(found)["on_request"][1] == "收到申请3件。"


def test_a_text_without_sections_has_none() -> None:
    assert read_sections(plain("关于做好年度报告编制工作的通知\n请各单位于1月20日前报送。"), None) == ()


def test_a_million_characters_of_ordinals_do_not_hold_the_reader_up() -> None:
    assert read_sections(plain("一、" * 20_000 + "\n" + "二、收到\n" * 20_000), FORM) == ()
