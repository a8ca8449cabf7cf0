"""The identities of the forms: what passes, what fails, and what cannot be assessed."""

from collections import Counter

import pytest

from crawler.reports.checks import run_checks
from gongkai.report import CellTable, CellValue
from tests.reports.printed import figures

both_forms = pytest.mark.parametrize("form_id", ["cn-gov-2019", "cn-gov-2021"])


def cells(form_id: str, seed: int = 0) -> dict[str, CellTable]:
    return {table: {row: {column: number(raw) for column, raw in printed.items()} for row, printed in rows.items()}
            for table, rows in figures(form_id, seed).raw.items()}


def number(raw: str) -> CellValue:
    return CellValue(raw, int(float(raw.removesuffix("万元"))), "number") if raw else CellValue("", None, "blank")


def states(form_id: str, tables: dict[str, CellTable]) -> dict[tuple[str, str], str]:
    return {(check.rule_id, check.scope): check.state for check in run_checks(form_id, tables)}


@pytest.mark.parametrize(("form_id", "rows"), [("cn-gov-2019", 23), ("cn-gov-2021", 25)])
def test_every_row_column_and_block_is_tried(form_id: str, rows: int) -> None:
    counted = Counter(check.rule_id for check in run_checks(form_id, cells(form_id)))
    assert (counted["REQ-ROW"], counted["REQ-PROCESSED"], counted["REQ-FLOW"], counted["RL-SUM"]) == (rows, 7, 7, 3)
    assert (counted["NONNEG"], counted["INT"]) == (3, 3)


@both_forms
@pytest.mark.parametrize("seed", range(3))
def test_coherent_figures_pass(form_id: str, seed: int) -> None:
    found = states(form_id, cells(form_id, seed))
    assert {state for (rule, _), state in found.items() if not rule.startswith("PRO-")} == {"pass"}


@both_forms
def test_one_wrong_figure_fails_its_row_and_its_column_with_both_sides(form_id: str) -> None:
    tables = cells(form_id)
    right = tables["requests"]["granted"]["natural_person"].value
    assert right is not None
    tables["requests"]["granted"]["natural_person"] = number(str(int(right) + 5))
    failed = {(c.rule_id, c.scope): (c.left, c.right) for c in run_checks(form_id, tables) if c.state == "fail"
              and not c.rule_id.startswith("PRO-")}
    assert set(failed) == {("REQ-ROW", "granted"), ("REQ-PROCESSED", "natural_person")}
    left, total = failed["REQ-ROW", "granted"]
    assert left is not None
    assert total == left - 5


@both_forms
def test_a_blank_counts_as_nought_where_the_table_has_figures(form_id: str) -> None:
    tables = cells(form_id)
    row = tables["requests"]["carried_out"]
    tables["requests"]["carried_out"] = {key: number("" if cell.value == 0 else cell.raw) for key, cell in row.items()}
    assert states(form_id, tables)["REQ-ROW", "carried_out"] == "pass"


@both_forms
@pytest.mark.parametrize("table", ["proactive", "requests", "review_litigation"])
def test_a_wholly_blank_table_is_missing_data(form_id: str, table: str) -> None:
    tables = cells(form_id)
    tables[table] = {row: dict.fromkeys(printed, number("")) for row, printed in tables[table].items()}
    found = states(form_id, tables)
    assert found["INT", table] == found["NONNEG", table] == "not_assessable"
    without = {key: rows for key, rows in tables.items() if key != table}
    assert states(form_id, without) == found


@both_forms
def test_an_unreadable_cell_spoils_only_the_checks_it_belongs_to(form_id: str) -> None:
    tables = cells(form_id)
    tables["requests"]["granted"]["org_research"] = CellValue("若干", None, "text")
    found = states(form_id, tables)
    assert found["REQ-ROW", "granted"] == found["REQ-PROCESSED", "org_research"] == "not_assessable"
    assert found["REQ-ROW", "carried_in"] == found["REQ-PROCESSED", "total"] == "pass"
    assert found["INT", "requests"] == "fail"


@both_forms
def test_a_row_that_was_not_found_leaves_the_columns_open(form_id: str) -> None:
    tables = cells(form_id)
    del tables["requests"]["denied_third_party"]
    found = states(form_id, tables)
    assert found["REQ-ROW", "denied_third_party"] == found["REQ-PROCESSED", "total"] == "not_assessable"
    assert found["REQ-ROW", "granted"] == "pass"


def test_a_negative_count_fails_but_a_negative_change_does_not() -> None:
    tables = cells("cn-gov-2019")
    tables["proactive"]["administrative_penalty"]["items_change"] = CellValue("-3", -3, "number")
    assert states("cn-gov-2019", tables)["NONNEG", "proactive"] == "pass"
    tables["proactive"]["administrative_penalty"]["items_prev_year"] = CellValue("2", 2, "number")
    assert states("cn-gov-2019", tables)["PRO-NONNEG", "administrative_penalty"] == "fail"
    tables["proactive"]["regulations"]["disclosed_total"] = CellValue("-1", -1, "number")
    assert states("cn-gov-2019", tables)["NONNEG", "proactive"] == "fail"


@pytest.mark.parametrize("form_id", [None, "cn-gov-pre2014", "no-such-form"])
def test_a_text_without_the_tables_has_no_checks(form_id: str | None) -> None:
    assert run_checks(form_id, {}) == ()
