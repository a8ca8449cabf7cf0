"""A page's declared charset is often wrong; the text must come out right anyway."""

import random

import pytest

from crawler.normalise.charset import decode
from tests.normalise.makers import LEAD, PROSE, TITLE

SIMPLIFIED = TITLE + LEAD + PROSE
TRADITIONAL = (
    "青屏縣檔案局2023年政府信息公開工作年度報告"
    "本局全年通過門戶網站主動公開信息三百餘條組織業務培訓兩次未發生因公開引起的投訴"
)


@pytest.mark.parametrize("declared", [None, "utf-8", "gb2312", "iso-8859-1", "big5", "no-such-charset"])
@pytest.mark.parametrize(
    ("encoding", "text"),
    [
        ("gbk", SIMPLIFIED),
        ("gb18030", SIMPLIFIED),
        ("utf-8", SIMPLIFIED),
        ("big5", TRADITIONAL),
        ("utf-8", TRADITIONAL),
    ],
)
def test_a_wrong_declaration_does_not_spoil_the_text(encoding: str, text: str, declared: str | None) -> None:
    found, name = decode(f"<html><body>{text}</body></html>".encode(encoding), declared)
    assert text in found
    assert name in {"gbk": ("gb18030",), "gb18030": ("gb18030",), "utf-8": ("utf-8",), "big5": ("big5",)}[encoding]


def test_a_wrong_meta_tag_does_not_spoil_the_text() -> None:
    page = f"<meta charset=utf-8><p>{SIMPLIFIED}</p>".encode("gbk")
    assert SIMPLIFIED in decode(page)[0]


@pytest.mark.parametrize("encoding", ["utf-8", "gbk", "gb18030"])
def test_a_page_cut_in_the_middle_of_a_character_keeps_the_rest(encoding: str) -> None:
    text, name = decode(f"<p>{SIMPLIFIED}".encode(encoding)[:-1])
    assert SIMPLIFIED[:-1] in text
    assert name == ("utf-8" if encoding == "utf-8" else "gb18030")


@pytest.mark.parametrize("encoding", ["utf-8", "gbk"])
def test_a_few_chinese_words_among_much_ascii_are_enough(encoding: str) -> None:
    page = b"<div class='a b c'></div>\n" * 4000 + "政府信息公开".encode(encoding) + b"<br/>" * 4000
    assert "政府信息公开" in decode(page)[0]


def test_an_include_in_another_encoding_spoils_only_itself() -> None:
    page = SIMPLIFIED.encode() + "版权所有".encode("gbk")
    assert SIMPLIFIED in decode(page)[0]


def test_titles_of_a_few_characters_are_told_apart() -> None:
    chance = random.Random(7)
    words = [
        w
        for w in (
            "年度报告",
            "县财政局",
            "信息公开指南",
            "行政许可事项",
            "水利局年报",
            "主动公开",
            "部门预算公开",
            "市监督管理局",
        )
        if w
    ]
    for encoding in ("gbk", "utf-8"):
        for _ in range(40):
            title = "".join(chance.sample(words, 2))
            assert decode(title.encode(encoding), chance.choice(["utf-8", "gbk", None]))[0] == title


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
def test_marked_and_wide_encodings_are_read(encoding: str) -> None:
    html = "<html><head><title>" + "x" * 40 + "</title></head><body>" + SIMPLIFIED
    assert SIMPLIFIED in decode(html.encode(encoding))[0]


def test_bytes_that_are_no_text_do_not_raise() -> None:
    assert decode(bytes(range(256)) * 50)[1]
    assert decode(b"") == ("", "utf-8")
