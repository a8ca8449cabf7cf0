"""PDF with a text layer: characters and strokes from pdfium, tables by our own grid; where that cannot tell a page's
table, pdfplumber reads the page."""


from typing import Any

import pypdfium2
import pypdfium2.raw as pdfium

from crawler.normalise.drawn import Drawing, Letter, draw
from crawler.normalise.plumbed import Plumber
from crawler.normalise.printed import Line, Piece, TablePart, blocks, in_order, letters, without_page_number
from crawler.normalise.reading import clean
from crawler.normalise.ruled import RULE_PT, lines, read_ruled
from crawler.normalise.text import flatten, title_lines
from crawler.normalise.unread import UNREAD_PAGES
from gongkai.document import Document, Status

MAX_PAGES = 300
_CROSSED = 2  # strokes each way, least: a page with fewer has no table
_MIN_TEXT_CHARS = 50
_PRIVATE = frozenset(map(chr, range(0xE000, 0xF900)))
_PRIVATE_SHARE = 0.05
_PICTURE = (0.1, 0.8)  # less is a seal or a head, more the ground of a page whose text lies over it
UNREAD_PICTURE = "a picture on it was not read"


def read_pdf(data: bytes, *, plumbed: bool = False) -> Document:
    """Paragraphs re-flowed from lines, tables joined over page breaks. A scan is `unsupported`, a locked file
    `encrypted`; both say so in a warning. `plumbed` has pdfplumber read every page with rules."""
    try:
        pdf = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as problem:
        locked = getattr(problem, "err_code", None) == pdfium.FPDF_ERR_PASSWORD or "password" in str(problem).lower()
        return Document("encrypted" if locked else "failed", "pdf", warnings=(f"pdf: {problem}",))
    pages: list[list[Piece]] = []
    unread: list[int] = []
    warnings: list[str] = []
    count = len(pdf)
    with Plumber(data) as plumber:
        for number in range(min(count, MAX_PAGES)):
            pieces, readable = read_page(pdf, number, plumber, warnings, plumbed=plumbed)
            pages.append(pieces)
            if not readable:
                unread.append(number + 1)
    pdf.close()
    return _document(pages, unread, count, warnings)


def read_page(pdf: Any, number: int, plumber: Plumber, warnings: list[str], *,
              plumbed: bool = False) -> tuple[list[Piece], bool]:
    """What one page prints, and false where eyes would read more: a picture without a text layer, or text in codes
    that only its font knows."""
    page = pdf[number]
    drawing = draw(page)
    page.close()
    pieces = _pieces(drawing, number, plumber, warnings, plumbed=plumbed)
    if pieces and _PICTURE[0] < drawing.pictured < _PICTURE[1] and not any(isinstance(p, TablePart) for p in pieces):
        warnings.append(f"pdf: page {number + 1}: {UNREAD_PICTURE}")
    coded = sum(letter.char == "\ufffd" or letter.char in _PRIVATE for letter in drawing.letters)
    return pieces, (bool(pieces) or not drawing.has_pictures) and coded <= _PRIVATE_SHARE * len(drawing.letters)


def _pieces(drawing: Drawing, number: int, plumber: Plumber, warnings: list[str], *, plumbed: bool) -> list[Piece]:
    if not _has_rules(drawing):
        return without_page_number(_lines(drawing.letters))
    own = None if plumbed else _ruled(drawing, number + 1)
    if own is not None:
        return own
    pieces = plumber.page(number)
    if pieces is None:
        warnings.append(plumber.problem)
        pieces = _lines(drawing.letters)
    return without_page_number(pieces)


def _has_rules(drawing: Drawing) -> bool:
    """Whether strokes run both ways, which any table needs."""
    level = sum(abs(s.bottom - s.top) <= RULE_PT < abs(s.x1 - s.x0) for s in drawing.strokes)
    upright = sum(abs(s.x1 - s.x0) <= RULE_PT < abs(s.bottom - s.top) for s in drawing.strokes)
    return not drawing.is_whole or (level >= _CROSSED and upright >= _CROSSED)


def _ruled(drawing: Drawing, number: int) -> list[Piece] | None:
    """The page by our own grid; None where that is not sure of itself."""
    if not drawing.is_whole:
        return None
    ruling = read_ruled(drawing.strokes, [letter.place for letter in drawing.letters if letter.place is not None])
    if ruling.warnings or not ruling.tables:
        return None
    return in_order(lines(ruling.loose), ruling.tables, number)


def _document(pages: list[list[Piece]], unread: list[int], count: int, warnings: list[str]) -> Document:
    count_read = sum(letters(piece) for page in pages for piece in page)
    if count_read < _MIN_TEXT_CHARS and unread:
        scan = "pdf: pages are pictures without a text layer (a scan)"
        return Document("unsupported", "pdf", pages=count, warnings=(scan,))
    if unread:
        warnings.append(f"{UNREAD_PAGES} {', '.join(map(str, unread[:20]))}")
    if count > MAX_PAGES:
        warnings.append(f"pdf: only the first {MAX_PAGES} of {count} pages were read")
    read = tuple(blocks(pages))
    lines = [block.text for block in read[:12] if block.table is None]
    titles = tuple(("text", line) for line in title_lines(lines))
    status: Status = "partial" if unread or count > MAX_PAGES else "ok"
    return Document(status, "pdf", read, flatten(read), titles, pages=count, warnings=tuple(warnings))


def _lines(found: tuple[Letter, ...]) -> list[Piece]:
    """Text lines in pdfium's reading order, with their boxes."""
    made: list[Piece] = []
    row: list[Letter] = []
    for letter in (*found, Letter("\n")):
        if letter.char != "\n":
            row.append(letter)
            continue
        boxes = [one.place for one in row if one.place is not None]
        text = clean("".join(one.char for one in row))
        if text and boxes:
            made.append(Line(text, min(box.x0 for box in boxes), max(box.x1 for box in boxes),
                             min(box.top for box in boxes), max(box.bottom for box in boxes)))
        row = []
    return made
