"""Archives: the report inside is read, what lies beside it is not lost, and none of it may cost more than it should."""

import io
import subprocess
import zipfile
from pathlib import Path

import pytest

from crawler.normalise import archives, normalise
from crawler.reports import read_report
from gongkai.document import Document
from gongkai.report import SourceDocument
from tests.normalise.grids import all_texts
from tests.normalise.makers import LEAD, PROACTIVE, PROSE, REQUESTS, TITLE, expanded, pdf, word
from tests.normalise.office_makers import rtf, xlsx, zipped

REPORT = word([TITLE, LEAD, PROSE], [PROACTIVE, REQUESTS])
WANTED = [expanded(PROACTIVE), expanded(REQUESTS)]
URL = "http://daj.qp.gov.cn/P0.zip"


def seven(members: dict[str, bytes], place: Path) -> bytes:
    libarchive = pytest.importorskip("libarchive")
    with libarchive.file_writer(str(place / "a.7z"), "7zip") as archive:
        for name, data in members.items():
            archive.add_file_from_memory(name, len(data), data)
    return (place / "a.7z").read_bytes()


def test_an_archive_of_one_document_reads_as_that_document() -> None:
    document = normalise(zipped({"附件/2023年年报.docx": REPORT}, "gbk"))
    assert (document.status, document.doc_format, document.members) == ("ok", "docx", ())
    assert all_texts(document) == WANTED
    assert document.metadata == {"archive": "zip", "member": "附件/2023年年报.docx"}


def test_names_in_utf8_without_the_flag_are_read_too() -> None:
    data = zipped({"xxxxxxxxxxxx.docx": REPORT}).replace(b"xxxxxxxxxxxx", "年度报告".encode())
    assert normalise(data).metadata["member"] == "年度报告.docx"


def test_7z_gives_the_same(tmp_path: Path) -> None:
    document = normalise(seven({"r.docx": REPORT}, tmp_path))
    assert (document.status, all_texts(document)) == ("ok", WANTED)


def test_the_fuller_file_is_the_report_and_the_others_stand_beside_it() -> None:
    archive = normalise(zipped({"说明.doc": rtf(["本压缩包内为年度报告及附表。"]), "报告.docx": REPORT,
                                "台账.xlsx": xlsx({"台账": [[("甲", 1, 1), ("1", 1, 1)]]}), "锁.pdf": pdf([[]])[:300]}))
    assert [member.name for member in archive.members] == ["说明.doc", "台账.xlsx", "锁.pdf"]
    reading = read_report([SourceDocument("page", URL, ("0" * 64,), archive)], url=URL)
    assert [(source.role, source.url.partition("#")[0], source.document.doc_format) for source in reading.sources] == [
        ("page", URL, "docx"), ("attachment", URL, "rtf"), ("attachment", URL, "xlsx"), ("attachment", URL, "pdf")]
    assert reading.main == 0 and reading.report.is_report and reading.report.report_year == 2023
    assert len({source.url for source in reading.sources}) == 4
    assert all(source.document.members == () for source in reading.sources)
    assert reading.pending == (reading.sources[3].url,)


def test_an_archive_inside_an_archive_is_opened_and_one_too_deep_is_not() -> None:
    data = REPORT
    for depth in range(1, 6):
        data = zipped({f"{depth}.zip" if depth > 1 else "r.docx": data})
        document = normalise(data)
        assert document.status == ("ok" if depth <= archives.MAX_DEPTH else "limit")


def test_one_damaged_file_does_not_lose_the_others() -> None:
    data = zipped({"a.txt": (PROSE * 40).encode(), "r.docx": REPORT})
    at = data.index(b"a.txt") + 40
    document = normalise(data[:at] + bytes(byte ^ 0x55 for byte in data[at:at + 60]) + data[at + 60:])
    assert (document.status, all_texts(document)) == ("partial", WANTED)
    assert "a.txt" in document.warnings[-1]


@pytest.mark.parametrize("name", ["../../etc/passwd", "/abs.docx", "..\\..\\w.docx", "a\x1b[31m\n.docx", "." * 5_000])
def test_names_are_for_showing_only(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    document = normalise(zipped({name: REPORT}))
    assert all_texts(document) == WANTED
    shown = document.metadata["member"]
    assert ".." not in shown.split("/") and shown[:1] != "/" and shown.isprintable() and len(shown) <= 200
    assert list(tmp_path.iterdir()) == []


def bomb() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.txt", b"0" * (64 << 20))
    return out.getvalue()


def lying_bomb() -> bytes:
    """A directory that tells a size of one byte."""
    return bomb().replace((64 << 20).to_bytes(4, "little"), (1).to_bytes(4, "little"))


def locked() -> bytes:
    data = bytearray(zipped({"r.docx": REPORT}))
    for magic, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.index(magic) + at] |= 1
    return bytes(data)


@pytest.mark.parametrize(("data", "status"), [
    (bomb(), "limit"), (zipped({f"{i}.txt": b"" for i in range(archives.MAX_MEMBERS + 1)}), "limit"),
    (locked(), "encrypted"), (zipped({}), "failed"), (zipped({"a.png": b"\x89PNG\r\n\x1a\n..."}), "unsupported"),
    (zipped({"r.docx": REPORT})[:2_000], "failed"), (b"7z\xbc\xaf\x27\x1c" + bytes(30), "failed"),
    (b"Rar!\x1a\x07\x01\x00" + bytes(30), "failed"),
], ids=["bomb", "too many", "locked", "empty", "pictures", "truncated", "7z of nothing", "rar of nothing"])
def test_an_archive_without_a_readable_file_ends_in_a_status(data: bytes, status: str) -> None:
    document: Document = normalise(data)
    assert document.status == status
    assert document.warnings


def test_a_directory_that_lies_about_sizes_gains_nothing() -> None:
    assert normalise(lying_bomb()).status in ("limit", "failed")


def test_a_bomb_in_7z_is_counted_while_it_unpacks(tmp_path: Path) -> None:
    assert normalise(seven({"a.txt": b"0" * (64 << 20)}, tmp_path)).status == "limit"


def test_rar_is_read_with_unar_or_said_not_to_be() -> None:
    unar = subprocess.run(["sh", "-c", "command -v unar"], capture_output=True, check=False)
    document = normalise(stored_rar("r.txt", PROSE.encode()))
    assert (document.status, document.text.strip()) == ("ok", PROSE), (unar.stdout, document.warnings)


def stored_rar(name: str, data: bytes) -> bytes:
    """A RAR 4 archive of one member stored as it is (what compresses RAR is not free)."""
    import struct
    import zlib

    def block(kind: int, flags: int, body: bytes, extra: bytes = b"") -> bytes:
        head = struct.pack("<BHH", kind, flags, 7 + len(body)) + body
        return struct.pack("<H", zlib.crc32(head) & 0xFFFF) + head + extra

    entry = struct.pack("<IIBIIBBHI", len(data), len(data), 3, zlib.crc32(data), 0x58210000, 20, 0x30, len(name), 0x20)
    return (b"Rar!\x1a\x07\x00" + block(0x73, 0, bytes(6)) + block(0x74, 0x8000, entry + name.encode(), data)
            + block(0x7B, 0x4000, b""))
