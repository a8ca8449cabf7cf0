"""Pages that are pictures: read by the OCR worker where its extra is installed, kept and pending where not."""

import io
import json
import os
import signal
import socket
import struct
from collections.abc import Iterator
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest
from pydantic import TypeAdapter

from crawler.files import read_files
from crawler.normalise import normalise
from crawler.normalise import sandbox as sandboxes
from crawler.normalise.sandbox import Sandbox
from crawler.normalise.scanner import Scanner
from crawler.normalise.unread import is_scan
from crawler.reports.cells import TablesReading, read_tables
from crawler.reports.forms import load_forms
from gongkai.capture import Attachment, Finding
from gongkai.document import Block, Document
from gongkai.settings import Settings
from tests.factories import SITE, capture
from tests.normalise.makers import PROSE, PdfPage, pdf, ruled, word
from tests.normalise.office_makers import OfdPage, ofd
from tests.shared_material import SHARED, needs_shared

pytest.importorskip("rapidocr", reason="needs the extra gongkai[ocr]")
cv2 = pytest.importorskip("cv2")
np = pytest.importorskip("numpy")
from crawler.normalise import scan  # noqa: E402 - needs them
from crawler.normalise.allowance import Allowance, Thrifty  # noqa: E402
from crawler.normalise.scan import read_scan  # noqa: E402

FIGURES = [["1042", "0", "7", "38"], ["", "19", "1", "506"], ["3", "6", "9", "8"]]


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(Settings()) as made:
        yield made


def picture(kind: str = ".png", turn: float = 0.0) -> bytes:
    """A ruled table of figures as a scanner leaves it: grey, noisy, a little askew."""
    page = np.full((900, 1200), 255, np.uint8)
    for row in range(4):
        cv2.line(page, (150, 200 + row * 60), (1050, 200 + row * 60), 0, 2)
    for col in range(5):
        cv2.line(page, (150 + col * 225, 200), (150 + col * 225, 380), 0, 2)
    for row, cells in enumerate(FIGURES):
        for col, text in enumerate(cells):
            cv2.putText(page, text, (165 + col * 225, 242 + row * 60), cv2.FONT_HERSHEY_SIMPLEX, 1.1, 0, 2)
    return encoded(worn(page, turn), kind)


def worn(page: Any, turn: float) -> Any:
    height, width = page.shape
    around = cv2.getRotationMatrix2D((width / 2, height / 2), turn, 1.0)
    page = cv2.warpAffine(page, around, (width, height), flags=cv2.INTER_CUBIC, borderValue=255)
    noise = np.random.default_rng(7).normal(0, 8, page.shape)
    return np.clip(cv2.GaussianBlur(page, (3, 3), 0) + noise, 0, 255).astype(np.uint8)


def encoded(page: Any, kind: str) -> bytes:
    return bytes(cv2.imencode(kind, page)[1].tobytes())


def texts(document: Document) -> list[list[str]]:
    return [[cell.text if cell else "" for cell in row] for row in document.tables[0].grid()]


@pytest.mark.parametrize(("kind", "turn"), [(".png", 0.7), (".jpg", 0.0), (".bmp", -0.7), (".tiff", 0.0)])
def test_a_ruled_table_of_figures_in_a_picture(sandbox: Sandbox, kind: str, turn: float) -> None:
    document = sandbox.read(picture(kind, turn))
    assert (document.status, document.doc_format, document.extractor) == ("ok", "image", "ocr")
    assert texts(document) == FIGURES
    assert any("ocr" in warning for warning in document.warnings)


def partly_scanned(worded: list[PdfPage]) -> bytes:
    """Pages of text with the picture of a table behind the first."""
    import pypdfium2
    from PIL import Image

    shown = io.BytesIO()
    Image.open(io.BytesIO(picture())).save(shown, format="PDF", resolution=150)
    whole = pypdfium2.PdfDocument(pdf(worded))
    whole.import_pages(pypdfium2.PdfDocument(shown.getvalue()), index=1)
    out = io.BytesIO()
    whole.save(out)
    return out.getvalue()


