"""Word's zipped format (also under a .wps name): paragraphs, tables and pictures in body order."""

from collections.abc import Iterator
from io import BytesIO
from typing import Any

import docx
from docx.oxml.ns import qn

from crawler.normalise.grid import Span, expand
from crawler.normalise.reading import REAL_COLUMNS, REAL_ROWS, clean, paragraph
from crawler.normalise.text import flatten, title_lines
from crawler.normalise.unread import ICON_BYTES
from crawler.normalise.zipped import oversize
from gongkai.document import Block, Document, Table

_SLIVER_TWIPS = 60
_CONTENT = tuple(qn(name) for name in ("w:sdt", "w:sdtContent", "w:ins", "w:smartTag", "w:customXml", "w:body"))
_TEXT, _TAB, _BREAK, _RETURN = qn("w:t"), qn("w:tab"), qn("w:br"), qn("w:cr")
_RUN = qn("w:r")
_PICTURES = (qn("a:blip"), "{urn:schemas-microsoft-com:vml}imagedata")
_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
_UNREAD = frozenset((*map(qn, ("w:del", "w:moveFrom", "w:instrText", "w:pPr", "w:rPr")), _FALLBACK))


def read_docx(data: bytes) -> Document:
    """A bomb is answered `limit` from the directory alone, before anything is inflated."""
    problem = oversize(data)
    if problem:
        return Document("limit", "docx", warnings=(f"docx: {problem}",))
    body = docx.Document(BytesIO(data)).element.body
    blocks = [part for part in _parts(body) if isinstance(part, Block)]
    images = sum(1 for _ in body.iter(*_PICTURES))
    lines = [block.text for block in blocks[:12] if block.table is None]
    titles = tuple(("text", line) for line in title_lines(lines))
    text = flatten(blocks)
    if not text.strip() and images:
        return Document("unsupported", "docx", images=images, warnings=("docx: nothing but pictures (a scan)",))
    return Document("ok", "docx", tuple(blocks), text, titles, images=images)


def read_pictures(data: bytes) -> tuple[list[list[Block]], list[bytes]]:
    """The text around the pictures of a file, one piece more than there are pictures, and these as they stand in it.
    What cannot be a page or a table (a seal, a picture kept elsewhere) is left out."""
    document = docx.Document(BytesIO(data))
    between, shown = [list[Block]()], list[bytes]()
    for part in _parts(document.element.body):
        if isinstance(part, Block):
            between[-1].append(part)
        elif len(picture := _blob(document.part, part)) >= ICON_BYTES:
            shown.append(picture)
            between.append([])
    return between, shown


def _blob(package: Any, name: str) -> bytes:
    part = package.related_parts.get(name)
    return bytes(part.blob) if part is not None else b""


def _parts(parent: Any) -> Iterator[Block | str]:
    """Blocks, and the relations that name pictures, those of a paragraph or table behind it."""
    for child in parent:
        if child.tag == qn("w:p"):
            marked = _is_heading_style(child.style or "")
            yield from (paragraph(line, marked=marked) for line in _lines(child))
            yield from _names(child)
        elif child.tag == qn("w:tbl"):
            rows = [list(_own(row, qn("w:tc"))) for row in _own(child, qn("w:tr"))]
            if _is_layout(child, rows):
                for cell in (cell for row in rows for cell in row):
                    yield from _parts(cell)
            else:
                table = _table(child)
                if any(cell.text for cell in table.cells):
                    yield Block("table", table=table)
                yield from _names(child)
        elif child.tag in _CONTENT:
            yield from _parts(child)


def _names(element: Any) -> Iterator[str]:
    return (name for picture in element.iter(*_PICTURES)
            if (name := picture.get(qn("r:embed")) or picture.get(qn("r:id"))))


def _is_layout(table: Any, rows: list[list[Any]]) -> bool:
    """Whether the table only puts the text in place: it has one column, or holds a real table."""
    if all(len(row) <= 1 for row in rows):
        return True
    inner = [[len(list(_own(row, qn("w:tc")))) for row in _own(one, qn("w:tr"))]
             for one in table.iter(qn("w:tbl")) if one is not table]
    return any(len(widths) >= REAL_ROWS and max(widths) >= REAL_COLUMNS for widths in inner)


def _is_heading_style(name: str) -> bool:
    """Word's own names, or the bare number Chinese versions of Word and WPS write for a heading level."""
    return name.lower().startswith(("heading", "title")) or (name.isdigit() and int(name) < 7)


def _lines(element: Any) -> list[str]:
    """Text lines of a paragraph: runs in every wrapper Word knows, without deleted text."""
    pieces: list[str] = []

    def walk(node: Any) -> None:
        for child in node:
            if child.tag in _UNREAD or (child.tag == _RUN and _is_hidden(child)):
                continue
            if child.tag == _TEXT:
                pieces.append(child.text or "")
            elif child.tag == _TAB:
                pieces.append("\t")
            elif child.tag in (_BREAK, _RETURN):
                pieces.append("\n")
            else:
                walk(child)
                if child.tag == qn("w:p"):  # a text box inside the paragraph
                    pieces.append("\n")

    walk(element)
    return [line for raw in "".join(pieces).split("\n") if (line := clean(raw))]


def _is_hidden(run: Any) -> bool:
    mark = run.find(f"{qn('w:rPr')}/{qn('w:vanish')}")
    return mark is not None and mark.get(qn("w:val"), "1") not in ("0", "false", "off")


def _own(parent: Any, tag: str) -> Iterator[Any]:
    """Children of a kind, also inside content controls; never those of a nested table."""
    for child in parent:
        if child.tag == tag:
            yield child
        elif child.tag in _CONTENT:
            yield from _own(child, tag)


def _table(table: Any) -> Table:
    """Merged cells by gridSpan and vMerge; grid columns too narrow to see are not counted (converters leave them)."""
    widths = [int(col.get(qn("w:w")) or 0) for col in table.iter(qn("w:gridCol"))]
    slivers = {i for i, width in enumerate(widths) if 0 < width < _SLIVER_TWIPS}
    rows: list[list[tuple[int, int, str | None]]] = []  # start, end, text or None where a cell above goes on
    for row in _own(table, qn("w:tr")):
        at = row.grid_before if hasattr(row, "grid_before") else 0
        cells: list[tuple[int, int, str | None]] = []
        for tc in _own(row, qn("w:tc")):
            end = at + max(tc.grid_span, 1)
            merged = tc.vMerge == "continue"
            cells.append((_seen(at, slivers), _seen(end, slivers), None if merged else "\n".join(_cell_lines(tc))))
            at = end
        rows.append([cell for cell in cells if cell[1] > cell[0]])
    return expand([_spans(rows, r) for r in range(len(rows))]).table


def _cell_lines(tc: Any) -> list[str]:
    return [line for p in tc.iter(qn("w:p")) for line in _lines(p)]


def _seen(column: int, slivers: set[int]) -> int:
    return column - sum(1 for sliver in slivers if sliver < column)


def _spans(rows: list[list[tuple[int, int, str | None]]], r: int) -> list[Span]:
    spans, at = [], 0
    for start, end, text in rows[r]:
        if text is None and any(up[0] == start for up in rows[r - 1]) and r:
            at = end
            continue
        height = 1
        while r + height < len(rows) and (start, end, None) in rows[r + height]:
            height += 1
        spans.append(Span(text or "", height, end - start, skip=max(start - at, 0)))
        at = end
    return spans
