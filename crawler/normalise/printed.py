"""Printed pages to blocks: lines re-flowed into paragraphs, tables joined over page breaks, page numbers dropped."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate

from crawler.normalise.grid import Box, follows, rule, stitch
from crawler.normalise.reading import is_heading, paragraph
from gongkai.document import Block

GAP = re.compile(r"(?<=[\u3000-\u9fff\uff00-\uffef]) (?=[\u3000-\u9fff\uff00-\uffef])")
"""A blank between two Chinese characters, which printing puts there and nobody wrote."""
_DASHES = r"[—\-–－―_~·.\s]*"
_PAGE_NUMBER = re.compile(_DASHES + r"(?:第\s*)?\d{1,3}(?:\s*页)?(?:\s*[/／,，共]+\s*\d{1,3}\s*页?)?" + _DASHES)
_CLOSED = ("。", "；", "：", "！", "？")
_ITEM = re.compile(r"[一二三四五六七八九十]{1,3}、|[（(][一二三四五六七八九十\d]{1,3}[)）]|\d{1,2}[.．、](?!\d)")


@dataclass(frozen=True)
class Line:
    """A printed line, in points from the top left corner of its page."""

    text: str
    x0: float
    x1: float
    top: float
    bottom: float

    @property
    def size(self) -> float:
        return self.bottom - self.top


@dataclass(frozen=True)
class TablePart:
    """What one page has of a table."""

    boxes: tuple[Box, ...]
    page: int


Piece = Line | TablePart


def in_order(lines: Sequence[Line], tables: Sequence[tuple[Box, ...]], page: int) -> list[Piece]:
    """The pieces of a page from the top down, without its number; lines keep their order (columns have their own)."""
    tops = accumulate((line.top for line in lines), max)
    pieces: list[tuple[float, Piece]] = [*zip(tops, lines, strict=True)]
    pieces += [(min(box.top for box in boxes), TablePart(boxes, page)) for boxes in tables]
    return without_page_number([piece for _, piece in sorted(pieces, key=lambda pair: pair[0])])


def letters(piece: Piece) -> int:
    return len(piece.text) if isinstance(piece, Line) else sum(len(box.text) for box in piece.boxes)


def without_page_number(pieces: list[Piece]) -> list[Piece]:
    """Drop a first or last line that is only the page's number."""
    def is_number(piece: Piece) -> bool:
        return isinstance(piece, Line) and bool(_PAGE_NUMBER.fullmatch(piece.text))

    while pieces and is_number(pieces[-1]):
        pieces = pieces[:-1]
    return pieces[1:] if pieces and is_number(pieces[0]) else pieces


def blocks(pages: Sequence[Sequence[Piece]]) -> Iterator[Block]:
    """Pieces of all pages in order: tables continued over a break joined, lines re-flowed into paragraphs."""
    pending: list[Line] = []
    table: TablePart | None = None
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
                table = TablePart(tuple(stitch(table.boxes, piece.boxes)), piece.page)
                continue
            if table is not None:
                yield _table(table)
            table = piece
    if table is not None:
        yield _table(table)
    yield from _flow(pending, left, right)


def _table(part: TablePart) -> Block:
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
                yield paragraph(GAP.sub("", text))
            text = line.text
        last = line
    if text:
        yield paragraph(GAP.sub("", text))
