"""Cells in the form's own words."""

import pytest

from crawler.reports.captions import caption
from crawler.reports.forms import load_forms


@pytest.mark.parametrize(("cell", "says"), [
    (("REQ", "new_received", "total"), "收到和处理政府信息公开申请情况 · 一、本年新收政府信息公开申请数量 · 总计"),
    (("PRO", "administrative_penalty", "decisions"), "主动公开政府信息情况 · 行政处罚 · 本年处理决定数量"),
    (("RL", "figures", "review_total"), "政府信息公开行政复议、行政诉讼情况 · 行政复议 总计"),
    (("REQ", "nothing", "total"), ""), (("REQ", "new_received", "nothing"), ""), (("x", "y", "z"), "")])
def test_a_cells_name_on_paper(cell: tuple[str, str, str], says: str) -> None:
    assert caption(*cell) == says


def test_the_reports_own_form_is_asked_first() -> None:
    cell = ("PRO", "administrative_penalty", "decisions")
    assert {caption(*cell, form) for form in load_forms()} == {
        "主动公开政府信息情况 · 行政处罚 · 本年处理决定数量", "主动公开政府信息情况 · 行政处罚 · 处理决定数量"}