def test_pages_of_text_are_read_as_text_and_only_the_scanned_one_between_them_by_ocr(
        sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    words = [("text", 50, 780 - 20 * n, 12, PROSE[:40]) for n in range(4)]
    rows = [["办理结果", "自然人"], ["（一）予以公开", "57"]]
    data = partly_scanned([[*words, *ruled(rows, 600, (50, 200, 300))], [("text", 50, 780, 12, "以上。")]])
    document = sandbox.read(data)
    assert (document.status, document.pages) == ("ok", 3)
    assert [[cell.text for cell in table.cells] for table in document.tables] == [
        [text for row in rows for text in row], [text for row in FIGURES for text in row]]
    assert document.text.index("予以公开") < document.text.index("1042") < document.text.index("以上。")
    assert any("pictures of pages 2;" in warning for warning in document.warnings)
    monkeypatch.setattr(sandboxes, "is_installed", lambda: False)
    without = sandbox.read(data)
    assert (without.status, len(without.tables)) == ("partial", 1) and "以上。" in without.text
    assert any("on pages 2" in warning for warning in without.warnings)


def test_without_the_extra_a_scan_stays_unread_and_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sandboxes, "is_installed", lambda: False)
    with Sandbox(Settings()) as sandbox:
        document = sandbox.read(picture())
    assert document.status == "unsupported"
    assert any("gongkai[ocr]" in warning for warning in document.warnings)


def test_a_page_that_takes_too_long_meets_a_limit_and_a_killed_worker_is_started_again() -> None:
    hasty = Scanner(Settings(ocr_page_s=0.01))
    assert hasty.read(picture(), "image").status == "limit"
    hasty.close()
    scanner = Scanner(Settings())
    assert scanner.read(picture(), "image").status == "ok"
    assert scanner._process is not None
    os.kill(scanner._process.pid, signal.SIGKILL)
    scanner._process.wait()
    assert scanner.read(picture(), "image").status == "ok"
    scanner.close()


def frames(count: int) -> bytes:
    from PIL import Image

    shown = Image.open(io.BytesIO(picture()))
    out = io.BytesIO()
    shown.save(out, format="TIFF", save_all=True, append_images=[shown] * (count - 1))
    return out.getvalue()


def test_no_picture_is_begun_that_would_not_end_in_time_and_those_left_are_named(
        monkeypatch: pytest.MonkeyPatch) -> None:
    clock = [0.0]

    def slow(*_: Any, use_det: bool, **__: Any) -> SimpleNamespace:
        """Ten seconds to find a page's one word."""
        clock[0] += 10.0 * use_det
        at = np.array([[[150, 100], [300, 100], [300, 130], [150, 130]]])
        return SimpleNamespace(boxes=at, txts=("总体情况" if use_det else "7",), scores=(0.9,))

    monkeypatch.setattr(scan, "monotonic", lambda: clock[0])
    told: list[Document] = []
    document = read_scan(frames(4), "image", slow, told.append, within_s=29.0)
    assert (document.status, document.pages, document.text.count("总体情况")) == ("partial", 4, 2)
    assert "ocr: not read within 29 s" in document.warnings
    assert "ocr: the pictures of pages 3, 4 were not read" in document.warnings
    assert [one.warnings[-1] for one in told] == [
        f"ocr: the pictures of pages {left} were not read" for left in ("2, 3, 4", "3, 4")]


class Reading:
    """An engine that finds a word as many times on each page it looks at, and pays for it as the real one does."""

    def __init__(self, *looks: tuple[str, int]) -> None:
        self.looks, self.allowance = iter(looks), Allowance()

    def __call__(self, picture: Any, *, use_det: bool, **_: Any) -> SimpleNamespace:
        word, times = next(self.looks) if use_det else ("7", 1)
        Thrifty(lambda _: None, self.allowance)(SimpleNamespace(img=[np.zeros((15, 150), np.uint8)] * times))
        at = [[[150, 600 + n], [300, 600 + n], [300, 615 + n], [150, 615 + n]] for n in range(times)]
        return SimpleNamespace(boxes=np.array(at), txts=[word] * times, scores=[0.97] * times)


