"""The review and litigation figures printed on their side."""

from collections.abc import Sequence

import pytest

from crawler.reports.cells import TablesReading, read_tables
from tests.reports.printed import LEAVES, Figures, Printed, document, figures, grid

BLOCKS = ["行政复议", "未经复议直接起诉", "复议后起诉"]


def printed(made: Figures) -> list[str]:
    return list(made.raw["review_litigation"]["figures"].values())


def read(made: Figures, rows: Sequence[Sequence[Printed]]) -> TablesReading:
    return read_tables(document(*made.tables()[:2], grid(list(map(list, rows)))))


def down(values: list[str]) -> list[list[Printed]]:
    """A line a figure, heads at the left."""
    rows: list[list[Printed]] = []
    for block, name in enumerate(BLOCKS):
        for leaf, words in enumerate(LEAVES):
            head: list[Printed] = []
            if leaf == 0 and block == 0:
                head = [(name, 5, 2)]
            elif leaf == 0:
                head = ([("行政诉讼", 10, 1)] if block == 1 else []) + [(name, 5, 1)]
            rows.append([*head, (words, 1, 1), (values[block * 5 + leaf], 1, 1)])
    return rows


def three_lines(values: list[str]) -> list[list[Printed]]:
    """A line a block, the outcomes as heads above."""
    return [[("", 1, 2), *[(words, 1, 1) for words in LEAVES]],
            [("行政复议", 1, 2), *[(v, 1, 1) for v in values[:5]]],
            [("行政诉讼", 2, 1), (BLOCKS[1], 1, 1), *[(v, 1, 1) for v in values[5:10]]],
            [(BLOCKS[2], 1, 1), *[(v, 1, 1) for v in values[10:]]]]


@pytest.mark.parametrize("turn", [down, three_lines])
@pytest.mark.parametrize("zero", ["0", ""])
@pytest.mark.parametrize("form_id", ["cn-gov-2019", "cn-gov-2021"])
def test_every_figure_stands_under_its_heads(turn, zero: str, form_id: str) -> None:  # type: ignore[no-untyped-def]
    made = figures(form_id, 4, zero)
    reading = read(made, turn(printed(made)))
    cells = reading.tables["review_litigation"]["figures"]
    assert {key: cell.raw for key, cell in cells.items()} == made.raw["review_litigation"]["figures"]
    assert not [warning for warning in reading.warnings if "review" in warning]


def test_a_missing_line_leaves_the_table_unread_rather_than_shifted() -> None:
    made = figures("cn-gov-2021", 4)
    reading = read(made, [row for n, row in enumerate(down(printed(made))) if n != 3])
    wanted = made.raw["review_litigation"]["figures"]
    cells = reading.tables.get("review_litigation", {}).get("figures", {})
    assert all(cell.value is None or cell.raw == wanted[key] for key, cell in cells.items())
