"""What a PDF page draws, as pdfium tells it: characters and straight strokes in points, y downwards, as displayed.

One pass of direct calls a page: some thirty times faster than pdfminer's interpreter, which pdfplumber stands on.
"""

from collections.abc import Callable, Iterator
from ctypes import byref, c_double, c_float, c_int
from dataclasses import dataclass
from itertools import pairwise
from math import hypot
from typing import Any, NamedTuple

import pypdfium2.raw as pdfium

from crawler.normalise.ruled import RULE_PT, Stroke, Text, strokes_of

MAX_SEGMENTS = 60_000
"""Straight pieces read of one page; a drawing of more is a map and no table."""
_DEPTH = 4
_NO_WIDTH = 0.001
_LOST = "\ufffd"
_LINE_ENDS = (10, 13)

Place = Callable[[float, float], tuple[float, float]]
_Matrix = tuple[float, float, float, float, float, float]
_AS_DRAWN: _Matrix = (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)


class Letter(NamedTuple):
    """A character in pdfium's reading order; without a place where none is drawn (a blank pdfium put in, a line's
    end). `size` in `place` is the font's, whatever the character is."""

    char: str
    place: Text | None = None


@dataclass(frozen=True)
class Drawing:
    """`is_whole` is false where strokes or letters were left out; `pictured` is the largest picture's share of the
    page."""

    letters: tuple[Letter, ...]
    strokes: tuple[Stroke, ...]
    has_pictures: bool
    is_whole: bool = True
    pictured: float = 0.0


def draw(page: Any) -> Drawing:
    """`page` is pypdfium2's."""
    place = _display(page)
    strokes: list[Stroke] = []
    seen = _Seen()
    objects = _objects(page.raw, pdfium.FPDFPage_CountObjects, pdfium.FPDFPage_GetObject)
    _collect(objects, _AS_DRAWN, place, strokes, seen, _DEPTH)
    return Drawing(tuple(_letters(page, place)), tuple(strokes), seen.pictures,
                   seen.segments <= MAX_SEGMENTS and not seen.lost_letters, _share(page, seen.picture))


def _display(page: Any) -> Place:
    """From the page's own space to the page as shown: many landscape tables are upright pages that are turned."""
    turn = pdfium.FPDFPage_GetRotation(page.raw) % 4
    width, height = page.get_size()
    match turn:
        case 1:
            return lambda x, y: (y, x)
        case 2:
            return lambda x, y: (width - x, y)
        case 3:
            return lambda x, y: (width - y, height - x)
        case _:
            return lambda x, y: (x, height - y)


def _letters(page: Any, place: Place) -> Iterator[Letter]:
    text = page.get_textpage()
    raw, boxes = text.raw, _Boxes(text.raw)
    last: Text | None = None
    code_of, is_lost = pdfium.FPDFText_GetUnicode, pdfium.FPDFText_HasUnicodeMapError  # asked of each character
    for i in range(text.count_chars()):
        code = code_of(raw, i)
        if code in _LINE_ENDS:
            yield Letter("\n")
            continue
        if is_lost(raw, i) == 1:
            char = _LOST
        else:
            char = chr(code) if 0 < code < 0x110000 and not 0xD800 <= code < 0xE000 and code != 0xFFFE else ""
        blank = not char.strip()
        edges = boxes.of(i) if char and not (blank and pdfium.FPDFText_IsGenerated(raw, i) == 1) else None
        if edges is None:
            yield Letter(char)
            continue
        (x0, y0), (x1, y1) = place(edges[0], edges[1]), place(edges[2], edges[3])
        at = Text(char, x0 if x0 < x1 else x1, y0 if y0 < y1 else y1, x1 if x0 < x1 else x0, y1 if y0 < y1 else y0)
        if last is None or blank or char != last.text or not _printed_again(at, last):
            yield Letter(char, at)
        last = at
    text.close()


class _Boxes:
    """Where characters stand, in the page's own space. Loose boxes are as tall as the font, so that a line's height is
    its size whatever its characters are; for some fonts pdfium forgets the text's scale in them (one label of a
    real report of 2024 came out twenty times its size), which the tight box and the font's size then mend."""

    def __init__(self, text: Any) -> None:
        self._text = text
        self._loose = pdfium.FPDFText_GetLooseCharBox
        self._rect, self._matrix = pdfium.FS_RECTF(), pdfium.FS_MATRIX()
        self._tight = tuple(c_double() for _ in range(4))
        self._trusted = -1.0

    def of(self, i: int) -> tuple[float, float, float, float] | None:
        rect = self._rect
        if not self._loose(self._text, i, rect):
            return None
        left, bottom, right, top = rect.left, rect.bottom, rect.right, rect.top
        height = top - bottom
        if abs(height - self._trusted) > 0.01 * height:
            size = self._size(i)
            if size and min(abs(height - size), abs(right - left - size)) > 0.5 * size:
                return self._mended(i, size)
            self._trusted = height
        return left, bottom, right, top

    def _size(self, i: int) -> float:
        if not pdfium.FPDFText_GetMatrix(self._text, i, self._matrix):
            return 0.0
        return float(pdfium.FPDFText_GetFontSize(self._text, i)) * hypot(self._matrix.c, self._matrix.d)

    def _mended(self, i: int, size: float) -> tuple[float, float, float, float] | None:
        left, right, bottom, top = self._tight
        if not pdfium.FPDFText_GetCharBox(self._text, i, left, right, bottom, top):
            return None
        more = max(0.0, size - (top.value - bottom.value)) / 2
        wider = more if right.value - left.value < size else 0.0
        return left.value - min(wider, 0.1 * size), bottom.value - more, right.value, top.value + more


