"""What a printed cell says, and what is not guessed."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.reports.values import head_unit, looks_like_value, read_value


@pytest.mark.parametrize(("raw", "value"), [
    ("0", 0), ("14", 14), ("447228", 447228), ("1,234", 1234), ("1，234", 1234), ("１４", 14), ("14件", 14),
    ("14 条", 14), ("14.0", 14), ("1 4", 14), ("4\n22", 422), ("\u00a07\u3000", 7)])
def test_counts(raw: str, value: int) -> None:
    cell, remark = read_value(raw)
    assert (cell.value, cell.semantic, remark) == (value, "number" if value else "zero", None)


@pytest.mark.parametrize("raw", ["", " ", "　", "\u00a0", "\u200b"])
def test_blanks_have_no_value(raw: str) -> None:
    cell, _ = read_value(raw)
    assert (cell.raw, cell.value, cell.semantic) == ("", None, "blank")


@pytest.mark.parametrize("raw", ["无", "零", "〇", "—", "–", "-", "--", "/", "／", "\\", "*", "N/A"])
def test_marks_for_none_count_as_zero_and_are_flagged(raw: str) -> None:
    cell, _ = read_value(raw)
    assert (cell.value, cell.semantic, cell.raw) == (0, "na_mark", raw)


@pytest.mark.parametrize(("raw", "value"), [
    ("+19", 19), ("＋1", 1), ("-8", -8), ("－8", -8), ("减1043", -1043), ("减少 3", -3), ("增5", 5), ("增加5", 5),
    ("↑2", 2), ("↓2", -2), ("（8）", -8), ("不变", 0), ("持平", 0), ("无增减", 0), ("31", 31)])
def test_changes(raw: str, value: int) -> None:
    assert read_value(raw, "signed")[0].value == value


@pytest.mark.parametrize("raw", ["（8）", "减1043", "不变", "若干", "见附件", "约100", "100余", "3-5", "14.5", "1" * 16,
                                 "２０２０年"])
def test_words_that_are_no_count_give_no_value(raw: str) -> None:
    cell, remark = read_value(raw)
    assert (cell.value, cell.semantic) == (None, "text")
    assert remark


@pytest.mark.parametrize(("raw", "head", "yuan", "unit"), [
    ("1830 万元", None, "18300000", "万元"), ("7249.4746万元", None, "72494746", "万元"),
    ("120474.07元", None, "120474.07", "元"), ("1417.05万元", "元", "14170500", "万元"),
    ("96171.6", "万元", "961716000", "万元"), ("1.2亿", None, "120000000", "亿"), ("￥1,830.00", None, "1830", None),
    ("1830万", None, "18300000", "万"), ("人民币1830万元", None, "18300000", "万元"), ("0.00", "万元", "0", "万元"),
    ("5百万元", None, "5000000", "百万元")])
def test_money_in_yuan(raw: str, head: str | None, yuan: str, unit: str | None) -> None:
    cell, _ = read_value(raw, "money", head)
    assert (cell.value, cell.unit) == (Decimal(yuan), unit)
    assert "E" not in str(cell.value)


def test_a_note_beside_the_figure_is_set_aside_and_told() -> None:
    cell, remark = read_value("22 （其中修订16件）")
    assert (cell.value, cell.raw) == (22, "22 （其中修订16件）")
    assert remark is not None
    assert "16" in remark


@pytest.mark.parametrize(("head", "unit"), [
    ("本年收费金额（单位：万元）", "万元"), ("采购总金额(元)", "元"), ("采购总金额", None)])
def test_the_unit_a_head_prints(head: str, unit: str | None) -> None:
    assert head_unit(head) == unit


@pytest.mark.parametrize("text", ["1.属于国家秘密", "3.其他", "（七）总计", "规章", "2020年", "第二十条第（一）项",
                                  "一"])
def test_labels_are_no_figures(text: str) -> None:
    assert not looks_like_value(text)


@given(st.integers(0, 10**12), st.sampled_from(["{}", " {} ", "{:,}", "{}件", "{}.0"]))
def test_every_printing_of_a_count_gives_the_count(number: int, printing: str) -> None:
    assert read_value(printing.format(number))[0].value == number


@given(st.decimals(0, 10**9, places=2), st.sampled_from([("元", 1), ("万元", 10**4), ("亿元", 10**8)]))
def test_money_is_exact(amount: Decimal, unit: tuple[str, int]) -> None:
    assert read_value(f"{amount}{unit[0]}", "money")[0].value == amount * unit[1]


@given(st.text(max_size=300), st.sampled_from(["count", "signed", "money"]))
def test_no_text_breaks_the_reader_or_is_lost(raw: str, kind: str) -> None:
    cell, _ = read_value(raw, kind)  # type: ignore[arg-type]
    assert (cell.value is None) == (cell.semantic in ("blank", "text"))
    assert cell.semantic == "blank" or cell.raw
    looks_like_value(raw)
