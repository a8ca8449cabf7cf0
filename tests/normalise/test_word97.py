"""DOC and RTF: cells by row marks, whoever wrote them; and what is said of those that cannot be read."""

import io
import struct
from collections.abc import Callable

import docx
import pytest
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls

from crawler.normalise import doc as doc_module
from crawler.normalise import normalise, office
from tests.normalise.grids import all_texts, paragraphs
from tests.normalise.makers import LEAD, PROACTIVE, PROSE, REQUESTS, TITLE, expanded, word
from tests.normalise.office_makers import as_gbk, as_unicode, by_office, needs_office, rtf

TEXTS = [TITLE, LEAD, "一、总体情况", PROSE]
GRIDS = [PROACTIVE, REQUESTS]
WANTED = [expanded(grid) for grid in GRIDS]


@pytest.fixture(scope="module")
def doc() -> bytes:
    return by_office(word(TEXTS, GRIDS), "docx", "doc")


@needs_office
def test_a_doc_gives_its_text_and_cells(doc: bytes) -> None:
    document = normalise(doc)
    assert (document.status, document.doc_format, document.warnings) == ("ok", "doc", ())
    assert all_texts(document) == WANTED
    assert paragraphs(document) == TEXTS
    assert document.titles[0] == ("text", TITLE)


@needs_office
@pytest.mark.parametrize("name", ["http://a.gov.cn/x.wps", "http://a.gov.cn/x.doc"])
def test_wps_is_the_same_container(doc: bytes, name: str) -> None:
    assert all_texts(normalise(doc, url=name)) == WANTED


@needs_office
def test_rtf_by_another_writer_gives_the_same() -> None:
    document = normalise(by_office(word(TEXTS, GRIDS), "docx", "rtf"), url="http://a.gov.cn/x.doc")
    assert (document.status, document.doc_format) == ("ok", "rtf")
    assert (all_texts(document), paragraphs(document)) == (WANTED, TEXTS)


