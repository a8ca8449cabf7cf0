"""Every way a site prints the statutory tables gives the same cells; what cannot be told is never a wrong cell."""

from dataclasses import replace
from decimal import Decimal
from itertools import pairwise

import pytest

from crawler.reports.cells import read_tables
from crawler.reports.checks import run_checks
from gongkai.document import Cell, Document, Table
from tests.reports.printed import COLUMNS, LEAVES, Figures, document, figures, grid, requests_grid, wrong_cells

FORMS = ["cn-gov-2019", "cn-gov-2021"]
both_forms = pytest.mark.parametrize("form_id", FORMS)


def read(*tables: Table) -> Document:
    return document("一、总体情况", *tables)


@both_forms
@pytest.mark.parametrize("zero", ["0", "", "mixed"])
@pytest.mark.parametrize("seed", range(3))
def test_the_national_form_as_printed(form_id: str, zero: str, seed: int) -> None:
    made = figures(form_id, seed, zero)
    reading = read_tables(made.document())
    assert reading.form_id == form_id
    assert wrong_cells(reading, made) == []
    assert reading.warnings == ()
    assert {check.state for check in run_checks(form_id, reading.tables)} <= {"pass", "fail"}
    failed = {check.rule_id for check in run_checks(form_id, reading.tables) if check.state == "fail"}
    assert failed <= {"PRO-NONNEG", "PRO-DISCLOSED", "PRO-ISSUED"}


@both_forms
def test_the_first_table_in_five_small_ones(form_id: str) -> None:
    made = figures(form_id)
    rows = made.grids["proactive"]
    starts = [n for n, row in enumerate(rows) if row[0][2] == 4] + [len(rows)]
    parts = [grid(rows[a:b]) for a, b in pairwise(starts)]
    assert wrong_cells(read_tables(read(*parts, *made.tables()[1:])), made) == []


@both_forms
@pytest.mark.parametrize("heads_again", [True, False])
@pytest.mark.parametrize("cut", [7, 12, 19])
def test_a_table_cut_by_a_page_break(form_id: str, heads_again: bool, cut: int) -> None:
    made = figures(form_id)
    whole = made.tables()[1]
    upper, lower = rows_of(whole, 0, cut), rows_of(whole, cut, whole.rows)
    if heads_again:
        lower = stacked(rows_of(whole, 0, 3), lower)
    assert wrong_cells(read_tables(read(made.tables()[0], upper, lower, made.tables()[2])), made) == []


@both_forms
def test_a_label_wrapped_over_a_page_break(form_id: str) -> None:
    made = figures(form_id)
    rows = requests_grid(made)
    at = next(n for n, row in enumerate(rows) if any("重新出具" in text for text, _, _ in row))
    rows[at] = [(text.replace("已获取信息", "已获取信"), down, across) for text, down, across in rows[at]]
    rows.insert(at + 1, [("息", 1, 1)])
    rows[5][0] = (rows[5][0][0], rows[5][0][1] + 1, 1)
    assert wrong_cells(read_tables(read(made.tables()[0], grid(rows), made.tables()[2])), made) == []


@both_forms
def test_a_subtotal_column_shifts_nothing_and_is_reported(form_id: str) -> None:
    made = figures(form_id)
    rows = requests_grid(made)
    rows[0][1] = ("申请人情况", 1, 8)
    rows[1][1] = ("法人或其他组织", 1, 6)
    rows[2].append(("小计", 1, 1))
    for row in rows[3:]:
        row.insert(len(row) - 1, (str(sum(int(text) for text, _, _ in row[-6:-1])), 1, 1))
    reading = read_tables(read(made.tables()[0], grid(rows), made.tables()[2]))
    assert wrong_cells(reading, made) == []
    assert any("column the form does not have" in warning for warning in reading.warnings)


@both_forms
def test_a_subtotal_row_shifts_nothing_and_is_reported(form_id: str) -> None:
    made = figures(form_id)
    rows = requests_grid(made)
    rows.insert(7, [("小计", 1, 2), *((str(n), 1, 1) for n in range(7))])
    rows[5][0] = (rows[5][0][0], rows[5][0][1] + 1, 1)
    reading = read_tables(read(made.tables()[0], grid(rows), made.tables()[2]))
    assert wrong_cells(reading, made) == []
    assert any("小计" in warning for warning in reading.warnings)


@both_forms
def test_labels_in_traditional_characters_with_instructions_and_slips(form_id: str) -> None:
    made = figures(form_id)
    changes = {"本年新收政府信息公开申请数量": "本年新收政府信息公开申請數量", "予以公开": "予以公開",
               "规章": "规章（设区的市、自治州人民政府应提供相关数据）", "1.属于国家秘密": "1、属于国家\n秘密",
               "危及三安全一稳定": "危及“三安全一稳定”", "法律行政法规禁止公开": "法律行政止公开",
               "不掌握相关": "不张我相关", "行政强制": "行政\n强制", "其他处理": "其它处理",
               "（二）部分公开": "（二）部分公开（区分处理的，只计这一情形，不计其他情形）"}

    def changed(table: Table) -> Table:
        texts = []
        for cell in table.cells:
            text = cell.text
            for old, new in changes.items():
                text = text.replace(old, new)
            texts.append(replace(cell, text=text))
        return replace(table, cells=tuple(texts))

    assert wrong_cells(read_tables(read(*map(changed, made.tables()))), made) == []


