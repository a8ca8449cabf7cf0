"""Ruled tables from strokes and text, whoever drew them."""

import pytest

from crawler.normalise.printed import blocks, in_order
from crawler.normalise.ruled import MAX_RULES, Stroke, Text, lines, read_ruled, strokes_of
from gongkai.document import Table
from tests.normalise.grids import texts
from tests.normalise.makers import REQUESTS, GridSource, expanded, placed

WIDTH, HEIGHT, SIZE = 60.0, 30.0, 10.0
LEFT, TOP = 50.0, 100.0


def drawn(grid: GridSource, top: float = TOP) -> tuple[list[Stroke], list[Text]]:
    """Each printed cell as the four sides of a rectangle, its text wrapped, one run a character."""
    strokes: list[Stroke] = []
    runs: list[Text] = []
    for r, c, text, height, width in placed(grid):
        x, y = LEFT + c * WIDTH, top + r * HEIGHT
        strokes += strokes_of(x, y, x + width * WIDTH, y + height * HEIGHT)
        fits = int((width * WIDTH - 6) // SIZE)
        for i, char in enumerate(text):
            at, line = x + 3 + SIZE * (i % fits), y + 2 + (SIZE + 1) * (i // fits)
            runs.append(Text(char, at, line, at + SIZE, line + SIZE))
    return strokes, runs


def only(strokes: list[Stroke], runs: list[Text]) -> Table:
    ruling = read_ruled(strokes, runs)
    found = [block.table for block in blocks([in_order([], ruling.tables, 1)]) if block.table]
    assert len(found) == 1
    return found[0]


def test_merged_cells_come_out_with_their_spans() -> None:
    assert texts(only(*drawn(REQUESTS))) == expanded(REQUESTS)


def test_rules_in_pieces_doubled_or_a_little_off_are_the_same_table() -> None:
    strokes, runs = drawn(REQUESTS)
    pieces = [
        Stroke(s.x0 + (s.x1 - s.x0) * i / 5 + wobble, s.top + (s.bottom - s.top) * i / 5 - wobble,
               s.x0 + (s.x1 - s.x0) * (i + 0.9) / 5 + wobble, s.top + (s.bottom - s.top) * (i + 0.9) / 5 - wobble)
        for s in strokes for i in range(5) for wobble in (-0.6, 0.6)
    ]
    assert texts(only(pieces, runs)) == expanded(REQUESTS)


def test_a_table_open_at_its_sides_is_closed_by_its_longest_rules() -> None:
    strokes, runs = drawn(REQUESTS)
    right = LEFT + 6 * WIDTH
    inner = [s for s in strokes if s.x0 != s.x1 or s.x0 not in (LEFT, right)]
    assert texts(only(inner, runs)) == expanded(REQUESTS)


def test_a_missing_rule_gives_rectangles_all_the_same_and_is_said() -> None:
    grid: GridSource = [[("甲", 1, 1), ("1", 1, 1), ("2", 1, 1)], [("乙", 1, 1), ("3", 1, 1), ("4", 1, 1)]]
    strokes, runs = drawn(grid)
    broken = [s for s in strokes if not (s.top == s.bottom == TOP + HEIGHT and s.x0 == LEFT)
              and not (s.x0 == s.x1 == LEFT + WIDTH and s.top == TOP)]
    assert texts(only(broken, runs)) == [["甲1", "甲1", "2"], ["乙", "3", "4"]]
    assert "no rectangles" in read_ruled(broken, runs).warnings[0]


def test_frames_underlines_and_the_text_around_are_no_tables() -> None:
    strokes, runs = drawn([[("甲", 1, 1), ("1", 1, 1)], [("乙", 1, 1), ("2", 1, 1)]])
    frame = list(strokes_of(10, 10, 580, 830))
    underline = [Stroke(60, 60, 200, 60)]
    heading = [Text("二、主动公开", 60, 48, 140, 58)]
    ruling = read_ruled(strokes + frame + underline, runs + heading)
    assert [[box.text for box in table] for table in ruling.tables] == [["甲", "1", "乙", "2"]]
    assert [line.text for line in lines(ruling.loose)] == ["二、主动公开"]


def test_the_space_beside_a_table_that_is_no_rectangle_belongs_to_the_page() -> None:
    strokes = [*strokes_of(50, 100, 170, 130), Stroke(110, 100, 110, 130), *strokes_of(50, 130, 110, 160)]
    runs = [Text("甲", 60, 110, 70, 120), Text("1", 120, 110, 130, 120), Text("乙", 60, 140, 70, 150),
            Text("旁注", 130, 140, 150, 150)]
    ruling = read_ruled(strokes, runs)
    assert [box.text for box in ruling.tables[0]] == ["甲", "1", "乙"]
    assert [text.text for text in ruling.loose] == ["旁注"]


def test_a_table_over_a_page_break_is_one() -> None:
    head: GridSource = [[("甲项内容", 1, 1), ("1", 1, 1)]]
    tail: GridSource = [[("乙项内容", 1, 1), ("2", 1, 1)]]
    pages = [in_order([], read_ruled(*drawn(part)).tables, number) for number, part in ((1, head), (2, tail))]
    found = [block.table for block in blocks(pages) if block.table]
    assert [texts(table) for table in found] == [expanded(head + tail)]


def test_a_column_too_narrow_to_see_is_none() -> None:
    strokes, runs = drawn([[("甲", 1, 1), ("1", 1, 1)], [("乙", 1, 1), ("2", 1, 1)]])
    sliver = [Stroke(LEFT + WIDTH + 2.5, TOP, LEFT + WIDTH + 2.5, TOP + 2 * HEIGHT)]
    assert only(strokes + sliver, runs).cols == 2


def test_bold_by_printing_twice_is_read_once() -> None:
    twice = [Text(char, at + shift, 0, at + 10 + shift, 10) for at, char in ((0, "总"), (10, "计")) for shift in (0, 1)]
    assert [line.text for line in lines(twice)] == ["总计"]


@pytest.mark.parametrize("strokes", [
    [Stroke(0, 5.0 * i, 500, 5.0 * i) for i in range(MAX_RULES + 10)] + [Stroke(0, 0, 0, 9_000)],
    [s for i in range(300) for s in (Stroke(0, 5.0 * i, 1500, 5.0 * i), Stroke(5.0 * i, 0, 5.0 * i, 1500))],
], ids=["rules without end", "positions without end"])
def test_a_page_of_hatching_is_said_to_be_unread(strokes: list[Stroke]) -> None:
    ruling = read_ruled(strokes, [Text("文字", 7, 7, 9, 9)])
    assert (len(ruling.tables), len(ruling.loose), len(ruling.warnings)) == (0, 1, 1)
