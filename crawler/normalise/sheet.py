"""Spreadsheets (XLS, XLSX, XLSB, ET which is one of them): a visible sheet is a grid, merged cells are spans."""

import datetime
import functools
import re
import zipfile
from collections.abc import Iterator, Sequence
from io import BytesIO
from itertools import islice
from typing import Any

from python_calamine import CalamineWorkbook, PasswordError, SheetTypeEnum, SheetVisibleEnum

from crawler.normalise.grid import MAX_COLS, MAX_POSITIONS, MAX_ROWS, compact
from crawler.normalise.reading import clean, paragraph
from crawler.normalise.text import flatten, title_lines
from crawler.normalise.zipped import MAX_XML_BYTES, oversize
from gongkai.document import Block, Cell, Document, Status, Table

MAX_SHEETS = 100
_NO_NAME = re.compile(r"(?:sheet|工作表)\s*\d*", re.I)
_MAX_LAID_OUT = 5_000_000
_FILLED = re.compile(rb'<(?:\w{1,9}:)?c\s[^>]*?\br="([A-Z]{1,3})(\d{1,7})"[^>/]*>\s*<(?:\w{1,9}:)?(?:f|v|is)\b')
_HIDDEN = re.compile(rb'<(?:\w{1,9}:)?(?:row|col)\s[^>]*?\bhidden="(?:1|true)"')
_EXACT_DIGITS = 15  # a spreadsheet keeps no more; 0.1 + 0.2 is printed 0.3


def read_sheet(data: bytes, doc_format: str) -> Document:
    """Hidden sheets are not printed and so not read, unless there are no others; the warning names them."""
    if doc_format == "xlsx" and (problem := oversize(data) or _far_cell(data)):
        return Document("limit", doc_format, warnings=(f"{doc_format}: {problem}",))
    try:
        book = CalamineWorkbook.from_filelike(BytesIO(data))
    except PasswordError as locked:
        return Document("encrypted", doc_format, warnings=(f"{doc_format}: {locked}",))
    sheets = [sheet for sheet in book.sheets_metadata if sheet.typ == SheetTypeEnum.WorkSheet]
    shown = [sheet.name for sheet in sheets if sheet.visible == SheetVisibleEnum.Visible]
    hidden = [sheet.name for sheet in sheets if sheet.name not in shown] if shown else []
    warnings: list[str] = []
    if hidden:
        warnings.append(f"{doc_format}: hidden sheets were left out: {'、'.join(hidden[:20])}")
    if doc_format == "xlsx" and _hides(data):
        warnings.append(f"{doc_format}: hidden rows or columns were read too")
    names = (shown or [sheet.name for sheet in sheets])
    cut = len(names) > MAX_SHEETS
    blocks: list[Block] = []
    titles: list[str] = []
    for name in names[:MAX_SHEETS]:
        table, is_cut = _table(book.get_sheet_by_name(name))
        cut |= is_cut
        if table is None:
            continue
        if len(names) > 1 and not _NO_NAME.fullmatch(name):
            blocks.append(paragraph(clean(name)))
        titles += [line for line in _lone_lines(table) if line not in titles]
        blocks.append(Block("table", table=table))
    if cut:
        warnings.append(f"{doc_format}: cut, too many sheets or cells")
    if not any(block.table for block in blocks):
        return Document("unsupported", doc_format, warnings=(*warnings, f"{doc_format}: no cell has a value"))
    status: Status = "partial" if cut else "ok"
    return Document(status, doc_format, tuple(blocks), flatten(blocks),
                    tuple(("text", line) for line in title_lines(titles)), warnings=tuple(warnings))


def _hides(data: bytes) -> bool:
    """Whether a sheet hides rows or columns: they are no less data, but no reader of the sheet sees them."""
    with zipfile.ZipFile(BytesIO(data)) as archive:
        return any(_HIDDEN.search(archive.read(info)) for info in archive.infolist()
                   if info.filename.startswith("xl/worksheets/") and info.file_size <= MAX_XML_BYTES)


