"""Tables flattened to text in the ways seen in the field; where the text does not tell, nothing is guessed."""

from collections.abc import Callable, Sequence

import pytest

from crawler.reports.cells import read_tables
from gongkai.document import Document
from tests.reports.printed import TITLES, Figures, Printed, figures, grid, plain, requests_grid, wrong_cells

Rows = Sequence[Sequence[Printed]]
both_forms = pytest.mark.parametrize("form_id", ["cn-gov-2019", "cn-gov-2021"])


def tabs(rows: Rows) -> str:
    return grid([list(row) for row in rows]).text()


def bars_by_row(rows: Rows) -> str:
    """Padding bars at the row's end for every further column a cell takes."""
    return "\n".join(" | ".join(text for text, _, _ in row) + " |" + "|" * sum(across - 1 for _, _, across in row)
                     for row in rows)


def bar_by_cell(rows: Rows) -> str:
    return bars_by_row(rows).replace(" | ", " |\n").replace(" ||", " |\n|")


def indented(rows: Rows) -> str:
    """One cell a line after a tab, merged cells as empty ones, an empty line between rows."""
    table = grid([list(row) for row in rows])
    lines = []
    for number, row in enumerate(table.grid()):
        cells = {id(cell): "" if cell.row < number else cell.text for cell in row if cell}
        lines.append("\n".join("\t" + text for text in cells.values()))
    return "\n\n".join(lines)


def parted_by_empty_lines(rows: Rows) -> str:
    """Every cell is followed by an empty line; an empty cell leaves one more."""
    return "".join(f"{text}\n\n" if text else "\n" for row in rows for text, _, _ in row)


def line_by_cell(rows: Rows) -> str:
    return "\n".join(text for row in rows for text, _, _ in row if text)


def spaced(rows: Rows) -> str:
    return "\n".join(" ".join(text for text, _, _ in row) for row in rows)


def markdown(rows: Rows) -> str:
    return "\n".join("| " + " | ".join(text for text, _, _ in row) + " |\n" + "|---" * len(row) + "|" for row in rows)


def text_of(made: Figures, style: Callable[[Rows], str]) -> str:
    first, second, third = (style(made.grids[key]) for key in ("proactive", "requests", "review_litigation"))
    return "\n".join(["某某局2024年政府信息公开工作年度报告", TITLES[0],
                      "全年主动公开信息100条，新收申请14件。" * 5 + "未发布涉密或者敏感的信息内容。",
                      TITLES[1], first, TITLES[2], second, TITLES[3], third, TITLES[4],
                      "一、存在问题。" + "还不够。" * 20, TITLES[5], "无。"])


@both_forms
@pytest.mark.parametrize("zero", ["0", "", "mixed"])
@pytest.mark.parametrize("style", [tabs, bars_by_row, bar_by_cell, indented, parted_by_empty_lines, markdown])
@pytest.mark.parametrize("seed", range(3))
def test_flattenings_that_keep_empty_cells(form_id: str, style: Callable[[Rows], str], zero: str, seed: int) -> None:
    made = figures(form_id, seed, zero)
    reading = read_tables(plain(text_of(made, style)))
    assert reading.form_id == form_id
    assert wrong_cells(reading, made) == []


def own_cells(rows: Rows) -> str:
    """Each row its own cells: merged ones leave no place in the rows and columns they reach into."""
    return "\n".join("\t".join(text for text, _, _ in row) for row in rows)


def own_cells_cut(rows: Rows) -> str:
    return "\n".join(line.rstrip("\t") for line in own_cells(rows).splitlines())


def own_cells_ended(rows: Rows) -> str:
    return "\n".join(line + "\t" for line in own_cells(rows).splitlines())


def two_tabs(rows: Rows) -> str:
    return own_cells(rows).replace("\t", "\t\t")


def grid_cut_at_both_ends(rows: Rows) -> str:
    return "\n".join(line.strip("\t") for line in tabs(rows).splitlines())