@both_forms
def test_everything_in_one_sheet(form_id: str) -> None:
    made = figures(form_id, zero="mixed")
    assert wrong_cells(read_tables(read(stacked(*made.tables()))), made) == []


@both_forms
def test_merged_cells_that_come_as_holes(form_id: str) -> None:
    made = figures(form_id)
    bare = [replace(t, cells=tuple(replace(c, rowspan=1, colspan=1) for c in t.cells)) for t in made.tables()]
    assert wrong_cells(read_tables(read(*bare)), made) == []


@both_forms
def test_a_cell_that_is_missing_from_its_row_moves_no_other(form_id: str) -> None:
    made = figures(form_id, 4)
    table = made.tables()[1]
    cells = [c for c in table.cells if (c.row, c.col) != (5, 6)]
    made.raw["requests"]["granted"]["org_public_welfare"] = ""
    reading = read_tables(read(made.tables()[0], replace(table, cells=tuple(cells)), made.tables()[2]))
    assert wrong_cells(reading, made) == []
    assert any("granted has no cell under org_public_welfare" in warning for warning in reading.warnings)


@both_forms
def test_a_label_narrower_than_its_head(form_id: str) -> None:
    made = figures(form_id)
    rows = requests_grid(made)
    rows[3][0] = (rows[3][0][0], 1, 2)
    rows[4][0] = (rows[4][0][0], 1, 1)
    assert wrong_cells(read_tables(read(made.tables()[0], grid(rows), made.tables()[2])), made) == []


@both_forms
def test_review_and_litigation_in_two_tables(form_id: str) -> None:
    made = figures(form_id)
    cells = [(text, 1, 1) for text in made.raw["review_litigation"]["figures"].values()]
    review = grid([[("行政复议", 1, 5)], [(text, 1, 1) for text in LEAVES], cells[:5]])
    litigation = grid([[("行政诉讼", 1, 10)], [("未经复议直接起诉", 1, 5), ("复议后起诉", 1, 5)],
                       [(text, 1, 1) for text in LEAVES * 2], cells[5:]])
    assert wrong_cells(read_tables(read(*made.tables()[:2], review, litigation)), made) == []
    assert wrong_cells(read_tables(read(*made.tables()[:2], stacked(review, litigation))), made) == []


@both_forms
def test_the_figures_of_review_on_the_next_page(form_id: str) -> None:
    made = figures(form_id)
    rows = made.grids["review_litigation"]
    assert wrong_cells(read_tables(read(*made.tables()[:2], grid(rows[:3]), grid(rows[3:]))), made) == []


@both_forms
def test_a_vague_word_stays_unread_and_moves_nothing(form_id: str) -> None:
    made = figures(form_id)
    made.raw["requests"]["granted"]["org_commercial"] = "若干"
    reading = read_tables(read(made.tables()[0], grid(requests_grid(made)), made.tables()[2]))
    assert [wrong.split(":")[0] for wrong in cells_but(reading, made, "若干")] == []
    cell = reading.tables["requests"]["granted"]["org_commercial"]
    assert (cell.raw, cell.value, cell.semantic) == ("若干", None, "text")
    row = next(c for c in run_checks(form_id, reading.tables) if (c.rule_id, c.scope) == ("REQ-ROW", "granted"))
    assert row.state == "not_assessable"


def cells_but(reading: object, made: Figures, word: str) -> list[str]:
    rest = Figures(made.form_id, {table: {row: {c: raw for c, raw in cells.items() if raw != word}
                                          for row, cells in rows.items()} for table, rows in made.raw.items()})
    return wrong_cells(reading, rest)  # type: ignore[arg-type]


@both_forms
def test_the_blank_form_gives_no_zeros(form_id: str) -> None:
    made = figures(form_id)
    made.grids = {key: [[(text if not text.lstrip("+").replace(".", "").removesuffix("万元").isdigit() else "", d, a)
                         for text, d, a in row] for row in rows] for key, rows in made.grids.items()}
    reading = read_tables(made.document())
    cells = [cell for table in reading.tables.values() for row in table.values() for cell in row.values()]
    assert len(cells) > 180
    assert {cell.value for cell in cells} == {None}
    assert {check.state for check in run_checks(form_id, reading.tables)} == {"not_assessable"}


