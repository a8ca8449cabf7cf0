"""A small PDF writer: text and ruled tables on A4, Chinese in the standard font STSong-Light, which is not embedded.

Text extracts everywhere; showing it needs a viewer that brings a Chinese font, as most do.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from samplesite.blocks import Block, Grid, Heading

_WIDTH, _HEIGHT, _MARGIN = 595.0, 842.0, 48.0
_TITLE, _BODY, _CELL = 16.0, 11.0, 7.5
_PAD = 2.0


def write(title: str, blocks: Iterable[Block]) -> bytes:
    sheet = _Sheet()
    sheet.text(title, _TITLE, centred=True)
    for block in blocks:
        if isinstance(block, Grid):
            sheet.table(block)
        else:
            sheet.text(block.text if isinstance(block, Heading) else f"　　{block.text}", _BODY)
    return _file(sheet.pages)


def _advance(char: str) -> float:
    return 0.5 if char.isascii() else 1.0


def _wrapped(text: str, width: float, size: float) -> list[str]:
    lines, line, used = [], "", 0.0
    for char in text:
        step = _advance(char) * size
        if line and used + step > width:
            lines.append(line)
            line, used = "", 0.0
        line += char
        used += step
    return [*lines, line]


@dataclass
class _Sheet:
    """Pages as lists of drawing operators; `y` is where the next thing goes, from the top down."""

    pages: list[list[str]] = field(default_factory=lambda: [[]])
    y: float = _HEIGHT - _MARGIN

    def _room(self, height: float) -> None:
        if self.y - height < _MARGIN:
            self.pages.append([])
            self.y = _HEIGHT - _MARGIN

    def _show(self, x: float, y: float, size: float, text: str) -> None:
        self.pages[-1].append(f"BT /F1 {size:g} Tf {x:.2f} {y:.2f} Td <{text.encode('utf-16-be').hex()}> Tj ET")

    def text(self, text: str, size: float, *, centred: bool = False) -> None:
        full = _WIDTH - 2 * _MARGIN
        for line in _wrapped(text, full, size):
            self._room(size * 1.7)
            self.y -= size * 1.7
            length = sum(_advance(char) for char in line) * size
            self._show(_MARGIN + ((full - length) / 2 if centred else 0), self.y, size, line)

    def table(self, grid: Grid) -> None:
        """Ruled, and never split over pages: each of the forms fits on one."""
        edges = _column_edges(grid)
        heights = _row_heights(grid, edges)
        self._room(sum(heights) + 12)
        tops = [self.y - 8 - sum(heights[:row]) for row in range(len(heights) + 1)]
        for r, c, box in grid.placed():
            left, right, top, bottom = edges[c], edges[c + box.colspan], tops[r], tops[r + box.rowspan]
            self.pages[-1].append(f"0.6 w {left:.2f} {bottom:.2f} {right - left:.2f} {top - bottom:.2f} re S")
            for place, line in enumerate(_wrapped(box.text, right - left - 2 * _PAD, _CELL)):
                if line:
                    self._show(left + _PAD, top - (place + 1) * _CELL * 1.2 - 1, _CELL, line)
        self.y = tops[-1] - 4


def _column_edges(grid: Grid) -> list[float]:
    weights = [4.0] * grid.columns
    for _, c, box in grid.placed():
        if box.colspan == 1:
            weights[c] = max(weights[c], min(len(box.text), 12.0))
    scale = (_WIDTH - 2 * _MARGIN) / sum(weights)
    return [_MARGIN + scale * sum(weights[:c]) for c in range(len(weights) + 1)]


def _row_heights(grid: Grid, edges: list[float]) -> list[float]:
    heights = [_CELL * 1.2 + 5] * len(grid.rows)
    for r, c, box in sorted(grid.placed(), key=lambda placed: placed[2].rowspan):
        lines = len(_wrapped(box.text, edges[c + box.colspan] - edges[c] - 2 * _PAD, _CELL))
        missing = lines * _CELL * 1.2 + 5 - sum(heights[r:r + box.rowspan])
        if missing > 0:
            heights[r + box.rowspan - 1] += missing
    return heights


def _file(pages: list[list[str]]) -> bytes:
    objects = list(_objects(pages))
    out = bytearray(b"%PDF-1.4\n%\xe4\xbd\xa0\xe5\xa5\xbd\n")
    offsets = []
    for number, body in enumerate(objects, 1):
        offsets.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    out += b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, start)
    return bytes(out)


def _objects(pages: list[list[str]]) -> Iterator[bytes]:
    first_page = 6
    kids = " ".join(f"{first_page + 2 * n} 0 R" for n in range(len(pages)))
    yield b"<< /Type /Catalog /Pages 2 0 R >>"
    yield f"<< /Type /Pages /Kids [{kids}] /Count {len(pages)} >>".encode()
    yield (b"<< /Type /Font /Subtype /Type0 /BaseFont /STSong-Light-UniGB-UCS2-H /Encoding /UniGB-UCS2-H"
           b" /DescendantFonts [4 0 R] >>")
    yield (b"<< /Type /Font /Subtype /CIDFontType0 /BaseFont /STSong-Light /DW 1000 /W [1 95 500]"
           b" /CIDSystemInfo << /Registry (Adobe) /Ordering (GB1) /Supplement 4 >> /FontDescriptor 5 0 R >>")
    yield (b"<< /Type /FontDescriptor /FontName /STSong-Light /Flags 6 /FontBBox [-25 -254 1000 880] /ItalicAngle 0"
           b" /Ascent 880 /Descent -120 /CapHeight 880 /StemV 93 >>")
    for n, operators in enumerate(pages):
        stream = "\n".join(operators).encode()
        yield (f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 {_WIDTH:g} {_HEIGHT:g}]"
               f" /Resources << /Font << /F1 3 0 R >> >> /Contents {first_page + 2 * n + 1} 0 R >>").encode()
        yield b"<< /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream)