@both_forms
@pytest.mark.parametrize("zero", ["0", "", "mixed"])
@pytest.mark.parametrize("style", [own_cells, own_cells_cut, own_cells_ended, two_tabs, grid_cut_at_both_ends])
def test_tabs_where_merged_cells_take_another_room(form_id: str, style: Callable[[Rows], str], zero: str) -> None:
    """Every figure is found; which cells print nought and which nothing is not told where tabs were lost."""
    made = figures(form_id, 1, zero)
    reading = read_tables(plain(text_of(made, style)))
    bad = [(row, column, raw) for row, cells in made.raw["requests"].items() for column, raw in cells.items()
           if (cell := reading.tables["requests"][row][column]).raw != raw and {cell.raw, raw} != {"", "0"}]
    assert bad == []
    assert [line for line in wrong_cells(reading, made) if line.startswith("review")] == []


def test_tabs_and_blanks_that_were_lost_leave_a_row_unread_where_its_sum_does_not_tell() -> None:
    made = figures("cn-gov-2021", 1)
    label = "（一）予以公开"
    lines = [label + "\t3\t3\t6" if label in line else line
             for line in text_of(made, own_cells).splitlines()]
    assert any(line.endswith("\t3\t3\t6") for line in lines)
    reading = read_tables(plain("\n".join(lines)))
    granted = reading.tables["requests"]["granted"]
    assert {cell.semantic for column, cell in granted.items() if column != "total"} == {"text"}
    assert any("granted" in warning for warning in reading.warnings)


@both_forms
@pytest.mark.parametrize("style", [line_by_cell, spaced])
@pytest.mark.parametrize("seed", range(3))
def test_flattenings_that_lose_empty_cells_are_exact_where_none_is_empty(form_id: str, style: Callable[[Rows], str],
                                                                       seed: int) -> None:
    made = figures(form_id, seed)
    assert wrong_cells(read_tables(plain(text_of(made, style))), made) == []


@both_forms
@pytest.mark.parametrize("zero", ["", "mixed"])
@pytest.mark.parametrize("style", [line_by_cell, spaced])
@pytest.mark.parametrize("seed", range(3))
def test_where_empty_cells_are_lost_no_figure_is_put_in_the_wrong_place(form_id: str, style: Callable[[Rows], str],
                                                                      zero: str, seed: int) -> None:
    made = figures(form_id, seed, zero)
    reading = read_tables(plain(text_of(made, style)))
    wrong = [(table, row, column) for table, rows in reading.tables.items() for row, cells in rows.items()
             for column, cell in cells.items() if cell.value is not None
             and any(f"{table}.{row}.{column}:" in line for line in wrong_cells(reading, made))]
    flagged = "\n".join(reading.warnings)
    assert [one for one in wrong if one[1] not in flagged] == []
    assert not [one for one in wrong if one[0] == "requests"]


@both_forms
@pytest.mark.parametrize("seed", range(3))
def test_a_tab_grid_where_the_label_of_a_sub_item_took_a_column(form_id: str, seed: int) -> None:
    made = figures(form_id, seed, "")
    for row in made.raw["requests"].values():  # the lost column is 商业企业; what stood in it could not be told
        lost = int(row["org_commercial"] or 0)
        row["org_commercial"], row["total"] = "", str(int(row["total"] or 0) - lost)
    lines = []
    for number, line in enumerate(tabs(requests_grid(made)).splitlines()):
        cells = line.split("\t")
        cells += [""] * (10 - len(cells))
        lost = 4 if number >= 3 and cells[2] else 2
        lines.append("\t".join([*cells[:lost], *cells[lost + 1:]]))
    made.grids["requests"] = []
    reading = read_tables(plain(text_of(made, tabs).replace(TITLES[2], TITLES[2] + "\n" + "\n".join(lines))))
    assert [line for line in wrong_cells(reading, made) if line.startswith("requests")] == []


