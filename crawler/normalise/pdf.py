"""PDF with a text layer: lines from pypdfium2, or from pdfplumber on pages with rules, where tables come from too."""

import itertools
import re
from collections.abc import Sequence
from io import BytesIO
from typing import Any

import pdfplumber
import pypdfium2
import pypdfium2.raw as pdfium

from crawler.normalise.grid import Box
from crawler.normalise.printed import GAP, Line, Piece, blocks, in_order, letters, without_page_number
from crawler.normalise.reading import clean
from crawler.normalise.ruled import RULE_PT
from crawler.normalise.text import flatten, title_lines
from gongkai.document import Document, Status

MAX_PAGES = 300
_MIN_RULES = 4
_MIN_TEXT_CHARS = 50
_PASSWORD_ERROR = 4
_NO_UNICODE = re.compile(r"\(cid:\d+\)")


def read_pdf(data: bytes) -> Document:
    """Paragraphs re-flowed from lines, tables joined over page breaks. A scan is `unsupported`, a locked file
    `encrypted`; both say so in a warning."""
    try:
        pdf = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as problem:
        locked = getattr(problem, "err_code", None) == pdfium.FPDF_ERR_PASSWORD or "password" in str(problem).lower()
        return Document("encrypted" if locked else "failed", "pdf", warnings=(f"pdf: {problem}",))
    pages: list[list[Piece]] = []
    bare: list[int] = []
    warnings: list[str] = []
    count = len(pdf)
    with _Plumber(data) as plumber:
        for number in range(min(count, MAX_PAGES)):
            page = pdf[number]
            ruled = _has_rules(page)
            pieces = plumber.page(number) if ruled else None
            if pieces is None:
                pieces = _lines(page)
            elif plumber.problem:
                warnings.append(plumber.problem)
            pages.append(without_page_number(pieces))
            if not pieces and _has_images(page):
                bare.append(number + 1)
            page.close()
    pdf.close()
    return _document(pages, bare, count, warnings)


def _document(pages: list[list[Piece]], bare: list[int], count: int, warnings: list[str]) -> Document:
    count_read = sum(letters(piece) for page in pages for piece in page)
    if count_read < _MIN_TEXT_CHARS and bare:
        scan = "pdf: pages are pictures without a text layer (a scan)"
        return Document("unsupported", "pdf", pages=count, warnings=(scan,))
    if bare:
        warnings.append(f"pdf: no text layer on pages {', '.join(map(str, bare[:20]))}")
    if count > MAX_PAGES:
        warnings.append(f"pdf: only the first {MAX_PAGES} of {count} pages were read")
    read = tuple(blocks(pages))
    lines = [block.text for block in read[:12] if block.table is None]
    titles = tuple(("text", line) for line in title_lines(lines))
    status: Status = "partial" if bare or count > MAX_PAGES else "ok"
    return Document(status, "pdf", read, flatten(read), titles, pages=count, warnings=tuple(warnings))


def _has_rules(page: Any) -> bool:
    paths = page.get_objects(filter=[pdfium.FPDF_PAGEOBJ_PATH], max_depth=3)
    return sum(1 for _ in itertools.islice(paths, _MIN_RULES)) >= _MIN_RULES


def _has_images(page: Any) -> bool:
    return any(True for _ in page.get_objects(filter=[pdfium.FPDF_PAGEOBJ_IMAGE], max_depth=3))


def _lines(page: Any) -> list[Piece]:
    """Text lines in pdfium's reading order, with their boxes (top down)."""
    text = page.get_textpage()
    height = page.get_height()
    lines: list[Piece] = []
    chars: list[str] = []
    box: list[float] = []
    rect, drawn = pdfium.FS_RECTF(), pdfium.FS_RECTF()
    for i in range(text.count_chars()):
        code = pdfium.FPDFText_GetUnicode(text, i)
        if code in (10, 13):
            _end_line(lines, chars, box, height)
            continue
        char = chr(code) if 0 < code < 0x110000 and not 0xD800 <= code < 0xE000 and code != 0xFFFE else ""
        if char.strip() and _printed_again(text, i, char, chars, drawn):
            continue
        chars.append(char)
        # Loose boxes are as tall as the font, so that a line's height is its size whatever its characters are.
        if char.strip() and pdfium.FPDFText_GetLooseCharBox(text, i, rect):
            edges = (rect.left, rect.bottom, rect.right, rect.top)
            box[:] = [*map(min, box[:2], edges[:2]), *map(max, box[2:], edges[2:])] if box else edges
    _end_line(lines, chars, box, height)
    text.close()
    return lines


