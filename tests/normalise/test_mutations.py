"""Damaged files of every format, by the hundred: no crash, no hang, and never a wrong cell that nothing warns of.

The seed is fixed; GONGKAI_MUTATIONS asks for more than the suite's own fifty a format. LibreOffice takes no part: what
it makes of damage differs from version to version, and it is slow.
"""

import os
import random
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from crawler.normalise.sandbox import Sandbox
from crawler.reports import read_report
from gongkai.document import Document
from gongkai.report import Report, SourceDocument
from gongkai.settings import Settings
from samplesite.blocks import Box, Grid, Paragraph
from samplesite.pdf import write
from tests.normalise.makers import LEAD, TITLE, GridSource, html_table, page, word
from tests.normalise.office_makers import OFFICE, OfdPage, as_gbk, by_office, ofd, ofd_table, rtf, xlsx, zipped
from tests.reports.printed import figures

EACH = int(os.environ.get("GONGKAI_MUTATIONS", "50"))
WALL_S, BUDGET_S = 30.0, 20.0  # what a file may take, and what it is given: a busy machine ends it late
MADE = figures("cn-gov-2021", seed=3)
CHECKED = ("requests", "review_litigation")  # every figure of theirs stands in a sum: damage to one can be seen
GRIDS: list[GridSource] = [MADE.grids[table] for table in CHECKED]
NO_PROACTIVE = {"proactive: the table was not found"}
TEXTS = [TITLE, LEAD]
Mutate = Callable[[bytes, random.Random], bytes]


def valid_files() -> Iterator[tuple[str, bytes]]:
    docx = word(TEXTS, GRIDS)
    sheets: dict[str, GridSource] = {"申请": [[(TITLE, 1, 10)], *GRIDS[0]], "复议诉讼": GRIDS[1]}
    yield "html", page("".join(f"<p>{text}</p>" for text in TEXTS) + "<p>表</p>".join(map(html_table, GRIDS)))
    blocks = [Paragraph(LEAD), *(Grid(tuple(tuple(Box(*box) for box in row) for row in grid)) for grid in GRIDS)]
    yield "pdf", write(TITLE, [blocks[0], blocks[1], Paragraph("以上。"), blocks[2]])
    yield "docx", docx
    yield "rtf", rtf(TEXTS, GRIDS)
    yield "rtf in gbk", rtf(TEXTS, GRIDS, as_gbk)
    yield "xlsx", xlsx(sheets)
    heading: OfdPage = [("text", 30, 20, 5, TITLE)]
    yield "ofd", ofd([heading + ofd_table(GRIDS[0], 40, wide=30, high=20), ofd_table(GRIDS[1], 40, wide=20, high=30)])
    yield "zip", zipped({"年报.docx": docx}, "gbk")
    if OFFICE is not None:
        yield "doc", by_office(docx, "docx", "doc")
        yield "xls", by_office(xlsx(sheets), "xlsx", "xls")


def read(document: Document) -> Report:
    return read_report([SourceDocument("page", "http://daj.qp.gov.cn/1", ("0" * 64,), document)]).report


def truncate(data: bytes, dice: random.Random) -> bytes:
    return data[:dice.randrange(1, len(data))]


def splice(data: bytes, dice: random.Random) -> bytes:
    """Take a piece out, write it twice, or put another piece in its place."""
    start = dice.randrange(len(data))
    piece = data[start:start + dice.randrange(1, 400)]
    at = dice.randrange(len(data))
    return dice.choice((data[:start] + data[start + len(piece):], data[:at] + piece + data[at:],
                        data[:at] + piece + data[at + len(piece):]))


def flip(data: bytes, dice: random.Random) -> bytes:
    damaged = bytearray(data)
    for _ in range(dice.choice((1, 3, 20))):
        damaged[dice.randrange(len(damaged))] ^= 1 << dice.randrange(8)
    return bytes(damaged)


def mislabel(data: bytes, dice: random.Random) -> bytes:
    """Another format's beginning, or its own behind rubbish."""
    heads = (b"%PDF-1.7\n", b"PK\x03\x04", b"{\\rtf1", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"<html>", b"\x00" * 16)
    return dice.choice((lambda head: head + data, lambda head: head + data[len(head):]))(dice.choice(heads))


MUTATIONS: tuple[Mutate, ...] = (truncate, splice, flip, mislabel)


def wrong_cells(report: Report) -> list[str]:
    """Figures somebody would copy from the archive that are not the file's. A nought may be lost for a blank, as sites
    print both for nothing: no sum can tell."""
    return [f"{table}.{row}.{column}: {raw!r} read as {cell}"
            for table in CHECKED for row, cells in MADE.raw[table].items() for column, raw in cells.items()
            if (cell := report.tables.get(table, {}).get(row, {}).get(column)) is not None
            and str(cell.value if cell.value is not None else "0") != (raw or "0")]


def is_flagged(document: Document, report: Report) -> bool:
    return (document.status != "ok" or bool(document.warnings) or bool(set(report.warnings) - NO_PROACTIVE)
            or any(check.state == "fail" for check in report.checks))


@pytest.fixture
def files() -> list[tuple[str, bytes]]:
    return list(valid_files())


@pytest.fixture
def sandbox(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Sandbox]:
    monkeypatch.setenv("PATH", str(tmp_path))
    with Sandbox(Settings(sandbox_wall_s=BUDGET_S, ocr_wall_s=BUDGET_S, sandbox_memory_mib=1024)) as made:
        yield made


def test_no_mutation_crashes_hangs_or_gives_a_wrong_cell_unflagged(
    files: list[tuple[str, bytes]], sandbox: Sandbox
) -> None:
    ended: dict[str, int] = {}
    for name, data in files:
        whole = sandbox.read(data)
        report = read(whole)
        assert whole.status == "ok" and not is_flagged(whole, report) and not wrong_cells(report), name
        assert all(len(report.tables.get(table, {})) == len(MADE.raw[table]) for table in CHECKED), name
        dice = random.Random(f"gongkai {name}")
        for i in range(EACH):
            mutate = MUTATIONS[i % len(MUTATIONS)]
            damaged = mutate(data, dice)
            began = time.monotonic()
            document = sandbox.read(damaged, url=f"http://a.gov.cn/x.{dice.choice(('doc', 'pdf', 'htm', 'wps'))}")
            where = f"{name}, mutation {i} ({mutate.__name__})"
            assert time.monotonic() - began < WALL_S, where
            assert document.status == "ok" or document.warnings, where
            report = read(document)
            assert is_flagged(document, report) or not wrong_cells(report), (where, wrong_cells(report)[:3])
            ended[document.status] = ended.get(document.status, 0) + 1
    assert set(ended) <= {"ok", "partial", "encrypted", "limit", "unsupported", "failed"}
    assert ended["failed"] and ended["ok"]  # the damage is real, and not all of it fatal
