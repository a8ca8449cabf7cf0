"""PDF with a text layer: lines from pypdfium2, or from pdfplumber on pages with rules, where tables come from too."""

import itertools
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import Any

import pdfplumber
import pypdfium2
import pypdfium2.raw as pdfium

from crawler.normalise.grid import Box, follows, rule, stitch
from crawler.normalise.reading import clean, is_heading, paragraph
from crawler.normalise.text import flatten, title_lines
from gongkai.document import Block, Document, Status

MAX_PAGES = 300
_MIN_RULES = 4
_RULE_PT = 3.0
_MIN_TEXT_CHARS = 50
_PASSWORD_ERROR = 4
_DASHES = r"[—\-–－―_~·.\s]*"
_PAGE_NUMBER = re.compile(_DASHES + r"(?:第\s*)?\d{1,3}(?:\s*页)?(?:\s*[/／,，共]+\s*\d{1,3}\s*页?)?" + _DASHES)
_CLOSED = ("。", "；", "：", "！", "？")
_ITEM = re.compile(r"[一二三四五六七八九十]{1,3}、|[（(][一二三四五六七八九十\d]{1,3}[)）]|\d{1,2}[.．、](?!\d)")
_NO_UNICODE = re.compile(r"\(cid:\d+\)")
_GAP = re.compile(r"(?<=[\u3000-\u9fff\uff00-\uffef]) (?=[\u3000-\u9fff\uff00-\uffef])")


@dataclass(frozen=True)
class Line:
    text: str
    x0: float
    x1: float
    top: float
    bottom: float

    @property
    def size(self) -> float:
        return self.bottom - self.top


@dataclass(frozen=True)
class _TablePart:
    boxes: tuple[Box, ...]
    page: int


_Piece = Line | _TablePart


def read_pdf(data: bytes) -> Document:
    """Paragraphs re-flowed from lines, tables joined over page breaks. A scan is `unsupported`, a locked file
    `encrypted`; both say so in a warning."""
    try:
        pdf = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as problem:
        locked = getattr(problem, "err_code", None) == pdfium.FPDF_ERR_PASSWORD or "password" in str(problem).lower()
        return Document("encrypted" if locked else "failed", "pdf", warnings=(f"pdf: {problem}",))
    pages: list[list[_Piece]] = []
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
            pages.append(_without_page_number(pieces))
            if not pieces and _has_images(page):
                bare.append(number + 1)
            page.close()
    pdf.close()
    return _document(pages, bare, count, warnings)


def _document(pages: list[list[_Piece]], bare: list[int], count: int, warnings: list[str]) -> Document:
    letters = sum(_letters(piece) for page in pages for piece in page)
    if letters < _MIN_TEXT_CHARS and bare:
        scan = "pdf: pages are pictures without a text layer (a scan)"
        return Document("unsupported", "pdf", pages=count, warnings=(scan,))
    if bare:
        warnings.append(f"pdf: no text layer on pages {', '.join(map(str, bare[:20]))}")
    if count > MAX_PAGES:
        warnings.append(f"pdf: only the first {MAX_PAGES} of {count} pages were read")
    blocks = list(_blocks(pages))
    lines = [block.text for block in blocks[:12] if block.table is None]
    titles = tuple(("text", line) for line in title_lines(lines))
    status: Status = "partial" if bare or count > MAX_PAGES else "ok"
    return Document(status, "pdf", tuple(blocks), flatten(blocks), titles, pages=count, warnings=tuple(warnings))


def _letters(piece: _Piece) -> int:
    return len(piece.text) if isinstance(piece, Line) else sum(len(box.text) for box in piece.boxes)


def _has_rules(page: Any) -> bool:
    paths = page.get_objects(filter=[pdfium.FPDF_PAGEOBJ_PATH], max_depth=3)
    return sum(1 for _ in itertools.islice(paths, _MIN_RULES)) >= _MIN_RULES


def _has_images(page: Any) -> bool:
    return any(True for _ in page.get_objects(filter=[pdfium.FPDF_PAGEOBJ_IMAGE], max_depth=3))


def _lines(page: Any) -> list[_Piece]:
    """Text lines in pdfium's reading order, with their boxes (top down)."""
    text = page.get_textpage()
    height = page.get_height()
    lines: list[_Piece] = []
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


def _end_line(lines: list[_Piece], chars: list[str], box: list[float], height: float) -> None:
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

    def page(self, number: int) -> list[_Piece] | None:
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