@pytest.mark.parametrize(("words", "said"), [
    (["某地天气"] * 6, ["ocr: so much text up to page 4, and no word of a report",
                    "ocr: the pictures of pages 4, 5, 6 were not read"]),
    (["目录", "政府信息公开", "某地天气", "某地天气", "某地天气", "某地天气"], []),
])
def test_pages_without_a_word_of_a_report_are_not_read_to_the_end(words: list[str], said: list[str]) -> None:
    engine = Reading(*((word, 110) for word in words))
    document = read_scan(frames(6), "image", engine, lambda _: None, allowance=engine.allowance)
    assert [warning for warning in document.warnings if "no word" in warning or "not read" in warning] == said
    assert document.status == ("partial" if said else "ok")


def test_of_a_report_only_the_page_is_left_out_that_has_too_much_text() -> None:
    engine = Reading(("政府信息公开", 60), ("某地天气", 800), ("年度报告", 60))
    document = read_scan(frames(3), "image", engine, lambda _: None, allowance=engine.allowance)
    assert "ocr: page 2: more text than a page of a report has" in document.warnings
    assert "ocr: the pictures of pages 2 were not read" in document.warnings
    assert (document.status, "年度报告" in document.text, "天气" in document.text) == ("partial", True, False)


def test_a_page_of_the_smallest_print_is_refused_and_nothing_waits_for_it(sandbox: Sandbox) -> None:
    """Read as it is, it kept the engine for more than two minutes."""
    page = np.full((3000, 3000), 255, np.uint8)
    for top in range(10, 3000, 22):
        for left in range(0, 3000, 50):
            cv2.putText(page, "80", (left, top + 10), cv2.FONT_HERSHEY_SIMPLEX, 0.4, 0, 1)
    document = sandbox.read(encoded(page, ".png"))
    assert document.status == "unsupported"
    assert "ocr: so much text up to page 1, and no word of a report" in document.warnings


def lying(turn: int) -> bytes:
    """A page of runs of ink, wider than high, with a mark at its top left, turned to the left by quarters."""
    page = np.full((600, 800), 255, np.uint8)
    page[:40, :40] = 0
    for row in range(8):
        page[100 + 60 * row:120 + 60 * row, 100:500] = 0
    return encoded(np.ascontiguousarray(np.rot90(page, turn)), ".png")


def seeing(picture: Any, *, use_det: bool, **_: Any) -> SimpleNamespace:
    """An engine that finds the runs of such a page and reads them as PP-OCR does: well when the page is upright or
    its runs stand turned to the right, which the engine turns back by itself."""
    grey = picture[..., 0]
    rows, columns = np.nonzero(grey < 128)
    corner = {(True, True): 0, (True, False): 3, (False, False): 2, (False, True): 1}[
        bool(grey[:30, :30].min() < 128 or grey[:30, -30:].min() < 128),
        bool(grey[:30, :30].min() < 128 or grey[-30:, :30].min() < 128)]
    count, _, stats, _ = cv2.connectedComponentsWithStats((grey < 128).astype(np.uint8))
    boxes = [[[x, y], [x + w, y], [x + w, y + h], [x, y + h]] for x, y, w, h, _ in stats[1:count] if w != h]
    legible = 0.97 if corner in (0, 3) else 0.6
    assert rows.size and columns.size and use_det
    return SimpleNamespace(boxes=np.array(boxes), txts=[f"第{n}行" for n in range(len(boxes))],
                           scores=[legible] * len(boxes))


@pytest.mark.parametrize(("turn", "told"), [(0, None), (1, 270), (2, 180), (3, 90)])
def test_a_page_that_went_through_the_scanner_lying_or_upside_down(turn: int, told: int | None) -> None:
    document = read_scan(lying(turn), "image", seeing, lambda _: None)
    assert [warning for warning in document.warnings if "turned" in warning] == (
        [f"ocr: page 1: lay turned by {told} degrees"] if told else [])
    assert "第0行" in document.text


