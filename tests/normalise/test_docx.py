"""Word files: merged cells, what editors leave behind, and bombs."""

import io
import zipfile
from pathlib import Path

import docx
import pytest
from docx.oxml import OxmlElement
from docx.oxml.ns import qn

from crawler.normalise import normalise
from crawler.normalise.rowmarks import Edges, RowMarks
from tests.normalise.grids import all_texts, paragraphs
from tests.normalise.makers import HEADINGS, PROACTIVE, PROSE, REQUESTS, TITLE, expanded, word


def repacked(data: bytes, name: str, content: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for member in old.namelist():
            new.writestr(member, content if member == name else old.read(member))
    return out.getvalue()


def test_paragraphs_and_merged_tables_come_in_order() -> None:
    document = normalise(word([TITLE, HEADINGS[0], PROSE], [PROACTIVE, REQUESTS]))
    assert (document.status, document.doc_format) == ("ok", "docx")
    assert all_texts(document) == [expanded(PROACTIVE), expanded(REQUESTS)]
    assert paragraphs(document) == [TITLE, HEADINGS[0], PROSE]
    assert document.titles == (("text", TITLE),)


def test_a_column_too_narrow_to_see_shifts_nothing() -> None:
    made = docx.Document()
    table = made.add_table(rows=2, cols=3)
    for place, text in enumerate(("甲", "", "乙")):
        table.cell(0, place).text = text
    table.cell(1, 0).merge(table.cell(1, 1)).text = "1"
    table.cell(1, 2).text = "2"
    for column, width in zip(table._tbl.tblGrid.gridCol_lst, ("3000", "1", "3000"), strict=True):
        column.set(qn("w:w"), width)
    out = io.BytesIO()
    made.save(out)
    assert all_texts(normalise(out.getvalue())) == [[["甲", "乙"], ["1", "2"]]]


def test_tracked_changes_read_as_accepted() -> None:
    made = docx.Document()
    paragraph = made.add_paragraph("全年受理申请")
    for tag, text_tag, text in (("w:del", "w:delText", "十二"), ("w:ins", "w:t", "十四")):
        change, run, words = OxmlElement(tag), OxmlElement("w:r"), OxmlElement(text_tag)
        words.text = text
        run.append(words)
        change.append(run)
        paragraph._p.append(change)
    paragraph.add_run("件")
    out = io.BytesIO()
    made.save(out)
    assert paragraphs(normalise(out.getvalue())) == ["全年受理申请十四件"]


def test_a_frame_around_the_text_is_no_table() -> None:
    made = docx.Document()
    cell = made.add_table(rows=1, cols=1).cell(0, 0)
    cell.text = TITLE
    cell.add_paragraph(PROSE)
    out = io.BytesIO()
    made.save(out)
    assert paragraphs(normalise(out.getvalue())) == [TITLE, PROSE]


def test_a_bomb_is_refused_before_it_is_opened() -> None:
    bomb = repacked(word([TITLE]), "word/document.xml", b"<w:document>" + b"A" * (60 << 20))
    document = normalise(bomb)
    assert (document.status, document.doc_format) == ("limit", "docx")
    assert "inflate" in document.warnings[0]


def test_entities_are_not_expanded() -> None:
    bomb = (
        b'<?xml version="1.0"?><!DOCTYPE d [<!ENTITY a "'
        + b"x" * 1000
        + b'">'
        + b"".join(b'<!ENTITY %c "%s">' % (98 + i, b"&%c;" % (97 + i) * 20) for i in range(8))
        + b"]><d>&i;</d>"
    )
    assert normalise(repacked(word([TITLE]), "word/document.xml", bomb)).status == "failed"
    secret = (
        b'<?xml version="1.0"?><!DOCTYPE d [<!ENTITY x SYSTEM "file:///etc/passwd">]><w:document xmlns:w="http://schemas.openxmlformats'
        b'.org/wordprocessingml/2006/main"><w:body><w:p><w:r><w:t>&x;</w:t></w:r></w:p></w:body></w:document>'
    )
    assert "root:" not in normalise(repacked(word([TITLE]), "word/document.xml", secret)).text


def test_a_damaged_file_fails_with_a_reason() -> None:
    whole = word([TITLE] * 50)
    assert normalise(repacked(whole, "word/document.xml", b"<broken")).status == "failed"


def laid_out(columns: int) -> bytes:
    """A page's frame: a table whose cells hold the text and, one inside each, the tables."""
    document = docx.Document()
    document.add_paragraph("某局2023年政府信息公开工作年度报告")
    frame = document.add_table(rows=2, cols=columns)
    for row, (title, grid) in enumerate((("二、主动公开", ROWS), ("三、收到和处理", ROWS[:3]))):
        frame.cell(row, 0).text = title
        inner = frame.cell(row, columns - 1).add_table(len(grid), len(grid[0]))
        for r, line in enumerate(grid):
            for c, text in enumerate(line):
                inner.cell(r, c).text = text
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


ROWS = [["信息内容", "本年制发件数", "现行有效件数"], ["规章", "1", "4"], ["行政规范性文件", "2", "27"],
        ["合计", "3", "31"]]


@pytest.mark.parametrize("columns", [1, 2])
def test_tables_inside_a_table_that_only_puts_them_in_place(columns: int) -> None:
    document = normalise(laid_out(columns))
    grids = [[[cell.text for cell in row if cell] for row in table.grid()] for table in document.tables]
    assert grids == [ROWS, ROWS[:3]]
    assert [block.text for block in document.blocks if block.table is None][1:] == ["二、主动公开", "三、收到和处理"]


def test_tables_inside_a_table_of_an_old_word_file() -> None:
    marks = RowMarks()
    edges = [Edges(0, 3000), Edges(3000, 6000), Edges(6000, 9000)]
    marks.cell(1, "三、收到和处理")
    for line in ROWS:
        for text in line:
            marks.cell(2, text)
        marks.row(2, edges)
    marks.cell(1, "")
    marks.row(1, [Edges(0, 2000), Edges(2000, 9000)])
    first, second = marks.blocks()
    assert first.text == "三、收到和处理" and second.table is not None
    assert [[cell.text for cell in row if cell] for row in second.table.grid()] == ROWS


def test_opendocument_says_what_reads_it(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.text")
        archive.writestr("content.xml", "<x/>")
    monkeypatch.setenv("PATH", str(tmp_path))
    document = normalise(out.getvalue())
    assert (document.status, document.doc_format) == ("unsupported", "odt")
    assert "LibreOffice" in document.warnings[0]
