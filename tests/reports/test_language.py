"""Which language a report is written in."""

import pytest

from crawler.reports.language import read_language
from tests.reports.pages import REPORT, document, read


@pytest.mark.parametrize(("text", "language"), [
    (REPORT, "zh-Hans"),
    ("本報告根據條例要求編制，關於開辦業務與發布會的總結，請與我們的辦公室聯繫處理電話。", "zh-Hant"),
    ("སྲིད་གཞུང་གི་ཆ་འཕྲིན་མངོན་སྒྲོག་བྱེད་པའི་ལོ་འཁོར་སྙན་ཞུ།", "bo"),
    ("ᠵᠠᠰᠠᠭ ᠤᠨ ᠭᠠᠵᠠᠷ ᠤᠨ ᠮᠡᠳᠡᠭᠡ ᠵᠠᠷᠯᠠᠬᠤ ᠠᠵᠢᠯ", "mn")])
def test_the_letters_tell(text: str, language: str) -> None:
    found = read_language(text)
    assert found is not None
    assert found.value == language
    assert 0 < found.confidence <= 1


def test_a_short_text_does_not_say() -> None:
    assert read_language("年报 2021") is None


def test_every_field_of_a_report_has_its_evidence() -> None:
    report = read(document(REPORT)).report
    fields = {evidence.field for evidence in report.evidence if evidence.chosen}
    assert {"report_year", "agency", "region_code", "admin_level", "language", "statistics_period"} <= fields
    assert report.language == "zh-Hans"