def test_pages_of_an_ofd_that_are_pictures_are_read_between_those_of_text() -> None:
    plain: OfdPage = [("text", 20, 20 + 8 * n, 5, PROSE[:30]) for n in range(4)]
    data = ofd([plain, [("image",)], [("image",)]], pictures={"1": lying(0)})
    document = normalise(data)
    assert document.status == "partial" and is_scan(document) and "ofd: no text on pages 2, 3" in document.warnings
    scanned = normalise(ofd([[("image",)]], pictures={"1": lying(0)}))
    assert scanned.status == "unsupported" and is_scan(scanned)
    assert not is_scan(normalise(ofd([[("line", 10, 10, 90, 10)]])))  # drawings: nothing here makes pictures of them
    read = read_scan(data, "ofd", seeing, lambda _: None)
    assert (read.status, read.pages) == ("ok", 3) and read.text.count("第0行") == 2
    assert read.text.startswith(PROSE[:30]) and any("of pages 2, 3; figures" in warning for warning in read.warnings)
    lost = read_scan(ofd([plain, [("image",)]], pictures={"1": b"JBIG2, say"}), "ofd", seeing, lambda _: None)
    assert lost.status == "partial" and "ocr: the pictures of pages 2 were not read" in lost.warnings


def test_tables_that_were_pasted_into_a_word_file_as_pictures_stand_where_they_stood(sandbox: Sandbox) -> None:
    """The prose typed, the statutory tables as pictures between. A seal is none."""
    seal = encoded(np.full((60, 60), 200, np.uint8), ".png")
    data = word(["某某局2021年政府信息公开工作年度报告", "一、总体情况", seal, "三、收到和处理政府信息公开申请情况",
                 picture(), "四、政府信息公开行政复议、行政诉讼情况", "以上。"])
    plain = sandbox.read(data)
    assert (plain.status, plain.images, plain.tables, plain.extractor) == ("ok", 2, (), "")
    read = sandbox.read(data, way="ocr")
    assert (read.status, read.extractor, texts(read)) == ("ok", "ocr", FIGURES)
    kinds = [block.text or "table" for block in read.blocks]
    assert kinds.index("三、收到和处理政府信息公开申请情况") + 1 == kinds.index("table") == len(kinds) - 3
    assert read.titles[0][1] == "某某局2021年政府信息公开工作年度报告"
    whole = sandbox.read(word([picture(), picture()]))
    assert (whole.status, whole.doc_format, len(whole.tables), whole.images) == ("ok", "docx", 2, 2)
    bare = sandbox.read(word([seal]))
    assert (bare.status, bare.tables) == ("unsupported", ())


def test_a_scan_broken_off_in_a_page_keeps_the_pages_before(monkeypatch: pytest.MonkeyPatch) -> None:
    """The worker, played here, reads one page and stands still at the next."""
    ours, theirs = socket.socketpair()
    block = Block("paragraph", "第一页")
    read = Document("partial", "image", (block,), block.text, warnings=("ocr: the pictures of pages 2 were not read",))
    body = TypeAdapter(Document).dump_json(read)
    theirs.sendall(struct.pack(">cQ", b"p", len(body)) + body)
    scanner = Scanner(Settings())
    monkeypatch.setattr(scanner, "_started", lambda over: ours)
    document = scanner.read(b"II*\0", "image", within_s=0.5)
    assert (document.status, document.text) == ("partial", "第一页")
    assert document.warnings == (*read.warnings, "ocr: broken off: its time was up")
    ours.close()
    theirs.close()


def test_the_time_of_a_file_is_shared_by_its_text_and_its_pictures(monkeypatch: pytest.MonkeyPatch) -> None:
    given: list[float] = []

    def read(self: Scanner, data: bytes, doc_format: str, *, everything: bool, within_s: float) -> Document:
        given.append(within_s)
        return Document("limit", doc_format, warnings=("ocr: its time was up",))

    monkeypatch.setattr(Scanner, "read", read)
    mixed = partly_scanned([[("text", 50, 780 - 20 * n, 12, PROSE[:40]) for n in range(4)]])
    with Sandbox(Settings(sandbox_wall_s=500, ocr_wall_s=2000)) as sandbox:
        document = sandbox.read(mixed)
        assert PROSE[:20] in document.text and "ocr: its time was up" in document.warnings
        assert sandbox.read(picture()).status == "limit"
        assert sandbox.read(mixed, way="ocr", spent_s=1000).status == "limit"
        late = sandbox.read(mixed, way="pdfplumber", spent_s=500)
    assert (late.status, late.warnings) == ("limit", ("pdf: no time left of 500 s to read it another way",))
    assert [0 < seconds <= most for seconds, most in zip(given, (450, 1800, 800), strict=True)] == [True] * 3


