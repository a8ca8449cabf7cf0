"""Printed tables as exact grids, and hostile ones without harm."""

import time

import pytest

from crawler.normalise import normalise
from crawler.normalise.grid import MAX_COLS, MAX_POSITIONS, Span, expand
from gongkai.document import Document
from tests.normalise.grids import all_texts, texts
from tests.normalise.makers import PROSE, REQUESTS, expanded, html_table, page


def read(table: str) -> Document:
    return normalise(page(f"<div id=zoom><p>{PROSE}</p>{table}</div>"))


def test_spans_stand_at_every_position_they_cover() -> None:
    assert all_texts(read(html_table(REQUESTS))) == [expanded(REQUESTS)]


def test_each_printed_cell_is_kept_once_with_its_spans() -> None:
    cells = read(html_table(REQUESTS)).tables[0].cells
    assert len(cells) == sum(len(row) for row in REQUESTS)
    assert (cells[0].rowspan, cells[0].colspan) == (2, 3)


@pytest.mark.parametrize(
    "table",
    [
        "<table><tr><td>甲<td>乙<td>丙<tr><td>1<td>2<td>3</table>",
        "<table><thead><tr><th>甲</th><th>乙</th><th>丙</th></tr></thead><tbody><tr><td>1</td><td>2</td><td>3</td></tr></tbody></table>",
        "<table><tr><td>甲</td><td>乙</td><td>丙</td></tr><tr></tr><tr><td>1</td><td>2</td><td>3</td></tr></table>",
        "<table><tr><td colspan=2>甲</td><td>乙</td><td>丙</td></tr>"
        "<tr><td colspan=2>1</td><td>2</td><td>3</td></tr></table>",
        "<table><tr><td rowspan='0'>甲</td><td rowspan='x'>乙</td><td colspan=''>丙</td></tr></table>"
        "<table><tr><td>1<td>2<td>3</table>",
    ],
)
def test_careless_markup_gives_the_grid_a_browser_shows(table: str) -> None:
    rows = [row for grid in all_texts(read(table)) for row in grid]
    assert rows == [["甲", "乙", "丙"], ["1", "2", "3"]]


def test_a_table_of_one_column_is_no_table() -> None:
    rows = "".join(f"<tr><td>{text}</td></tr>" for text in ("标题", "2024-01-12 点击：8676", PROSE, "打印本页"))
    document = normalise(page(f"<table>{rows}</table>"))
    assert document.text == f"标题\n{PROSE}"
    assert document.metadata == {"发布时间": "2024-01-12"}


def test_lines_of_a_cell_stay_lines() -> None:
    cell = (
        read("<table><tr><td><p>规范性</p><p>文件</p></td><td>4<br>22</td></tr><tr><td>a</td><td>b</td></tr></table>")
        .tables[0]
        .cells[0]
    )
    assert cell.text == "规范性\n文件"


def test_a_small_table_inside_a_cell_stays_in_the_cell() -> None:
    table = "<table><tr><td>甲</td><td><table><tr><td>1</td><td>2</td></tr></table></td></tr>"
    table += "<tr><td>乙</td><td>3</td></tr></table>"
    assert all_texts(read(table)) == [[["甲", "12"], ["乙", "3"]]]


def test_enormous_spans_cost_nothing() -> None:
    document = read(
        f"<table><tr><td colspan=100000000 rowspan=100000000>甲</td><td>丙</td></tr>"
        f"<tr><td>乙</td></tr></table>{html_table(REQUESTS)}"
    )
    assert all_texts(document)[-1] == expanded(REQUESTS)
    assert document.tables[0].cols <= 3


def test_four_hundred_thousand_cells_are_cut_and_said_so() -> None:
    begin = time.process_time()
    document = read(html_table(REQUESTS) + "<table>" + ("<tr>" + "<td>1</td>" * 400 + "</tr>") * 1000 + "</table>")
    assert time.process_time() - begin < 30
    assert document.status == "partial"
    assert texts(document.tables[0]) == expanded(REQUESTS)
    assert sum(len(table.cells) for table in document.tables) <= MAX_POSITIONS + 100


def test_overlapping_spans_do_not_overlap_in_the_grid() -> None:
    table = expand([[Span("a"), Span("b", rowspan=3)], [Span("c", colspan=5)], [Span("d")]]).table
    covered = [
        (r, c)
        for cell in table.cells
        for r in range(cell.row, cell.row + cell.rowspan)
        for c in range(cell.col, cell.col + cell.colspan)
    ]
    assert len(covered) == len(set(covered))
    assert all(r < table.rows and c < table.cols for r, c in covered)


def test_a_row_of_too_many_cells_is_cut() -> None:
    grid = expand([[Span("x")] * (MAX_COLS * 3)])
    assert grid.cut
    assert grid.table.cols == MAX_COLS
