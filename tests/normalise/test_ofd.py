"""OFD: text by its places, tables by the rules drawn around it, and what needs OCR said."""

import io
import time
import zipfile

import pytest

from crawler.normalise import normalise
from tests.normalise.grids import all_texts, paragraphs
from tests.normalise.makers import PROACTIVE, PROSE, REQUESTS, TITLE, GridSource, expanded
from tests.normalise.office_makers import OfdPage, ofd, ofd_table

HEAD: OfdPage = [("text", 30, 20, 6, TITLE)]
WANTED = [expanded(PROACTIVE), expanded(REQUESTS)]


def replaced(data: bytes, name: str, content: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for info in old.infolist():
            new.writestr(info.filename, content if info.filename == name else old.read(info))
    return out.getvalue()


def test_text_and_tables_come_out_by_their_places() -> None:
    document = normalise(ofd([HEAD + ofd_table(PROACTIVE, 40), ofd_table(REQUESTS, 40)]))
    assert (document.status, document.doc_format, document.pages) == ("ok", "ofd", 2)
    assert (all_texts(document), document.titles[0]) == (WANTED, ("text", TITLE))


def test_rules_drawn_as_filled_bars_are_rules() -> None:
    page = [("bar", op[1], op[2], max(op[3] - op[1], 0.3), max(op[4] - op[2], 0.3)) if op[0] == "line" else op
            for op in ofd_table(PROACTIVE, 40)]
    assert all_texts(normalise(ofd([HEAD + page]))) == [expanded(PROACTIVE)]


def test_a_table_over_a_page_break_is_one() -> None:
    rest: GridSource = [[("行政处罚", 1, 1), ("26", 1, 3)], [("行政强制", 1, 1), ("0", 1, 3)]]
    document = normalise(ofd([HEAD + ofd_table(PROACTIVE, 200), ofd_table(rest, 20)]))
    assert all_texts(document) == [expanded(PROACTIVE + rest)]


def test_the_template_of_a_page_and_its_number() -> None:
    document = normalise(ofd([[*HEAD, ("text", 100, 285, 4, "— 1 —")]], template=[("text", 20, 10, 4, "青屏县档案局")]))
    assert paragraphs(document) == ["青屏县档案局", TITLE]


def test_steps_given_for_several_characters_at_once() -> None:
    plain = ofd([[("text", 20, 20, 4, PROSE)]])
    steps = b" ".join([b"4"] * (len(PROSE) - 1))
    with zipfile.ZipFile(io.BytesIO(plain)) as archive:
        page = archive.read("Doc_0/P0.xml")
    assert steps in page
    packed = replaced(plain, "Doc_0/P0.xml", page.replace(steps, b"g %d 4" % (len(PROSE) - 1)))
    assert paragraphs(normalise(packed)) == [PROSE]


def test_codes_of_the_files_own_font_need_ocr() -> None:
    document = normalise(ofd([HEAD + [("text", 20, 40 + 6 * i, 4, "\ue001\ue002\ue003" * 8) for i in range(4)]]))
    assert document.status == "partial"
    assert "needs OCR" in document.warnings[-1]


@pytest.mark.parametrize("page", [[("image",)], [("line", 10, 10, 50, 10), ("line", 10, 20, 50, 20)]])
def test_a_drawing_without_text_is_kept_for_ocr(page: OfdPage) -> None:
    document = normalise(ofd([page]))
    assert document.status == "unsupported"
    assert "needs OCR" in document.warnings[0]


@pytest.mark.parametrize("content", [
    b"<ofd:Page xmlns:ofd='x'><ofd:TextObject Size='1e308' Boundary='nan inf 0 0' CTM='1 2 3'>"
    b"<ofd:TextCode X='x' DeltaX='g 999999999 1 g'>abc</ofd:TextCode></ofd:TextObject></ofd:Page>",
    b"<ofd:Page xmlns:ofd='x'><ofd:PathObject Boundary='0 0 1 1'><ofd:AbbreviatedData>M L 1 C Q 1 2 B"
    b"</ofd:AbbreviatedData></ofd:PathObject></ofd:Page>",
    b"<!DOCTYPE p [<!ENTITY a SYSTEM 'file:///etc/passwd'>]><p>&a;</p>",
    b"<p>" * 3_000,
    b"",
], ids=["numbers", "paths", "entity", "open elements", "empty"])
def test_a_hostile_page_costs_itself_alone(content: bytes) -> None:
    began = time.monotonic()
    document = normalise(replaced(ofd([HEAD, ofd_table(PROACTIVE, 40)]), "Doc_0/P0.xml", content))
    assert document.status in ("ok", "partial")
    assert all_texts(document) == [expanded(PROACTIVE)]
    assert "root:" not in document.text and time.monotonic() - began < 5


LEFT = ["一、总体情况", "全年主动公开信息一百二十条，", "收到申请九件，均已答复，没有", "复议和诉讼，制度更加完善。"]
RIGHT = ["（一）主动公开。公开政策解读", "九条，回应关切三次。", "（二）依申请公开。新收申请九",
         "件，均已按期答复完毕。"]


def test_text_set_in_two_columns_is_read_one_after_the_other() -> None:
    page: OfdPage = [*HEAD, *(("text", 20, 40 + 8 * n, 4, text) for n, text in enumerate(LEFT)),
                     *(("text", 110, 40 + 8 * n, 4, text) for n, text in enumerate(RIGHT)),
                     ("text", 20, 90, 4, "二、主动公开政府信息情况"), *ofd_table(PROACTIVE, 110)]
    document = normalise(ofd([page]))
    assert "".join(document.text.split()).startswith("".join([TITLE, *LEFT, *RIGHT, "二、主动公开政府信息情况"]))
    assert all_texts(document) == [expanded(PROACTIVE)]


def test_fields_and_figures_beside_one_another_are_no_columns() -> None:
    fields = [("索引号", "AB0301-2024"), ("发布机构", "档案局"), ("生成日期", "2024-01-12"), ("有效性", "有效"),
              ("文号", "无")]
    page: OfdPage = [*HEAD, *(("text", x, 40 + 8 * n, 4, text) for n, pair in enumerate(fields)
                              for x, text in zip((20, 110), pair, strict=True))]
    text = "".join(normalise(ofd([page])).text.split())
    assert all(name + value in text for name, value in fields)