def _far_cell(data: bytes) -> str | None:
    """The library lays out every position up to the last cell and aborts the process where memory ends: one value in
    the last corner of a sheet is 17 thousand million of them."""
    with zipfile.ZipFile(BytesIO(data)) as archive:
        for info in archive.infolist():
            if info.filename.startswith("xl/worksheets/") and info.file_size <= MAX_XML_BYTES:
                rows = columns = 0
                for found in _FILLED.finditer(archive.read(info)):
                    letters, digits = found.groups()
                    rows = max(rows, int(digits))
                    columns = max(columns, functools.reduce(lambda n, byte: n * 26 + byte - 64, letters, 0))
                if rows * columns > _MAX_LAID_OUT:
                    return f"values are scattered over {rows} rows and {columns} columns"
    return None


def _table(sheet: Any) -> tuple[Table | None, bool]:
    """The cells from the first with a value to the last, and whether some were left out."""
    if sheet.start is None:
        return None, False
    top, left = sheet.start
    wide = min(sheet.width, MAX_COLS)
    high = min(sheet.height, MAX_ROWS, max(MAX_POSITIONS // max(wide, 1), 1))
    # Rows come from the first of the sheet on, but only the columns in use.
    values = [list(islice(row, wide)) for row in islice(sheet.iter_rows(), top, top + high)]
    merged: dict[tuple[int, int], tuple[int, int]] = {}
    covered: set[tuple[int, int]] = set()
    for (first_row, first_col), (last_row, last_col) in sheet.merged_cell_ranges or ():
        r0, c0 = first_row - top, first_col - left
        r1, c1 = min(last_row - top, high - 1), min(last_col - left, wide - 1)
        if 0 <= r0 <= r1 and 0 <= c0 <= c1:
            merged[r0, c0] = (r1 - r0 + 1, c1 - c0 + 1)
            covered.update((r, c) for r in range(r0, r1 + 1) for c in range(c0, c1 + 1))
    cells = list(_cells(values, merged, covered))
    is_cut = sheet.height > high or sheet.width > wide
    return (compact(cells) if any(cell.text for cell in cells) else None), is_cut


def _cells(values: Sequence[Sequence[Any]], merged: dict[tuple[int, int], tuple[int, int]],
           covered: set[tuple[int, int]]) -> Iterator[Cell]:
    """Cells of rows and columns in which anything stands or is merged."""
    texts = [[_printed(value) for value in row] for row in values]
    columns = {c for row in texts for c, text in enumerate(row) if text} | {c for _, c in merged}
    for r, row in enumerate(texts):
        if not any(row) and not any((r, c) in covered for c in columns):
            continue
        for c, text in enumerate(row):
            if (r, c) in merged:
                yield Cell(text, r, c, *merged[r, c])
            elif (r, c) not in covered and c in columns:
                yield Cell(text, r, c)


def _printed(value: Any) -> str:
    """A value as a sheet shows it in its plain format; what a number format adds (percent signs) is not kept there."""
    if isinstance(value, str):
        return "\n".join(line for raw in value.splitlines() if (line := clean(raw)))
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else f"{value:.{_EXACT_DIGITS}g}"
    if isinstance(value, datetime.datetime):
        return value.strftime("%Y-%m-%d") if value.time() == datetime.time() else value.strftime("%Y-%m-%d %H:%M:%S")
    return "" if value is None else str(value)


def _lone_lines(table: Table) -> list[str]:
    """The text of the first rows that hold one cell's text alone: where a sheet has its title."""
    rows: dict[int, list[str]] = {}
    for cell in table.cells:
        if cell.row < 8 and cell.text:
            rows.setdefault(cell.row, []).append(" ".join(cell.text.split()))
    return [texts[0] for _, texts in sorted(rows.items()) if len(texts) == 1]