@both_forms
def test_rows_whose_labels_were_carried_off_are_told_by_their_place(form_id: str) -> None:
    made = figures(form_id, 1)
    gone = ("5.要求行政机关确认或重新出具已获取信息", "（二）部分公开")
    made.grids["requests"] = [[cell for cell in row if cell[0] not in gone] for row in made.grids["requests"]]
    reading = read_tables(plain(text_of(made, markdown)))
    assert wrong_cells(reading, made) == []
    assert sum("told by its place" in warning for warning in reading.warnings) == 2


@both_forms
def test_labels_in_one_column_and_figures_in_another(form_id: str) -> None:
    made = figures(form_id, 2)
    rows = made.grids["requests"]
    labels = [text for row in rows[3:] for text, _, _ in row[:-7]]
    values = [" ".join(text for text, _, _ in row[-7:]) for row in rows[3:]]
    text = text_of(made, spaced).replace(spaced(rows[3:]), "\n".join(labels + values))
    reading = read_tables(plain(text))
    assert wrong_cells(reading, made) == []
    assert any("told by its place" in warning for warning in reading.warnings)


@both_forms
def test_figures_printed_beside_labels_of_two_lines(form_id: str) -> None:
    """Text of a PDF: the figures stand between the lines of a wrapped label, group labels run down the side."""
    made = figures(form_id, 3)
    lines = spaced(made.grids["requests"])
    for label in ("4.无正当理由大量反复申请", "3.危及三安全一稳定", "2.没有现成信息需要另行制作"):
        at = lines.index(label)
        end = lines.index("\n", at)
        values = lines[at + len(label):end].strip()
        lines = f"{lines[:at].rstrip(' ')}\n本\n{values}\n{label[:8]}\n{label[8:]}{lines[end:]}"
    reading = read_tables(plain(text_of(made, spaced).replace(spaced(made.grids["requests"]), lines)))
    assert wrong_cells(reading, made) == []


@both_forms
def test_figures_without_labels_that_do_not_add_up_are_left_unread(form_id: str) -> None:
    made = figures(form_id, 2)
    rows = made.grids["requests"]
    labels = [text for row in rows[3:] for text, _, _ in row[:-7]]
    values = [" ".join(text for text, _, _ in row[-7:]) for row in rows[3:]]
    values[2], values[-1] = values[-1], values[2]
    text = text_of(made, spaced).replace(spaced(rows[3:]), "\n".join(labels + values))
    reading = read_tables(plain(text))
    assert not [cell for row in reading.tables.get("requests", {}).values() for cell in row.values() if cell.value]
    assert any("requests" in warning for warning in reading.warnings)


@both_forms
def test_page_numbers_between_the_rows(form_id: str) -> None:
    made = figures(form_id, 1)
    lines = text_of(made, line_by_cell).splitlines()
    for at in (60, 120, 180):
        lines.insert(at, "— 4 —")
    assert wrong_cells(read_tables(plain("\n".join(lines))), made) == []


def test_prose_that_names_the_heads_is_no_table() -> None:
    text = "本年制发件数、本年废止件数和现行有效件数按实有数填写，本年收费金额以万元为单位，信息内容应当完整，" * 5
    assert read_tables(plain(text)).form_id is None


def test_rows_parted_by_tabs_are_a_grid_also_where_the_text_ends_with_them() -> None:
    """A blank between two tabs keeps its place, whatever stands behind the last row or nothing does."""
    made = figures("cn-gov-2019", 7)
    blank = {"0": ""}
    text = "\n".join("\t".join(blank.get(cell[0], cell[0]) for cell in row) for row in made.grids["review_litigation"])
    wanted = {key: blank.get(raw, raw) for key, raw in made.raw["review_litigation"]["figures"].items()}
    for end in ("", "\n", "\n\n以上。\n"):
        document = Document("ok", "txt", text=f"信息内容\t上一年项目数量\n{text}{end}")
        read = read_tables(document).tables["review_litigation"]["figures"]
        assert {key: cell.raw for key, cell in read.items()} == wanted, end