@needs_office
def test_a_doc_our_reader_gives_up_on_is_read_through_libreoffice_and_says_so(
    doc: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    def gives_up(_: bytes) -> None:
        raise ValueError("odd")

    monkeypatch.setattr(doc_module, "open_word", gives_up)
    document = normalise(doc)
    assert document.status == "partial"
    assert any("odd" in warning for warning in document.warnings)
    assert any("LibreOffice" in warning for warning in document.warnings)
    assert (all_texts(document), paragraphs(document)) == (WANTED, TEXTS)


@needs_office
def test_noise_is_not_taken_for_text(doc: bytes) -> None:
    document = normalise(without_piece_table(doc))
    assert (document.status, len(document.tables)) == ("partial", 0)
    assert all(text in document.text for text in TEXTS)


@needs_office
def test_without_libreoffice_no_text_is_lost_silently(doc: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(office, "program", lambda: None)
    document = normalise(without_piece_table(doc))
    assert document.status == "partial"
    assert any("LibreOffice" in warning for warning in document.warnings)
    assert all(text in document.text for text in TEXTS)


@needs_office
def test_an_office_that_hangs_is_ended_and_named(doc: bytes, monkeypatch: pytest.MonkeyPatch,
                                                 tmp_path_factory: pytest.TempPathFactory) -> None:
    slow = tmp_path_factory.mktemp("bin") / "soffice"
    slow.write_text("#!/bin/sh\nsleep 600 & sleep 600\n")
    slow.chmod(0o755)
    monkeypatch.setattr(office, "program", lambda: str(slow))
    monkeypatch.setattr(office, "TIMEOUT_S", 0.5)
    document = normalise(without_piece_table(doc))
    assert document.status == "partial"
    assert any("within 0.5 s" in warning for warning in document.warnings)


@needs_office
def test_a_locked_doc_is_encrypted(doc: bytes) -> None:
    at = header(doc)
    flags = struct.unpack_from("<H", doc, at + 10)[0] | 0x100
    assert normalise(doc[:at + 10] + struct.pack("<H", flags) + doc[at + 12:]).status == "encrypted"


@needs_office
def test_missing_text_is_counted_against_the_header(doc: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(office, "program", lambda: None)
    at = header(doc) + 0x4C
    count = struct.unpack_from("<i", doc, at)[0]
    document = normalise(doc[:at] + struct.pack("<i", count + 5_000) + doc[at + 4:])
    assert document.status == "partial"
    assert "characters of its text are missing" in document.warnings[0]


@pytest.mark.parametrize("encode", [as_unicode, as_gbk])
def test_rtf_named_doc_gives_its_text_and_cells(encode: Callable[[str], str]) -> None:
    document = normalise(rtf(TEXTS, GRIDS, encode), url="http://a.gov.cn/x.doc")
    assert (document.status, document.doc_format, document.warnings) == ("ok", "rtf", ())
    assert (all_texts(document), paragraphs(document)) == (WANTED, TEXTS)


def test_bytes_of_a_latin_font_are_in_the_documents_own_code_page() -> None:
    data = rtf([PROSE], encode=as_gbk).replace(b"\\pard ", b"\\pard\\f1 ")
    assert paragraphs(normalise(data)) == [PROSE]


def test_what_rtf_does_not_print_is_not_read() -> None:
    text = "正文" + "{\\v hidden}{\\deleted gone}{\\*\\bkmkstart a}{\\field{\\*\\fldinst PAGE}{\\fldrslt 7}}" + "完"
    encoded = "".join(as_unicode(char) for char in text)
    assert paragraphs(normalise(b"{\\rtf1\\ansi\\ansicpg936 " + encoded.encode() + b"\\par}")) == ["正文7完"]


def test_a_table_in_a_cell_stays_in_its_cell() -> None:
    inner = ("\\pard\\intbl\\itap2 a\\nestcell b\\nestcell{\\*\\nesttableprops\\trowd\\cellx500\\cellx900\\nestrow}"
             "{\\nonesttables\\par}")
    data = "{\\rtf1 \\trowd\\cellx1000\\cellx2000 " + inner + "\\pard\\intbl\\itap1 c\\cell d\\cell\\row\\pard\\par}"
    [grid] = all_texts(normalise(data.encode()))
    assert grid == [["abc", "d"]]


def test_a_line_of_text_parts_two_tables_and_a_frame_is_none() -> None:
    row = "\\trowd\\cellx1000\\cellx2000\\pard\\intbl 1\\cell 2\\cell\\row"
    frame = "\\trowd\\cellx9000\\pard\\intbl framed text\\cell\\row"
    text = "{\\rtf1 " + row + "\\pard between\\par" + row + "\\pard x\\par " + frame + "\\pard\\par}"
    document = normalise(text.encode())
    assert all_texts(document) == [[["1", "2"]], [["1", "2"]]]
    assert paragraphs(document) == ["between", "x", "framed text"]


@pytest.mark.parametrize("share", [0.3, 0.6, 0.9, 0.99])
def test_a_truncated_rtf_gives_what_it_has_and_says_so(share: float) -> None:
    whole = rtf(TEXTS, GRIDS)
    document = normalise(whole[:int(len(whole) * share)])
    assert document.status == "partial"
    assert any("cut short" in warning for warning in document.warnings)
    assert TITLE in document.text


@pytest.mark.parametrize("data", [
    b"{\\rtf1 " + b"{" * 100_000 + b"x" + b"}" * 100_000 + b"}",
    b"{\\rtf1 \\trowd" + b"\\cellx1" * 200_000 + b"\\cell" * 300_000 + b"\\row}",
    b"{\\rtf1 \\uc1000000000 \\u1 x\\bin99999999999 }",
    b"{\\rtf1 \\intbl\\itap999999999 x\\nestcell\\nestrow}",
    b"{\\rtf1 " + b"\\'b" * 100_000,
], ids=["braces", "cells", "numbers", "levels", "half bytes"])
def test_hostile_rtf_ends_in_a_status(data: bytes) -> None:
    assert normalise(data).status in ("partial", "failed", "ok")


def header(doc: bytes) -> int:
    return doc.index(struct.pack("<H", 0xA5EC), 512)


def without_piece_table(doc: bytes) -> bytes:
    at = header(doc) + 0x1A2 + 4
    return doc[:at] + struct.pack("<I", 0) + doc[at + 4:]


@needs_office
@pytest.mark.parametrize("suffix", ["docx", "doc", "rtf"])
def test_what_a_word_file_does_not_print_is_not_read(suffix: str) -> None:
    """Deleted and hidden text, a field's instruction; its result, inserted text and a line break are printed."""
    made = docx.Document()
    by = 'w:author="a" w:date="2024-01-01T00:00:00Z"'
    runs = (f'<w:r><w:t>本年新收</w:t></w:r><w:del w:id="1" {by}><w:r><w:delText>12</w:delText></w:r></w:del>'
            f'<w:ins w:id="2" {by}><w:r><w:t>13</w:t></w:r></w:ins>'
            '<w:r><w:rPr><w:vanish/></w:rPr><w:t>隐藏</w:t></w:r><w:r><w:t>件，见</w:t></w:r>'
            '<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText> HYPERLINK "http://a.gov.cn/" '
            '</w:instrText></w:r><w:r><w:fldChar w:fldCharType="separate"/></w:r><w:r><w:t>网站</w:t></w:r><w:r>'
            '<w:fldChar w:fldCharType="end"/></w:r><w:r><w:br/><w:t>第二行</w:t></w:r>')
    made.add_paragraph("第一段")
    made.element.body.insert(1, parse_xml(f'<w:p {nsdecls("w")}>{runs}</w:p>'))
    out = io.BytesIO()
    made.save(out)
    data = out.getvalue()
    document = normalise(data if suffix == "docx" else by_office(data, "docx", suffix))
    assert (document.status, document.warnings) == ("ok", ())
    assert paragraphs(document) == ["第一段", "本年新收13件，见网站", "第二行"]


@needs_office
def test_a_word_file_that_names_tables_it_does_not_show_is_flagged(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(office, "program", lambda: None)
    document = normalise(by_office(word([TITLE, "一、本年新收政府信息公开申请数量 11 2 13"]), "docx", "doc"))
    assert document.status == "partial"
    assert "no table" in document.warnings[0] and "11 2 13" in document.text