@pytest.mark.parametrize("data", [b"\x89PNG\r\n\x1a\n" + b"x" * 9_000, picture()[:5_000], b"GIF89a" + bytes(9_000)])
def test_a_damaged_picture_ends_in_a_status(sandbox: Sandbox, data: bytes) -> None:
    assert sandbox.read(data).status in ("failed", "unsupported", "ok", "limit")
    assert sandbox.read(b"text").status == "ok"


def scanned(path: str, pages: list[int] | None, turn: float) -> bytes:
    """The pages of a PDF as one TIFF, printed and scanned again."""
    import pypdfium2
    from PIL import Image

    pdf = pypdfium2.PdfDocument(SHARED / "real/generated" / path)
    images = []
    for number in pages or range(len(pdf)):
        page = pdf[number].render(scale=150 / 72, grayscale=True).to_numpy().squeeze()
        images.append(Image.fromarray(worn(page, turn)))
    out = io.BytesIO()
    images[0].save(out, format="TIFF", save_all=True, append_images=images[1:])
    return out.getvalue()


def accuracy(reading: TablesReading, wanted: Any) -> float:
    """The share of the gold cells read as printed."""
    form = load_forms()["cn-gov-2021"]
    right = [reading.tables.get("requests", {}).get(row.key, {}).get(column.key)
             for row in form.tables["requests"].required for column in form.tables["requests"].columns]
    printed = [raw for cells in wanted["tables"][1]["grid"][3:] for raw in cells[-7:]]
    figures = reading.tables.get("review_litigation", {}).get("figures", {})
    right += [figures.get(f"{b.key}_{c.key}") for b in form.tables["review_litigation"].blocks for c in b.columns]
    printed += wanted["tables"][2]["grid"][-1]
    read = [cell is not None and (cell.value == Decimal(raw) if raw else cell.value is None)
            for cell, raw in zip(right, printed, strict=True)]
    assert all(cell.where.startswith("ocr ") for cell in right if cell is not None)
    return sum(read) / len(read)


@pytest.mark.shared
@needs_shared
@pytest.mark.parametrize("turn", [0.7, *([None] if os.environ.get("GONGKAI_TEST_SCANS") else [])])  # half a minute each
def test_scanned_reports_cell_by_cell(sandbox: Sandbox, turn: float | None) -> None:
    wanted = json.loads((SHARED / "real/generated/gold/doc.json").read_text(encoding="utf-8"))["r0"]
    data = (SHARED / "real/generated/scan/r0_scan150.pdf").read_bytes() if turn is None else scanned(
        "doc/r0.pdf", [1, 2, 3], turn)
    assert accuracy(read_tables(sandbox.read(data)), wanted) >= 0.97


def test_the_pictures_of_one_text_are_read_as_its_pages(sandbox: Sandbox) -> None:
    page = capture("http://cgj.yunxi.gov.cn/nb/1.htm", b"<title>x</title><body><img src=0.png><img src=1.png></body>")
    shown = [Attachment(f"http://cgj.yunxi.gov.cn/nb/{n}.png", "", capture(
        f"http://cgj.yunxi.gov.cn/nb/{n}.png", picture(turn=n), content_type="image/png")) for n in (0.0, 0.5)]
    plain = Attachment("http://cgj.yunxi.gov.cn/nb/1.txt", "", capture(
        "http://cgj.yunxi.gov.cn/nb/1.txt", "说明".encode(), content_type="text/plain"))
    sources = read_files(Finding(SITE, page, attachments=(*shown, plain)), sandbox)
    assert [len(source.raw_sha256) for source in sources] == [1, 2, 1]
    pictured = sources[1].document
    assert (pictured.status, pictured.extractor, len(pictured.tables)) == ("ok", "ocr", 2)
