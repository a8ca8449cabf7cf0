"""The statistics table of 2014 to 2018 in every way sites print it, and the provincial tables before it."""

import random
from collections.abc import Sequence

import pytest

from crawler.normalise import normalise
from crawler.reports.cells import TablesReading, read_tables
from crawler.reports.checks import run_checks
from samplesite.figures import Ledger, forms
from tests.reports.printed import document, grid

Row = tuple[str, str, str]
ROWS = forms()["statistics"]["rows"]


def book(year: int = 2016, seed: str = "statistics") -> tuple[list[Row], dict[str, int]]:
    """Printed rows (label, unit, figure) and what they are to be read as, money in 元."""
    figures = Ledger(seed).years[year]["statistics"]
    gold = {key: int(cells["count"] or 0) for key, cells in figures.items()}
    rows = [(label[0], label[1] if len(label) > 1 else "", "" if len(label) == 1 else
             str(gold[key] // 10_000 if label[1] == "万元" else gold[key])) for key, label in ROWS.items()]
    return rows, gold


def read_text(text: str) -> TablesReading:
    return read_tables(normalise(text.encode()))


def values(reading: TablesReading) -> dict[str, object]:
    return {key: cells["count"].value for key, cells in reading.tables["statistics"].items()}


def in_grid(rows: Sequence[Sequence[str]]) -> TablesReading:
    return read_tables(document(grid([[(text, 1, 1) for text in row] for row in rows])))


def test_every_figure_of_the_table_and_its_sums() -> None:
    rows, gold = book()
    reading = in_grid([("统计指标", "单位", "统计数"), *rows])
    assert reading.form_id == "cn-gov-2014stat"
    assert (values(reading), reading.warnings) == (gold, ())
    checks = run_checks(reading.form_id, reading.tables)
    assert {check.state for check in checks} == {"pass"}
    assert {check.rule_id for check in checks} >= {"STAT-APPLICATIONS", "STAT-REPLIES", "STAT-LITIGATION", "NONNEG"}


PRINTS = {
    "one cell a line": lambda rows: "\n".join(f"{a}\n{b}\n{c}" if b else a for a, b, c in rows),
    "bars": lambda rows: "\n".join(f"| {a} | {b} | {c} |" for a, b, c in rows),
    "tabs": lambda rows: "\n".join(f"{a}\t{b}\t{c}" for a, b, c in rows),
    "blanks": lambda rows: "\n".join(f"{a} {b} {c}" for a, b, c in rows),
    "unit behind the figure": lambda rows: "\n".join(f"{a}\n{c}{b}" for a, b, c in rows),
    "labels apart from figures": lambda rows: "\n".join([a for a, _, _ in rows] + [c for _, b, c in rows if b]),
}


@pytest.mark.parametrize("printed", PRINTS)
def test_flattened_text(printed: str) -> None:
    rows, gold = book()
    reading = read_text("附表\n" + PRINTS[printed](rows) + "\n")
    assert values(reading) == gold


def test_rows_and_columns_of_a_province_are_kept_raw_and_shift_nothing() -> None:
    rows, gold = book()
    rows.insert(7, ("4.政务客户端公开政府信息数", "条", "4711"))
    wide = [(str(n), *row, str(n * 7)) for n, row in enumerate(rows, 1)]
    reading = in_grid([("编号", "统计指标", "单位", "本年度", "历年累计"), *wide])
    assert values(reading) == gold
    assert any("4.政务客户端公开政府信息数" in warning and "4711" in warning for warning in reading.warnings)


def test_a_sheet_printed_in_two_halves() -> None:
    rows, gold = book()
    half = len(rows) // 2
    right = [*rows[half:], *[("", "", "")] * (2 * half - len(rows))]
    reading = in_grid([("统计指标", "单位", "统计数") * 2, *[(*a, *b) for a, b in zip(rows, right, strict=False)]])
    missing = {key: value for key, value in gold.items() if values(reading).get(key) != value}
    assert len(missing) <= 1  # an odd row at the end of the shorter half


def test_blank_and_unreadable_figures_are_not_noughts() -> None:
    rows, gold = book()
    printed = {"1.当面申请数": "", "2.传真申请数": "若干"}
    reading = in_grid([("统计指标", "单位", "统计数"), *[(a, b, printed.get(a, c)) for a, b, c in rows]])
    cells = reading.tables["statistics"]
    assert (cells["app_in_person"]["count"].semantic, cells["app_fax"]["count"].semantic) == ("blank", "text")
    assert {c.state for c in run_checks(reading.form_id, reading.tables) if c.rule_id == "STAT-APPLICATIONS"} == {
        "not_assessable"}
    assert sum(values(reading)[key] == value for key, value in gold.items()) >= len(gold) - 2


def test_a_sum_that_does_not_hold_is_kept_and_flagged() -> None:
    rows, _ = book()
    reading = in_grid([("统计指标", "单位", "统计数"),
                       *[(a, b, "999" if a == "（一）收到申请数" else c) for a, b, c in rows]])
    assert values(reading)["applications"] == 999
    assert [c.scope for c in run_checks(reading.form_id, reading.tables) if c.state == "fail"] == ["count"]
    assert any("STAT-APPLICATIONS" in warning for warning in reading.warnings)


def test_a_provincial_table_before_2014_keeps_this_year_and_the_sum_apart() -> None:
    rng = random.Random(3)
    indicators = [("主动公开政府信息数", "条"), ("政府网站公开政府信息数", "条"), ("收到申请数", "件"),
                  ("当面申请数", "件"), ("网络申请数", "件"), ("现场查阅人次", "人次"), ("行政复议数", "件")]
    figures = [(rng.randint(1, 99), rng.randint(100, 999)) for _ in indicators]
    reading = in_grid([("指标名称", "计量单位", "2012年度", "历年累计"),
                       *[(name, unit, str(now), str(since))
                         for (name, unit), (now, since) in zip(indicators, figures, strict=True)]])
    assert reading.form_id is None
    table = reading.tables["indicators"]
    assert [(row["count"].value, row["cumulative"].value) for row in table.values()] == figures
    assert {"disclosed_items", "applications", "现场查阅人次", "review_total"} <= set(table)


def test_prose_alone_gives_no_table() -> None:
    assert read_text("2012年，全县主动公开政府信息 634 条，收到申请 12 件，其中当面申请 3 件。\n").tables == {}
