"""PDF as offices export it: re-flowed text, tables over page breaks, scans and locked files named."""

import pytest

from crawler.normalise import normalise
from tests.normalise.grids import all_texts, paragraphs
from tests.normalise.makers import PROSE, TITLE, PdfPage, pdf, ruled

XS = (50, 200, 300, 400)
WIDE = (
    "本局全年主动公开信息三百余条其中规范性文件十二件政策解读八篇回应关切四次"
    "均按照规定时限在门户网站发布并归档备查工作平稳有序推进"
)


def lines(*texts: str, top: float = 780, size: float = 12, x: float = 50) -> PdfPage:
    return [("text", x, top - i * 20, size, text) for i, text in enumerate(texts)]


def test_lines_flow_into_paragraphs_and_page_numbers_go() -> None:
    full = WIDE[:40]
    first = lines(TITLE, x=140) + lines(f"　　{WIDE[:38]}", full, "至年底。", "一、总体情况", "　　另起一段。", top=740)
    first += [("text", 280, 40, 10, "— 1 —")]
    document = normalise(pdf([first, [*lines("第二页的话。"), ("text", 280, 40, 10, "- 2 -")]]))
    assert (document.status, document.pages) == ("ok", 2)
    assert paragraphs(document) == [TITLE, WIDE[:38] + full + "至年底。", "一、总体情况", "另起一段。", "第二页的话。"]
    assert document.titles[0] == ("text", TITLE)


def test_a_title_over_two_lines_is_offered_as_one() -> None:
    document = normalise(pdf([lines("青屏县档案局", "2023年政府信息公开工作年度报告", x=150) + lines(PROSE, top=700)]))
    assert document.titles[0] == ("text", TITLE)


def test_tables_are_grids_and_their_text_stands_there_alone() -> None:
    rows = [["信息内容", "本年制发件数", "现行有效件数"], ["规章", "0", "7"], ["行政规范性文件", "12", "45"]]
    document = normalise(
        pdf([lines(TITLE, "二、主动公开政府信息情况") + ruled(rows, 700, XS) + lines("三、收到和处理情况", top=560)])
    )
    assert all_texts(document) == [rows]
    assert [block.kind for block in document.blocks] == ["paragraph", "heading", "table", "heading"]
    assert document.text.count("行政规范性文件") == 1


HEAD = ["办理结果", "自然人", "总计"]
ROW = ["（一）予以公开", "5", "5"]


@pytest.mark.parametrize(
    ("above", "below", "whole"),
    [
        ([HEAD, ROW], [["（二）部分公开", "1", "1"]], [HEAD, ROW, ["（二）部分公开", "1", "1"]]),
        (
            [HEAD, ROW, ["（二）部分公开（区分处理的，", "", ""]],
            [["只计这一情形）", "", ""], ["（七）总计", "6", "6"]],
            [HEAD, ROW, ["（二）部分公开（区分处理的，只计这一情形）", "", ""], ["（七）总计", "6", "6"]],
        ),
        (
            [HEAD, ROW, ["（二）部分公开（区分处理的，", "", ""]],
            [["只计这一情形）", "1", "1"]],
            [HEAD, ROW, ["（二）部分公开（区分处理的，只计这一情形）", "1", "1"]],
        ),
        ([HEAD, ROW], [HEAD, ["（二）部分公开", "1", "1"]], [HEAD, ROW, ["（二）部分公开", "1", "1"]]),
        ([HEAD, ROW], [["5.要求确认或重新出具信息", "", ""]], [HEAD, ROW, ["5.要求确认或重新出具信息", "", ""]]),
    ],
    ids=["plain", "row cut, cells blank", "row cut, figures below", "head printed again", "blank row at the top"],
)
def test_a_table_over_a_page_break_is_one(
    above: list[list[str]], below: list[list[str]], whole: list[list[str]]
) -> None:
    first = lines(TITLE) + ruled(above, 160, XS) + [("text", 280, 30, 10, "— 1 —")]
    document = normalise(pdf([first, ruled(below, 790, XS) + lines("以上。", top=500)]))
    assert all_texts(document) == [whole]


