"""Reports as Word files: DOCX through python-docx, and RTF, which offices of the time saved under the name .doc."""

import io
import zipfile
from collections.abc import Iterable

import docx

from samplesite.blocks import Block, Grid, Heading


def write_docx(title: str, blocks: Iterable[Block]) -> bytes:
    document = docx.Document()
    document.add_paragraph(title, style="Title")
    for block in blocks:
        if isinstance(block, Grid):
            _add_table(document, block)
        elif isinstance(block, Heading):
            document.add_heading(block.text, level=1)
        else:
            document.add_paragraph(block.text)
    buffer = io.BytesIO()
    document.save(buffer)
    return _without_clock(buffer.getvalue())


def _add_table(document: "docx.document.Document", grid: Grid) -> None:
    table = document.add_table(rows=len(grid.rows), cols=grid.columns, style="Table Grid")
    cells = [row.cells for row in table.rows]  # once: Table.cell lists the whole table at every call
    for r, c, box in grid.placed():
        cell = cells[r][c]
        if box.rowspan > 1 or box.colspan > 1:
            cell = cell.merge(cells[r + box.rowspan - 1][c + box.colspan - 1])
        cell.text = box.text


def _without_clock(archive: bytes) -> bytes:
    """The same ZIP with every entry dated 1980: one seed, one sequence of bytes."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(archive)) as old, zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(zipfile.ZipInfo(name), old.read(name), zipfile.ZIP_DEFLATED)
    return buffer.getvalue()


def write_rtf(title: str, blocks: Iterable[Block]) -> bytes:
    lines = [title]
    for block in blocks:
        if isinstance(block, Grid):
            lines += ["\t".join(box.text for box in row) for row in block.rows]
        else:
            lines.append(block.text)
    body = "\\par\n".join(_rtf_text(line) for line in lines)
    head = b"{\\rtf1\\ansi\\ansicpg936\\deff0{\\fonttbl{\\f0\\fnil\\fcharset134 SimSun;}}\\f0\\fs28\n"
    return head + body.encode("ascii") + b"\\par}\n"


def _rtf_text(text: str) -> str:
    def code(char: str) -> str:
        if char == "\t":
            return "\\tab "
        if char.isascii():
            return f"\\{char}" if char in "\\{}" else char
        number = ord(char)
        return f"\\u{number - 65536 if number > 32767 else number}?"

    return "".join(code(char) for char in text)
