"""The text against the tables, and one year against the next."""

from dataclasses import replace

import pytest

from crawler.normalise import normalise
from crawler.reports import read_report
from crawler.reports.cells import read_tables
from crawler.reports.prose import prose_checks
from crawler.reports.years import cross_year_checks
from gongkai.report import CellTable, Check, Report, Section, SourceDocument
from samplesite.figures import Ledger
from samplesite.markup import editor
from samplesite.reports import compose
from tests.reports.printed import figures

LEDGER = Ledger("prose")


def report(year: int, ledger: Ledger = LEDGER) -> Report:
    made = compose(ledger, year)
    page = f"<html><head><meta charset=utf-8></head><body><h1>{made.title}</h1>{editor(made.blocks)}</body></html>"
    source = SourceDocument("page", "http://cgj.gov.cn/a.html", ("0" * 64,), normalise(page.encode()))
    return read_report([source]).report


def states(checks: tuple[Check, ...], prefix: str) -> dict[str, str]:
    return {check.rule_id: check.state for check in checks if check.rule_id.startswith(prefix)}


@pytest.mark.parametrize("year", [2016, 2020, 2023])
def test_the_sample_agencys_text_says_what_its_tables_say(year: int) -> None:
    found = states(report(year).checks, "PROSE-")
    assert "fail" not in found.values()
    assert found["PROSE-RECEIVED"] == "pass"


def test_another_number_in_the_text_fails_with_the_sentence() -> None:
    tables = _tables()
    told = int(tables["requests"]["new_received"]["total"].value or 0)
    wrong = f"全年收到政府信息公开申请{told + 1}件，其中当面申请3件。行政复议案件99件。"
    checks = {c.rule_id: c for c in prose_checks([Section("overview", None, wrong)], tables)}
    assert (checks["PROSE-RECEIVED"].state, checks["PROSE-RECEIVED"].left) == ("fail", told + 1)
    assert "收到政府信息公开申请" in checks["PROSE-RECEIVED"].quote
    assert checks["PROSE-CARRIED-OUT"].state == "not_assessable"


def test_received_may_mean_with_what_was_carried_in() -> None:
    tables = _tables()
    both = sum(int(tables["requests"][row]["total"].value or 0) for row in ("new_received", "carried_in"))
    checks = prose_checks([Section("overview", None, f"本年度共受理信息公开申请{both}件。")], tables)
    assert states(checks, "PROSE-RECEIVED") == {"PROSE-RECEIVED": "pass"}


def _tables() -> dict[str, CellTable]:
    return read_tables(figures("cn-gov-2021", 3).document()).tables


def test_what_was_carried_over_arrives_the_year_after() -> None:
    before, after = report(2022), report(2023)
    assert {c.state for c in cross_year_checks(before, after)} == {"pass"}
    items = cross_year_checks(report(2019), report(2020))
    assert {c.rule_id for c in items if c.state == "pass"} == {"REQ-CARRY", "PRO-ITEMS"}
    assert cross_year_checks(before, replace(after, filed_under="另一个局")) == ()
    assert cross_year_checks(report(2021), after) == ()
    assert "fail" in {c.state for c in cross_year_checks(before, report(2023, Ledger("another")))}