def test_a_tall_label_over_a_page_break_is_one_cell() -> None:
    xs = (50, 120, 250, 330, 400)

    def part(top: float, rows: list[list[str]], label: str) -> PdfPage:
        drawn = ruled(rows, top, xs)
        return (
            [op for op in drawn if not (op[0] == "line" and op[1] == 50 and top > op[2] > top - 24 * len(rows))]
            + [("line", 120, top - 24 * i, 400, top - 24 * i) for i in range(len(rows))]
            + [("text", 52, top - 14, 10, label)]
        )

    first = [["", "1.属于国家秘密", "0", "0"], ["", "2.法律法规禁止公开", "3", "3"]]
    second = [["", "3.危及稳定", "0", "0"], ["", "4.保护第三方", "1", "1"]]
    document = normalise(
        pdf([lines(TITLE) + part(160, first, "不予公开"), part(790, second, "") + lines("以上。", top=500)])
    )
    table = document.tables[0]
    assert (table.rows, table.cols) == (4, 4)
    assert [(cell.text, cell.rowspan) for cell in table.cells if cell.col == 0] == [("不予公开", 4)]


def test_two_tables_with_words_between_stay_two() -> None:
    rows = [["甲项内容", "1", "2"], ["乙项内容", "3", "4"]]
    document = normalise(
        pdf([lines(TITLE) + ruled(rows, 200, XS) + lines("说明文字。", top=100), ruled(rows, 790, XS)])
    )
    assert all_texts(document) == [rows, rows]


def test_a_scan_is_kept_for_later_and_named() -> None:
    document = normalise(pdf([[], []], picture=True))
    assert (document.status, document.doc_format, document.pages) == ("unsupported", "pdf", 2)
    assert "scan" in document.warnings[0]


def test_a_scanned_page_among_text_is_reported() -> None:
    text = lines(*[PROSE] * 4)
    document = normalise(pdf([text, []], picture=True))
    assert document.status == "partial"
    assert "pages 2" in document.warnings[0]


def test_text_in_codes_of_its_own_font_is_partial_and_the_page_named() -> None:
    coded = "".join(chr(0xE000 + n) for n in range(30))
    document = normalise(pdf([lines(*[PROSE] * 4), lines(coded, PROSE[:60])]))
    assert document.status == "partial" and "pages 2" in document.warnings[0]


