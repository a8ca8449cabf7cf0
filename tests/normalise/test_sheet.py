"""Spreadsheets: one grid a sheet, merged cells as spans, figures as they are printed."""

import io
import zipfile

import openpyxl
import pytest

from crawler.normalise import normalise
from tests.normalise.grids import all_texts, paragraphs
from tests.normalise.makers import PROACTIVE, REQUESTS, TITLE, GridSource, expanded, plain
from tests.normalise.office_makers import by_office, needs_office, xlsx

SHEETS = {"主动公开情况": PROACTIVE, "申请情况": REQUESTS}
WANTED = [expanded(PROACTIVE), expanded(REQUESTS)]


def book(cells: dict[str, object]) -> bytes:
    made = openpyxl.Workbook()
    for place, value in cells.items():
        made.active[place] = value
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def test_every_sheet_is_a_grid_under_its_name() -> None:
    document = normalise(xlsx(SHEETS), url="http://a.gov.cn/x.et")
    assert (document.status, document.doc_format) == ("ok", "xlsx")
    assert (all_texts(document), paragraphs(document)) == (WANTED, list(SHEETS))


@needs_office
def test_the_old_format_gives_the_same() -> None:
    document = normalise(by_office(xlsx(SHEETS), "xlsx", "xls"))
    assert (document.status, document.doc_format, all_texts(document)) == ("ok", "xls", WANTED)


def test_a_hidden_sheet_is_left_out_and_named() -> None:
    document = normalise(xlsx({"印发": PROACTIVE, "底稿": REQUESTS}, hidden=["底稿"]))
    assert (document.status, all_texts(document)) == ("ok", [expanded(PROACTIVE)])
    assert "底稿" in document.warnings[0]


def test_values_are_printed_as_the_sheet_prints_them() -> None:
    import datetime

    document = normalise(book({"A1": 41.0, "B1": 0.1 + 0.2, "C1": 12.5, "A2": datetime.date(2024, 1, 12), "B2": True,
                               "C2": "两\n行", "A3": -3, "B3": 123456789012}))
    assert all_texts(document) == [[["41", "0.3", "12.5"], ["2024-01-12", "TRUE", "两行"], ["-3", "123456789012", ""]]]


def test_a_title_in_the_first_row_is_found() -> None:
    grid: GridSource = [[(TITLE, 1, 3)], plain("项目", "件数", "备注"), plain("规章", "1", "无")]
    assert normalise(xlsx({"Sheet1": grid})).titles[0] == ("text", TITLE)


def test_rows_and_columns_nothing_stands_in_are_not_counted() -> None:
    document = normalise(book({"C4": "甲", "E4": "1", "C9": "乙", "E9": "2"}))
    assert all_texts(document) == [[["甲", "1"], ["乙", "2"]]]


@pytest.mark.parametrize(("cells", "status"), [
    ({"A1": "x", "XFD1048576": "y"}, "limit"), ({}, "unsupported"), ({"A1": "x", "A90000": "y"}, "partial"),
], ids=["a value in the last corner", "empty", "too many rows"])
def test_sheets_beyond_reason_end_in_a_status(cells: dict[str, object], status: str) -> None:
    document = normalise(book(cells))
    assert document.status == status
    assert document.warnings


def test_a_bomb_is_a_limit_before_it_is_opened() -> None:
    data = io.BytesIO(xlsx(SHEETS))
    with zipfile.ZipFile(data, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet9.xml", b" " * (50 << 20))
    assert normalise(data.getvalue()).status == "limit"


def test_a_truncated_book_fails_with_a_reason() -> None:
    whole = xlsx(SHEETS)
    document = normalise(whole[:len(whole) // 2])
    assert (document.status, bool(document.warnings)) == ("failed", True)


def test_hidden_rows_are_read_and_told_of() -> None:
    book = openpyxl.load_workbook(io.BytesIO(xlsx({"表": PROACTIVE})))
    book.active.row_dimensions[2].hidden = True
    out = io.BytesIO()
    book.save(out)
    document = normalise(out.getvalue())
    assert all_texts(document) == all_texts(normalise(xlsx({"表": PROACTIVE})))
    assert document.warnings == ("xlsx: hidden rows or columns were read too",)