def test_a_row_total_left_blank_stays_blank() -> None:
    made = figures("cn-gov-2019")
    made.raw["requests"]["granted"]["total"] = ""
    reading = read_tables(read(made.tables()[0], grid(requests_grid(made)), made.tables()[2]))
    assert wrong_cells(reading, made) == []
    assert any("REQ-ROW granted" in warning for warning in reading.warnings)


def test_the_one_row_of_the_older_form_in_a_newer_report() -> None:
    made = figures("cn-gov-2021")
    rows = made.raw["requests"]
    three = [rows.pop(key) for key in ("other_overdue_correction", "other_unpaid_fee", "other_misc")]
    one = {column: str(sum(int(row[column]) for row in three)) for column in COLUMNS}
    printed = requests_grid(made)
    printed.insert(len(printed) - 2, [("（六）其他处理", 1, 2), *((text, 1, 1) for text in one.values())])
    printed[5][0] = (printed[5][0][0], printed[5][0][1] + 1, 1)
    rows["other_total"] = one
    reading = read_tables(read(made.tables()[0], grid(printed), made.tables()[2]))
    assert reading.form_id == "cn-gov-2021"
    assert wrong_cells(reading, made) == []
    assert all(c.state == "pass" for c in run_checks("cn-gov-2021", reading.tables) if c.rule_id.startswith("REQ-"))


def test_a_provincial_row_of_other_files_is_kept_as_a_warning() -> None:
    made = figures("cn-gov-2019")
    rows = list(made.grids["proactive"])
    rows.insert(4, [("其他主动公开文件", 1, 1), ("5", 1, 1), ("6", 1, 1), ("77", 1, 1)])
    reading = read_tables(read(grid(rows), *made.tables()[1:]))
    assert wrong_cells(reading, made) == []
    assert any("77" in warning for warning in reading.warnings)
    assert "other_disclosed_files" not in reading.tables["proactive"]


def test_money_is_in_yuan_with_the_unit_of_the_cell_or_the_head() -> None:
    made = figures("cn-gov-2021")
    table = made.tables()[0]

    def fee(text: str, head: str = "本年收费金额（单位：万元）") -> object:
        texts = {id(table.cells[-1]): text, id(table.cells[-3]): head}
        cells = tuple(replace(c, text=texts.get(id(c), c.text)) for c in table.cells)
        cell = read_tables(read(replace(table, cells=cells))).tables["proactive"]["administrative_fees"]["fee_amount"]
        return cell.value, cell.unit, cell.raw

    assert fee("96171.6") == (Decimal(961716000), "万元", "96171.6")
    assert fee("96171.6", "本年收费金额（元）") == (Decimal("96171.6"), "元", "96171.6")
    assert fee("120474.07元") == (Decimal("120474.07"), "元", "120474.07元")
    assert fee("0") == (Decimal(0), "万元", "0")
    assert fee("") == (None, None, "")


def test_a_note_in_a_cell_is_set_aside_with_a_warning() -> None:
    made = figures("cn-gov-2021")
    made.raw["proactive"]["regulations"]["issued_this_year"] = "22"
    table = made.tables()[0]
    at = next(n for n, cell in enumerate(table.cells) if cell.text == "规章") + 1
    cells = list(table.cells)
    cells[at] = replace(cells[at], text="22\n（其中修订 16 件）")
    reading = read_tables(read(replace(table, cells=tuple(cells)), *made.tables()[1:]))
    assert wrong_cells(reading, made) == []
    assert any("16" in warning for warning in reading.warnings)


def test_a_table_of_other_figures_is_no_statutory_table() -> None:
    heads = [("项目", 1, 1), ("预算数", 1, 1), ("决算数", 1, 1)]
    budget = grid([heads, [("行政许可", 1, 1), ("12", 1, 1), ("13", 1, 1)]])
    reading = read_tables(read(budget))
    assert (reading.form_id, reading.tables) == (None, {})


def test_every_cell_says_where_it_stood() -> None:
    made = figures("cn-gov-2021")
    cell = read_tables(read(*made.tables())).tables["requests"]["new_received"]["natural_person"]
    assert cell.where == "table 2 row 4 col 4"


def test_ten_thousand_rows_of_nonsense_do_not_hold_the_reader_up() -> None:
    row = [("本年制发件数", 1, 1), *(("7", 1, 1),) * 30]
    assert read_tables(read(grid([row] * 3000))).form_id == "cn-gov-2021"


def rows_of(table: Table, start: int, stop: int) -> Table:
    """Part of a table as a page break leaves it: a spanning label stands on the upper part alone."""
    cells = tuple(replace(cell, row=cell.row - start, rowspan=min(cell.rowspan, stop - cell.row))
                  for cell in table.cells if start <= cell.row < stop)
    return Table(cells, stop - start, table.cols)


def stacked(*tables: Table) -> Table:
    cells: list[Cell] = []
    rows = 0
    for table in tables:
        cells += [replace(cell, row=cell.row + rows) for cell in table.cells]
        rows += table.rows
    return Table(tuple(cells), rows, max(table.cols for table in tables))
