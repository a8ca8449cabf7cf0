"""The other ways to read a PDF's tables, for when figures do not add up: pdfplumber, and the places of words.

`pdfplumber` reads every page with rules; `columns` needs no rules: words that stand under one another make columns, a
place nothing stands at is a blank cell.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from io import BytesIO
from itertools import pairwise
from typing import Any

import pdfplumber

from crawler.normalise.grid import Box
from crawler.normalise.pdf import read_pdf
from crawler.normalise.printed import Piece, blocks, in_order
from crawler.normalise.ruled import Text, lines
from crawler.normalise.text import flatten, title_lines
from gongkai.document import Document

_MAX_PAGES = 60
_FEWEST_SEGMENTS = 3
_GAP = 0.9  # of the font's size: wider white parts two cells
_Page = tuple[list[tuple[Box, ...]], list[Text]]


def read_pdf_way(data: bytes, way: str) -> Document:
    """The document as `way` reads it; its `extractor` says so."""
    if way == "pdfplumber":
        return replace(read_pdf(data, plumbed=True), extractor=way)
    if way != "columns":
        raise ValueError(f"no way to read a PDF is called {way}: pdfplumber, columns")
    pages: list[list[Piece]] = []
    with pdfplumber.open(BytesIO(data)) as pdf:
        for number, page in enumerate(pdf.pages[:_MAX_PAGES], 1):
            tables, loose = _columns(page.dedupe_chars())
            pages.append(in_order(lines(loose), tables, number))
            page.close()
        count = len(pdf.pages)
    read = tuple(blocks(pages))
    titles = tuple(("text", line) for line in title_lines([b.text for b in read[:12] if b.table is None]))
    return Document("ok" if count <= _MAX_PAGES else "partial", "pdf", read, flatten(read), titles, pages=count,
                    extractor=way)


def _texts(items: Sequence[dict[str, Any]]) -> list[Text]:
    return [Text(item["text"], item["x0"], item["top"], item["x1"], item["bottom"]) for item in items]


def _columns(page: Any) -> _Page:
    rows = _rows(_texts(page.chars))
    tables, loose = [], list[Text]()
    for tabular, region in _regions(rows):
        edges = _edges(region) if tabular else []
        if len(edges) > _FEWEST_SEGMENTS:
            tables.append(tuple(_cells(region, edges)))
        else:
            loose += [segment for row in region for segment in row]
    return tables, loose


def _rows(chars: Sequence[Text]) -> list[list[Text]]:
    """Printed lines from the top down, each as the segments wide white parts it into."""
    rows: list[list[Text]] = []
    for char in sorted(chars, key=lambda c: ((c.top + c.bottom) / 2, c.x0)):
        if rows and abs((rows[-1][0].top + rows[-1][0].bottom) - (char.top + char.bottom)) < max(rows[-1][0].size, 1.0):
            rows[-1].append(char)
        else:
            rows.append([char])
    return [_segments(sorted(row, key=lambda c: c.x0)) for row in rows if any(c.text.strip() for c in row)]


def _segments(row: Sequence[Text]) -> list[Text]:
    out: list[Text] = []
    for char in (c for c in row if c.text.strip()):
        last = out[-1] if out else None
        if last is not None and char.x0 - last.x1 <= _GAP * max(last.size, 1.0):
            out[-1] = Text(last.text + char.text, last.x0, min(last.top, char.top), char.x1,
                           max(last.bottom, char.bottom))
        else:
            out.append(char)
    return out


def _regions(rows: Sequence[list[Text]]) -> Iterator[tuple[bool, list[list[Text]]]]:
    """Runs of lines of three segments and more, with the shorter lines between two such, and what stands between."""
    wide = [len(row) >= _FEWEST_SEGMENTS for row in rows]
    inside = [flag or (any(wide[max(0, n - 2):n]) and any(wide[n + 1:n + 3])) for n, flag in enumerate(wide)]
    start = 0
    for n in range(1, len(rows) + 1):
        if n == len(rows) or inside[n] != inside[start]:
            yield inside[start], list(rows[start:n])
            start = n


def _edges(region: Sequence[Sequence[Text]]) -> list[float]:
    """Where columns part: white that runs down through all lines with the most segments of the region."""
    most = max(len(row) for row in region)
    spans = sorted((s.x0, s.x1) for row in region if len(row) >= most - 1 for s in row)
    merged: list[list[float]] = []
    for x0, x1 in spans:
        if merged and x0 <= merged[-1][1]:
            merged[-1][1] = max(merged[-1][1], x1)
        else:
            merged.append([x0, x1])
    if not merged:
        return []
    return [merged[0][0] - 1, *((left[1] + right[0]) / 2 for left, right in pairwise(merged)), merged[-1][1] + 1]


def _cells(region: Sequence[Sequence[Text]], edges: Sequence[float]) -> Iterator[Box]:
    """A box for every column of every line; a segment across several columns takes them all."""
    tops = [min(s.top for s in row) for row in region]
    bottoms = [*tops[1:], max(s.bottom for s in region[-1])]
    for row, top, bottom in zip(region, tops, bottoms, strict=True):
        column = 0
        for segment in row:
            first = max((i for i, edge in enumerate(edges[:-1]) if edge <= segment.x0 + 1), default=0)
            last = max(max((i for i, edge in enumerate(edges[:-1]) if edge < segment.x1 - 1), default=first), first)
            first = max(first, column)
            for blank in range(column, first):
                yield Box("", edges[blank], top, edges[blank + 1], bottom)
            last = max(last, first)
            if first < len(edges) - 1:
                yield Box(segment.text, edges[first], top, edges[last + 1], bottom)
            column = last + 1
        for blank in range(column, len(edges) - 1):
            yield Box("", edges[blank], top, edges[blank + 1], bottom)