def _printed_again(one: Text, last: Text) -> bool:
    """Whether a character stands where the same one was just drawn: some writers print bold by printing twice."""
    near = 0.3 * (last.x1 - last.x0)
    return abs(one.x0 - last.x0) < near and abs(one.bottom - last.bottom) < near


@dataclass
class _Seen:
    segments: int = 0
    pictures: bool = False
    picture: float = 0.0
    lost_letters: bool = False


def _objects(holder: Any, count: Callable[[Any], int], get: Callable[[Any, int], Any]) -> Iterator[Any]:
    return (get(holder, i) for i in range(count(holder)))


def _collect(objects: Iterator[Any], matrix: _Matrix, place: Place, strokes: list[Stroke], seen: _Seen,
             depth: int) -> None:
    for item in objects:
        kind = pdfium.FPDFPageObj_GetType(item)
        if kind == pdfium.FPDF_PAGEOBJ_TEXT:
            seen.lost_letters = seen.lost_letters or _is_lost(item)
        elif kind == pdfium.FPDF_PAGEOBJ_IMAGE:
            seen.pictures, seen.picture = True, max(seen.picture, _area(item))
        elif kind == pdfium.FPDF_PAGEOBJ_FORM and depth:
            inner = _objects(item, pdfium.FPDFFormObj_CountObjects, pdfium.FPDFFormObj_GetObject)
            _collect(inner, _joined(_matrix_of(item), matrix), place, strokes, seen, depth - 1)
        elif kind == pdfium.FPDF_PAGEOBJ_PATH and seen.segments <= MAX_SEGMENTS:
            _path(item, _joined(_matrix_of(item), matrix), place, strokes, seen)


def _area(item: Any) -> float:
    left, bottom, right, top = c_float(), c_float(), c_float(), c_float()
    if not pdfium.FPDFPageObj_GetBounds(item, left, bottom, right, top):
        return 0.0
    return abs((right.value - left.value) * (top.value - bottom.value))


def _share(page: Any, area: float) -> float:
    width, height = page.get_size()
    return area / max(width * height, 1.0)


def _is_lost(item: Any) -> bool:
    """Whether pdfium drops the text: a lone letter of a font that is neither in the file nor on this machine has no
    width to it. So has a blank, which nothing tells apart here."""
    left, bottom, right, top = c_float(), c_float(), c_float(), c_float()
    if not pdfium.FPDFPageObj_GetBounds(item, left, bottom, right, top) or right.value - left.value > _NO_WIDTH:
        return False
    font = pdfium.FPDFTextObj_GetFont(item)
    return not font or pdfium.FPDFFont_GetIsEmbedded(font) != 1


def _matrix_of(item: Any) -> _Matrix:
    found = pdfium.FS_MATRIX()
    if not pdfium.FPDFPageObj_GetMatrix(item, byref(found)):
        return _AS_DRAWN
    return found.a, found.b, found.c, found.d, found.e, found.f


def _joined(first: _Matrix, then: _Matrix) -> _Matrix:
    if then == _AS_DRAWN:
        return first
    a, b, c, d, e, f = first
    p, q, r, s, t, u = then
    return a * p + b * r, a * q + b * s, c * p + d * r, c * q + d * s, e * p + f * r + t, e * q + f * s + u


def _path(item: Any, matrix: _Matrix, place: Place, strokes: list[Stroke], seen: _Seen) -> None:
    """Stroked, its straight pieces; only filled, its bars as thin as a rule: an area filled behind a line or paragraph
    is no cell (a real report of 2024 is printed so)."""
    fill, stroked = c_int(), c_int()
    if not pdfium.FPDFPath_GetDrawMode(item, byref(fill), byref(stroked)) or not (fill.value or stroked.value):
        return
    for points in _subpaths(item, matrix, place, seen):
        if stroked.value and len(points) == 2:
            (x0, y0), (x1, y1) = points
            strokes.append(Stroke(x0, y0, x1, y1))
        elif stroked.value and not _is_bar(points):
            strokes.extend(Stroke(x0, y0, x1, y1) for (x0, y0), (x1, y1) in pairwise(points))
        else:
            xs, ys = [x for x, _ in points], [y for _, y in points]
            bar = strokes_of(min(xs), min(ys), max(xs), max(ys))
            strokes.extend(bar if len(bar) == 1 else ())


def _is_bar(points: list[tuple[float, float]]) -> bool:
    """A stroked rectangle as thin as a rule is one rule and not four."""
    xs, ys = [x for x, _ in points], [y for _, y in points]
    return len(points) > 2 and min(max(xs) - min(xs), max(ys) - min(ys)) <= RULE_PT


def _subpaths(item: Any, matrix: _Matrix, place: Place, seen: _Seen) -> Iterator[list[tuple[float, float]]]:
    """Runs of straight pieces. A curve is no rule: what follows goes on from where it ends."""
    a, b, c, d, e, f = matrix
    x, y = c_float(), c_float()
    path: list[tuple[float, float]] = []
    for i in range(pdfium.FPDFPath_CountSegments(item)):
        seen.segments += 1
        if seen.segments > MAX_SEGMENTS:
            return
        segment = pdfium.FPDFPath_GetPathSegment(item, i)
        if not pdfium.FPDFPathSegment_GetPoint(segment, byref(x), byref(y)):
            continue
        point = place(a * x.value + c * y.value + e, b * x.value + d * y.value + f)
        if pdfium.FPDFPathSegment_GetType(segment) == pdfium.FPDF_SEGMENT_LINETO:
            path.append(point)
        else:
            if len(path) > 1:
                yield path
            path = [point]
        if path and pdfium.FPDFPathSegment_GetClose(segment):
            path.append(path[0])
    if len(path) > 1:
        yield path