def test_a_truncated_file_fails_with_a_reason() -> None:
    whole = pdf([lines(*[PROSE] * 4)])
    document = normalise(whole[: len(whole) // 3])
    assert document.status == "failed"
    assert document.warnings


def test_a_locked_file_is_encrypted_not_failed() -> None:
    locked = pdf([lines(PROSE)]).replace(
        b"/Root 1 0 R",
        b"/Root 1 0 R /ID [<00112233445566778899aabbccddeeff> <00112233445566778899aabbccddeeff>] /Encrypt << /Filter"
        b" /Standard /V 1 /R 2 /P -64 /O <" + b"11" * 32 + b"> /U <" + b"22" * 32 + b"> >>",
    )
    assert normalise(locked).status == "encrypted"


def test_characters_printed_twice_for_bold_are_read_once() -> None:
    words = "人人有责的年度报告"
    bold = [("text", 72 + shift, 700, 12, words) for shift in (0, 0.4)]
    table = [op for op in ruled([["项目", "件数"], ["予以公开", "11"]], 600, [72, 200, 300]) for _ in range(2)]
    for page in (bold, bold + table):
        text = normalise(pdf([page])).text
        assert text.count(words) == 1 and "人人人" not in text and "1111" not in text


ROWS = [["办理结果", "自然人", "总计"], ["（一）予以公开", "5", "7"], ["（二）部分公开", "", "1"]]


@pytest.mark.parametrize("turned", [0, 90, 180, 270])
def test_a_page_drawn_lying_is_read_as_it_is_shown(turned: int) -> None:
    document = normalise(pdf([lines(TITLE, top=500) + ruled(ROWS, 440, XS) + lines("以上。", top=300)], turned=turned))
    assert all_texts(document) == [ROWS]
    assert paragraphs(document) == [TITLE, "以上。"]


def test_rules_may_be_thin_bars_and_areas_behind_prose_make_no_table() -> None:
    table = ruled(ROWS, 600, XS)
    bars = [("raw", f"{min(x0, x1)} {min(y0, y1)} {abs(x1 - x0) or 0.7} {abs(y1 - y0) or 0.7} re f")
            for kind, *rest in table if kind == "line" for x0, y0, x1, y1 in [rest]]
    words = [op for op in table if op[0] == "text"]
    shaded = [("raw", "0.9 g"), *(("raw", f"45 {y} 400 18 re f") for y in (774, 754, 734)), ("raw", "0 g")]
    document = normalise(pdf([shaded + lines(TITLE, PROSE[:30], PROSE[30:50]) + bars + words]))
    assert all_texts(document) == [ROWS]
    assert paragraphs(document)[0] == TITLE


def test_letters_printed_one_by_one_at_a_scale_stay_in_their_cells() -> None:
    """A narrow label written downwards, each letter its own object of a scaled font, as a real report of 2024 has it;
    where the machine lacks the font, pdfium alone would lose some of them."""
    xs = (50, 80, 200, 300)
    rows = [["", f"{n}.甲类情形", str(n)] for n in range(1, 6)]
    drawn = [op for op in ruled(rows, 600, xs) if not (op[0] == "line" and op[1] == 50 and 480 < op[2] < 600)]
    drawn += [("line", 80, 600 - 24 * n, 300, 600 - 24 * n) for n in range(1, 5)]
    drawn += [("text", 58, 580 - 20 * n, 10, char, 0.05) for n, char in enumerate("办理结果")]
    table = normalise(pdf([lines(TITLE) + drawn])).tables[0]
    assert [(cell.text.replace("\n", ""), cell.rowspan) for cell in table.cells if cell.col == 0] == [("办理结果", 5)]
    assert [cell.text for cell in table.cells if cell.col == 1] == [row[1] for row in rows]


def test_pages_our_grid_is_not_sure_of_are_read_by_pdfplumber() -> None:
    table = ruled(ROWS, 600, XS)
    broken = [op for op in table if op != ("line", 300, 600, 300, 528)]
    broken += [("line", 300, 600, 300, 576), ("line", 300, 540, 300, 528)]
    data = pdf([lines(TITLE) + broken])
    assert all_texts(normalise(data)) == all_texts(normalise(data, way="pdfplumber")) != [ROWS]


@pytest.mark.parametrize(("side", "told"), [(300, True), (90, False), (900, False)])
def test_a_picture_on_a_page_of_text_is_told_of(side: int, told: bool) -> None:
    """A table; a seal is none, nor is what lies under the whole page."""
    page: PdfPage = [("text", 50, 780 - 20 * n, 12, PROSE[:40]) for n in range(4)]
    document = normalise(pdf([[*page, ("raw", f"q {side} 0 0 {side} 50 100 cm /I Do Q")]]))
    says = ("pdf: page 1: a picture on it was not read",) if told else ()
    assert (document.status, document.warnings) == ("ok", says)


def test_a_head_printed_again_is_dropped_also_where_noughts_stand_where_noughts_stood() -> None:
    """The label the break cut goes back into its row."""
    head, xs = ["办理结果", "自然人", "总计"], (50, 110, 200, 300)
    upper = [head, ["予以公开", "3", "3"], ["部分公开", "0", "0"], ["补正后内容", "0", "5"]]
    lower = [head, ["仍不明确", "", ""], ["重复申请", "0", "0"], ["逾期不补", "0", "7"]]
    document = normalise(pdf([ruled(upper, 160, xs), ruled(lower, 800, xs)]))
    assert all_texts(document) == [[head, *upper[1:3], ["补正后内容仍不明确", "0", "5"], *lower[2:]]]