def _printed_again(text: Any, i: int, char: str, chars: list[str], drawn: Any) -> bool:
    """Whether a character stands where the same one was just drawn: some writers print bold by printing twice.
    `drawn` carries the last one's box from call to call."""
    left, bottom, width = drawn.left, drawn.bottom, drawn.right - drawn.left
    if not pdfium.FPDFText_GetLooseCharBox(text, i, drawn):
        return False
    near = abs(drawn.left - left) < 0.3 * width and abs(drawn.bottom - bottom) < 0.3 * width
    return near and bool(chars) and chars[-1] == char


def _end_line(lines: list[Piece], chars: list[str], box: list[float], height: float) -> None:
    text = clean("".join(chars))
    if text and box:
        lines.append(Line(text, box[0], box[2], height - box[3], height - box[1]))
    chars.clear()
    box.clear()


class _Plumber:
    """pdfplumber, opened when the first ruled page asks for it. What it cannot read is left to pdfium's lines."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._pdf: Any = None
        self.problem = ""

    def __enter__(self) -> "_Plumber":
        return self

    def __exit__(self, *_: object) -> None:
        if self._pdf is not None:
            self._pdf.close()

    def page(self, number: int) -> list[Piece] | None:
        self.problem = ""
        try:
            if self._pdf is None:
                self._pdf = pdfplumber.open(BytesIO(self._data))
            page = self._pdf.pages[number]
            pieces = _plumbed(page, number + 1)
            page.close()
        except MemoryError:
            raise
        except Exception as problem:  # pdfminer raises whatever a damaged file makes it stumble over
            self.problem = f"pdf: tables of page {number + 1} could not be read ({type(problem).__name__})"
            return None
        return pieces


def _plumbed(page: Any, number: int) -> list[Piece]:
    page = page.dedupe_chars()
    found = [table for table in page.filter(_may_rule).find_tables() if len({cell[0] for cell in table.cells}) > 1]
    tables = [table for table in found if not any(o is not table and _inside(table.bbox, o.bbox) for o in found)]
    chars = page.chars
    outside = page.filter(lambda item: item["object_type"] != "char" or not any(_covers(t.bbox, item) for t in tables))
    lines = ((_read_off(line["text"]), line) for line in outside.extract_text_lines(return_chars=False))
    read = [Line(text, line["x0"], line["x1"], line["top"], line["bottom"]) for text, line in lines if text]
    boxes = [tuple(_box(cell, [char for char in chars if _covers(cell, char)]) for cell in table.cells)
             for table in tables]
    return in_order(read, [part for part in boxes if any(box.text for box in part)], number)


def _read_off(text: str) -> str:
    """A character the font gives no Unicode for is one lost character, not the words pdfminer writes for it."""
    return clean(_NO_UNICODE.sub("\ufffd", text))


def _may_rule(item: dict[str, Any]) -> bool:
    """Not a background: areas filled behind a line or paragraph without a stroke look like cells to pdfplumber and
    take the prose of a report into one long table (a real report of 2024 is printed so)."""
    filled = item["object_type"] == "rect" and item.get("fill") and not item.get("stroke")
    return not filled or min(item["width"], item["height"]) <= RULE_PT


def _box(cell: tuple[float, float, float, float], chars: list[dict[str, Any]]) -> Box:
    lines = pdfplumber.utils.text.extract_text(chars).split("\n") if chars else []
    text = "\n".join(line for line in (GAP.sub("", _read_off(raw)) for raw in lines) if line)
    full = False
    if chars:
        low = max(char["bottom"] for char in chars)
        last = [char for char in chars if char["text"].strip() and char["bottom"] > low - 2]
        # Room for two characters at most: a closing bracket may not begin a line and takes one more with it.
        full = bool(last) and max(char["x1"] for char in last) > cell[2] - 2.3 * max(char["size"] for char in last)
    return Box(text, *cell, full=full)


def _covers(bbox: tuple[float, float, float, float], item: dict[str, Any]) -> bool:
    x, y = (item["x0"] + item["x1"]) / 2, (item["top"] + item["bottom"]) / 2
    return bbox[0] <= x < bbox[2] and bbox[1] <= y < bbox[3]


def _inside(inner: Sequence[float], outer: Sequence[float]) -> bool:
    slack = 1.0
    return (inner[0] >= outer[0] - slack and inner[1] >= outer[1] - slack
            and inner[2] <= outer[2] + slack and inner[3] <= outer[3] + slack)
