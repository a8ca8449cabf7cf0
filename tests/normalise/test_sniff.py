"""Extensions and Content-Types lie; the bytes say what a file is."""

import gzip
import io
import zipfile

import pytest

from crawler.normalise import normalise
from crawler.normalise.sniff import sniff
from tests.normalise.makers import TITLE, page, pdf, report_html, word


def zipped(*names: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name in names:
            archive.writestr(name, "x")
    return out.getvalue()


def ole(*streams: str) -> bytes:
    head = (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
        + bytes(22)
        + (9).to_bytes(2, "little")
        + bytes(16)
        + (0).to_bytes(4, "little")
    )
    directory = b"".join(
        name.encode("utf-16-le").ljust(64, b"\0") + (2 * len(name) + 2).to_bytes(2, "little") + bytes(62)
        for name in streams
    )
    return head.ljust(512, b"\0") + directory


@pytest.mark.parametrize(
    ("data", "name"),
    [
        (page("<p>x</p>"), "html"),
        (b"\xef\xbb\xbf \n<!-- c --><HTML><body>", "html"),
        (b"<p style='a'>text</p>", "html"),
        (b"%PDF-1.4 x", "pdf"),
        (b"junk\r\n%PDF-1.7", "pdf"),
        (zipped("word/document.xml"), "docx"),
        (zipped("xl/workbook.xml"), "xlsx"),
        (zipped("OFD.xml"), "ofd"),
        (zipped("a.txt"), "zip"),
        (ole("Root Entry", "WordDocument"), "doc"),
        (ole("Root Entry", "Workbook"), "xls"),
        (ole("Root Entry", "EncryptedPackage"), "ooxml-encrypted"),
        (b"{\\rtf1\\ansi}", "rtf"),
        (b"Rar!\x1a\x07\x00", "rar"),
        (b"7z\xbc\xaf\x27\x1c", "7z"),
        (b"\x89PNG\r\n\x1a\n", "image"),
        (b"\xff\xd8\xff\xe0", "image"),
        (b"GIF89a", "image"),
        ("政府信息公开".encode(), "txt"),
        ("一、总体情况\n政府<10件".encode("gbk"), "txt"),
        (b'{"a": "b"}', "json"),
        (b"var a = 1;", "js"),
        (b"let content = '<p>x</p>'", "js"),
        (b"<?xml version='1.0'?><w:document/>", "xml"),
        (b"", "empty"),
        (b"MIME-Version: 1.0\r\nContent-Type: multipart/related", "mht"),
        (bytes(range(256)) * 40, "binary"),
    ],
)
def test_the_bytes_name_the_format(data: bytes, name: str) -> None:
    assert sniff(data, url="http://a.gov.cn/x.pdf", content_type="application/msword") == name


def test_only_the_name_tells_wps_from_word() -> None:
    assert sniff(ole("WordDocument"), url="http://a.gov.cn/P0.wps?x=1") == "wps"
    assert sniff(ole("WordDocument"), url="http://a.gov.cn/P0.doc") == "doc"


def test_a_body_gzipped_unasked_is_read() -> None:
    document = normalise(gzip.compress(page(report_html())))
    assert (document.status, document.doc_format) == ("ok", "html")


def test_a_broken_gzip_body_is_no_crash() -> None:
    assert normalise(b"\x1f\x8b\x08" + b"broken" * 10).status == "unsupported"


@pytest.mark.parametrize(
    ("data", "name"),
    [
        (ole("WordDocument"), "doc"),
        (zipped("OFD.xml"), "ofd"),
        (b"{\\rtf1}", "rtf"),
        (zipped("xl/workbook.xml"), "xlsx"),
        (b"7z\xbc\xaf\x27\x1c" + bytes(40), "7z"),
    ],
)
def test_a_file_with_nothing_in_it_fails_under_its_name(data: bytes, name: str) -> None:
    document = normalise(data)
    assert (document.status, document.doc_format) == ("failed", name)
    assert name in document.warnings[0]


@pytest.mark.parametrize(
    ("data", "name"), [(b"GIF89a....", "image"), (b"Founder CEB 1.0", "ceb"), (ole("PowerPoint Document"), "ppt")]
)
def test_formats_not_read_yet_are_named(data: bytes, name: str) -> None:
    document = normalise(data)
    assert (document.status, document.doc_format) == ("unsupported", name)
    assert name in document.warnings[0]


def test_an_error_page_named_pdf_is_read_as_the_page_it_is() -> None:
    document = normalise(b"<html><body>404</body></html>", url="http://a.gov.cn/x.pdf", content_type="application/pdf")
    assert document.doc_format == "html"


def test_word_under_a_wps_name_is_read() -> None:
    assert normalise(word([TITLE]), url="http://a.gov.cn/x.wps").status == "ok"


def test_nothing_is_answered_not_raised() -> None:
    assert normalise(b"").status == "failed"
    assert normalise(pdf([[]])[:200]).status == "failed"
    assert normalise(zipped("word/document.xml")).status == "failed"