def _plumbed(page: Any, number: int) -> list[_Piece]:
    page = page.dedupe_chars()
    found = [table for table in page.filter(_may_rule).find_tables() if len({cell[0] for cell in table.cells}) > 1]
    tables = [table for table in found if not any(o is not table and _inside(table.bbox, o.bbox) for o in found)]
    chars = page.chars
    outside = page.filter(lambda item: item["object_type"] != "char" or not any(_covers(t.bbox, item) for t in tables))
    lines = ((_read_off(line["text"]), line) for line in outside.extract_text_lines(return_chars=False))
    pieces: list[_Piece] = [Line(text, line["x0"], line["x1"], line["top"], line["bottom"])
                            for text, line in lines if text]
    for table in tables:
        boxes = tuple(_box(cell, [char for char in chars if _covers(cell, char)]) for cell in table.cells)
        if any(box.text for box in boxes):
            pieces.append(_TablePart(boxes, number))
    return sorted(pieces, key=_top)


def _read_off(text: str) -> str:
    """A character the font gives no Unicode for is one lost character, not the words pdfminer writes for it."""
    return clean(_NO_UNICODE.sub("\ufffd", text))


def _top(piece: _Piece) -> float:
    return piece.top if isinstance(piece, Line) else min(box.top for box in piece.boxes)


def _may_rule(item: dict[str, Any]) -> bool:
    """Not a background: areas filled behind a line or paragraph without a stroke look like cells to pdfplumber and
    take the prose of a report into one long table (a real report of 2024 is printed so)."""
    filled = item["object_type"] == "rect" and item.get("fill") and not item.get("stroke")
    return not filled or min(item["width"], item["height"]) <= _RULE_PT


def _box(cell: tuple[float, float, float, float], chars: list[dict[str, Any]]) -> Box:
    lines = pdfplumber.utils.text.extract_text(chars).split("\n") if chars else []
    text = "\n".join(line for line in (_GAP.sub("", _read_off(raw)) for raw in lines) if line)
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


def _without_page_number(pieces: list[_Piece]) -> list[_Piece]:
    """Drop a first or last line that is only the page's number."""
    def is_number(piece: _Piece) -> bool:
        return isinstance(piece, Line) and bool(_PAGE_NUMBER.fullmatch(piece.text))

    while pieces and is_number(pieces[-1]):
        pieces = pieces[:-1]
    return pieces[1:] if pieces and is_number(pieces[0]) else pieces


def _blocks(pages: list[list[_Piece]]) -> Iterator[Block]:
    """Pieces of all pages in order: tables continued over a break joined, lines re-flowed into paragraphs."""
    pending: list[Line] = []
    table: _TablePart | None = None
    left, right = _margins([piece for page in pages for piece in page if isinstance(piece, Line)])
    for page in pages:
        for place, piece in enumerate(page):
            if isinstance(piece, Line):
                if table is not None:
                    yield _table(table)
                    table = None
                pending.append(piece)
                continue
            yield from _flow(pending, left, right)
            pending = []
            if table is not None and place == 0 and table.page < piece.page and follows(table.boxes, piece.boxes):
                table = _TablePart(tuple(stitch(table.boxes, piece.boxes)), piece.page)
                continue
            if table is not None:
                yield _table(table)
            table = piece
    if table is not None:
        yield _table(table)
    yield from _flow(pending, left, right)


def _table(part: _TablePart) -> Block:
    return Block("table", table=rule(part.boxes, part.page))


def _margins(lines: list[Line]) -> tuple[float, float]:
    """Left and right edge of the text: where full lines begin and end."""
    if not lines:
        return 0.0, 0.0
    starts, ends = sorted(line.x0 for line in lines), sorted(line.x1 for line in lines)
    return starts[len(starts) // 20], ends[-1 - len(ends) // 20]


def _flow(lines: list[Line], left: float, right: float) -> Iterator[Block]:
    """Paragraphs: a line goes on with the one before when that ran to the right edge and this is not indented."""
    text, last = "", None
    for line in lines:
        goes_on = (last is not None and last.x1 > right - 1.8 * last.size and line.x0 < left + 1.2 * line.size
                   and abs(line.size - last.size) < 0.4 * last.size
                   and not (text.endswith(_CLOSED) and _ITEM.match(line.text))
                   and not (is_heading(line.text) and line.x1 < right - 3 * line.size))
        if goes_on:
            two_words = text[-1:].isascii() and text[-1:].isalpha() and line.text[:1].isascii()
            text += (" " if two_words else "") + line.text
        else:
            if text:
                yield paragraph(_GAP.sub("", text))
            text = line.text
        last = line
    if text:
        yield paragraph(_GAP.sub("", text))
