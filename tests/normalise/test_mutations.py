"""Damaged files of every format, by the hundred: no crash, no hang, and never a wrong cell that nothing warns of.

The seed is fixed; GONGKAI_MUTATIONS asks for more a format than the suite's own dozen or so.
"""

import os
import random
import time
from collections.abc import Callable, Iterator

import pytest

from crawler.normalise.sandbox import Sandbox
from crawler.reports import read_report
from gongkai.document import Document
from gongkai.report import SourceDocument
from gongkai.settings import Settings
from tests.normalise.makers import LEAD, TITLE, GridSource, html_table, page, pdf, plain, ruled, word
from tests.normalise.office_makers import OFFICE, as_gbk, by_office, ofd, ofd_table, rtf, xlsx, zipped

EACH = int(os.environ.get("GONGKAI_MUTATIONS", "14"))
WALL_S = 30.0
ROWS = ("一、本年新收政府信息公开申请数量",
        "二、上年结转政府信息公开申请数量", "（一）予以公开", "（七）总计", "四、结转下年度继续办理")
HEADS = ("自然人", "商业企业", "科研机构", "社会公益组织", "法律服务机构", "其他", "总计")
FIGURES = ((11, 2, 0, 1, 3, 0, 17), (4, 0, 0, 0, 0, 0, 4), (8, 1, 0, 1, 2, 0, 12), (13, 2, 0, 1, 3, 0, 19),
           (2, 0, 0, 0, 0, 0, 2))
GRID: GridSource = [plain("申请人情况", *HEADS), *(plain(label, *map(str, row))
                                              for label, row in zip(ROWS, FIGURES, strict=True))]
TEXTS = [TITLE, LEAD, "三、收到和处理政府信息公开申请情况"]
XS = [40, 170, *range(230, 650, 60)]
Mutate = Callable[[bytes, random.Random], bytes]


def valid_files() -> Iterator[tuple[str, bytes]]:
    docx = word(TEXTS, [GRID])
    yield "html", page("".join(f"<p>{text}</p>" for text in TEXTS) + html_table(GRID))
    yield "pdf", pdf([[("text", 50, 800 - 20 * i, 12, text) for i, text in enumerate(TEXTS)] + ruled(
        [[cell[0] for cell in row] for row in GRID], 700, XS, height=40)])
    yield "docx", docx
    yield "rtf", rtf(TEXTS, [GRID])
    yield "rtf in gbk", rtf(TEXTS, [GRID], as_gbk)
    yield "xlsx", xlsx({"表": [[(TITLE, 1, 8)], *GRID]})
    yield "ofd", ofd([[("text", 30, 20, 5, TITLE), *ofd_table(GRID, 60, left=10, wide=24, high=16)]])
    yield "zip", zipped({"年报.docx": docx}, "gbk")
    if OFFICE is not None:
        yield "doc", by_office(docx, "docx", "doc")
        yield "xls", by_office(xlsx({"表": [[(TITLE, 1, 8)], *GRID]}), "xlsx", "xls")


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


def wrong_cells(document: Document) -> list[str]:
    """Cells the report made of the document has that differ from the file's: what a reader of the archive would see."""
    reading = read_report([SourceDocument("page", "http://daj.qp.gov.cn/1", ("0" * 64,), document)])
    report = reading.report
    flagged = document.status != "ok" or document.warnings or report.warnings or any(
        check.state == "fail" for check in report.checks)
    if flagged:
        return []
    figures = dict(zip(("new", "carried_in", "granted", "total", "carried_out"), FIGURES, strict=True))
    wrong = []
    for key, row in report.tables.get("requests", {}).items():
        true = next((values for name, values in figures.items() if key == name or key.startswith(name)), None)
        got = tuple(cell.value for cell in row.values())
        if true is not None and got != true and any(value is not None for value in got):
            wrong.append(f"{key}: {got} for {true}")
    return wrong


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(Settings(sandbox_wall_s=WALL_S, sandbox_memory_mib=1024)) as made:
        yield made


def test_no_mutation_crashes_hangs_or_gives_a_wrong_cell_unflagged(sandbox: Sandbox) -> None:
    ended: dict[str, int] = {}
    for name, data in valid_files():
        assert sandbox.read(data).status == "ok", name
        dice = random.Random(f"gongkai {name}")
        for i in range(EACH):
            mutate = MUTATIONS[i % len(MUTATIONS)]
            damaged = mutate(data, dice)
            began = time.monotonic()
            document = sandbox.read(damaged, url=f"http://a.gov.cn/x.{dice.choice(('doc', 'pdf', 'htm', 'wps'))}")
            where = f"{name}, mutation {i} ({mutate.__name__})"
            assert time.monotonic() - began < WALL_S, where
            assert document.status == "ok" or document.warnings, where
            assert not wrong_cells(document), where
            ended[document.status] = ended.get(document.status, 0) + 1
    assert set(ended) <= {"ok", "partial", "encrypted", "limit", "unsupported", "failed"}
    assert ended["failed"] and ended["ok"]  # the damage is real, and not all of it fatal
