"""The forms are data: every key the archive publishes, and which form a text is printed on."""

from fnmatch import fnmatchcase

import pytest

from crawler.reports.forms import detect_form, load_forms
from crawler.reports.labels import find_label
from tests.reports.printed import document, figures, grid, plain


@pytest.mark.parametrize(("form_id", "cells"), [("cn-gov-2019", (22, 161, 15)), ("cn-gov-2021", (10, 175, 15))])
def test_the_forms_have_every_cell_of_the_national_ones(form_id: str, cells: tuple[int, int, int]) -> None:
    tables = load_forms()[form_id].tables
    proactive = sum(len(b.columns) * sum(not row.optional for row in b.rows) for b in tables["proactive"].blocks)
    requests = len(tables["requests"].columns) * len(tables["requests"].required)
    review = sum(len(block.columns) for block in tables["review_litigation"].blocks)
    assert (proactive, requests, review) == cells
    assert [section.ordinal for section in load_forms()[form_id].sections] == list("一二三四五六")


@pytest.mark.parametrize("form_id", ["cn-gov-2019", "cn-gov-2021"])
def test_no_two_rows_answer_to_one_label(form_id: str) -> None:
    rows = load_forms()[form_id].tables["requests"].all_rows
    for row in rows:
        others = [other.label for other in rows if not other.only_in_group or other.group == row.group]
        found = find_label(row.label.names[0], others)
        assert found is not None
        assert found.key == row.key


@pytest.mark.parametrize("form_id", ["cn-gov-2019", "cn-gov-2021"])
def test_every_identity_names_keys_that_exist(form_id: str) -> None:
    form = load_forms()[form_id]
    for identity in form.identities:
        table = form.tables[identity.table]
        keys = {c.key for c in table.all_columns} if identity.each != "column" else {r.key for r in table.all_rows}
        for pattern in (*identity.left, *identity.right):
            assert any(fnmatchcase(key, pattern) for key in keys), pattern
        assert set(identity.rows) <= {row.key for row in table.all_rows}


def test_the_heads_decide_and_not_the_document_that_is_cited() -> None:
    cites = "根据《政府信息公开工作年度报告格式（试行）》（国办公开办函〔2019〕60号）要求编制2022年度报告。"
    form_id, quote = detect_form(document(cites, *figures("cn-gov-2021").tables()))
    assert form_id == "cn-gov-2021"
    assert "现行有效件数" in quote
    assert detect_form(document("2021年报告依照新格式编制。", *figures("cn-gov-2019").tables()))[0] == "cn-gov-2019"


@pytest.mark.parametrize("form_id", ["cn-gov-2019", "cn-gov-2021"])
def test_the_requests_table_alone_tells_its_form(form_id: str) -> None:
    assert detect_form(document(figures(form_id).tables()[1]))[0] == form_id


def test_the_statistics_table_of_2014_to_2018() -> None:
    rows = [[(text, 1, 1), ("条", 1, 1), ("7", 1, 1)] for text in (
        "（一）主动公开政府信息数（不同渠道和方式公开相同信息计1条）", "其中：主动公开规范性文件数",
        "制发规范性文件总数", "1.政府公报公开政府信息数", "2.政府网站公开政府信息数", "3.政务微博公开政府信息数",
        "4.政务微信公开政府信息数", "5.其他方式公开政府信息数", "（一）回应公众关注热点或重大舆情数",
        "（一）收到申请数")]
    assert detect_form(document(grid(rows)))[0] == "cn-gov-2014stat"


def test_a_text_without_tables_has_no_form() -> None:
    text = "一、概述\n全年主动公开信息200条。\n二、依申请公开情况\n收到申请14件，均已答复。"
    assert detect_form(plain(text)) == (None, "")
