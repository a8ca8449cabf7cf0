"""Texts somebody extracted before, and texts that came in several pages."""

from crawler.normalise import join, normalise
from tests.normalise.grids import paragraphs
from tests.normalise.makers import HEADINGS, LEAD, PROACTIVE, PROSE, TITLE, html_table, page


def test_lines_tabs_and_pipes_stay_as_they_stand() -> None:
    text = f"\n{TITLE}\n\n一、总体情况\n规章 |\n0 |\n|||\n行政许可\t5\t\t12\n"
    document = normalise(text.encode("gbk"))
    assert (document.status, document.doc_format, document.text) == ("ok", "txt", text)
    assert paragraphs(document)[:3] == [TITLE, "一、总体情况", "规章 |"]
    assert document.tables == ()


def test_markdown_headings_lose_their_hashes_in_blocks_only() -> None:
    document = normalise(f"# {TITLE}\n\n正文。".encode())
    assert document.blocks[0].kind == "heading"
    assert document.titles[0] == ("text", TITLE)
    assert document.text.startswith("# ")


def test_a_title_over_two_lines_is_offered_whole_first() -> None:
    assert normalise("青屏县档案局\n2023年政府信息公开工作年度报告\n一、总体情况\n".encode()).titles[0] == (
        "text",
        TITLE,
    )


def part(body: str) -> bytes:
    return page(f"<h1>{TITLE}</h1><div class='TRS_Editor'>{body}</div>")


def test_continuation_pages_make_one_text() -> None:
    bodies = [
        f"<p>{LEAD}</p><p>{HEADINGS[0]}</p><p>{PROSE}</p>",
        f"<p>{TITLE}</p><p>{HEADINGS[1]}</p>{html_table(PROACTIVE[:4])}",
        f"{html_table(PROACTIVE[4:])}<p>{HEADINGS[5]}</p><p>附件：<a href='a.pdf'>表</a></p>",
    ]
    parts = [normalise(part(body), url=f"http://a.gov.cn/t{i}.html") for i, body in enumerate(bodies)]
    whole = join(parts)
    assert paragraphs(whole) == [LEAD, HEADINGS[0], PROSE, HEADINGS[1], HEADINGS[5], "附件：表"]
    assert [table.rows for table in whole.tables] == [4, 3]
    assert whole.text.index("规章") < whole.text.index("行政许可") < whole.text.index(HEADINGS[5])
    assert TITLE not in whole.text
    assert [link.url for link in whole.files] == ["http://a.gov.cn/a.pdf"]
    assert whole.titles == parts[0].titles


def test_a_part_that_could_not_be_read_makes_the_whole_partial() -> None:
    whole = join([normalise(part(f"<p>{PROSE}</p>")), normalise(b"")])
    assert whole.status == "partial"
    assert PROSE in whole.text
    assert whole.warnings == ("the file is empty",)
