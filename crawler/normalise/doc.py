"""Word 97-2003 (DOC, and WPS files that are the same): our own reader, and LibreOffice where that is not enough."""

import re
import struct
from collections.abc import Iterator
from dataclasses import dataclass, replace

from crawler.normalise import office
from crawler.normalise.rowmarks import Edges, RowMarks
from crawler.normalise.salvage import salvage
from crawler.normalise.text import flatten, title_lines
from crawler.normalise.wordfile import Locked, Runs, Story, WordFile, modifiers, open_word
from gongkai.chinese import printable
from gongkai.document import Document, Status

_ENDS = "\r\x07\x0c"
_IN_TABLE, _ROW_END, _LEVEL, _INNER_CELL, _INNER_ROW = 0x2416, 0x2417, 0x6649, 0x244B, 0x244C
_T_DEF_TABLE, _T_VERT_MERGE, _T_MERGE, _DELETED, _HIDDEN = 0xD608, 0xD62B, 0x5624, 0x0800, 0x083C
_STATUTORY = re.compile(r"第二十条第|本年新收政府信息公开申请|申请人情况|结果维持")
_CHINESE = re.compile(r"[\u4e00-\u9fff]")
_TEXT = {"\x0b": "\n", "\x0e": "\n", "\x1e": "-", "\xa0": " ", **dict.fromkeys("\x00\x01\x02\x03\x04\x05\x08\x1f", "")}


def read_doc(data: bytes, doc_format: str) -> Document:
    """What our own reader cannot read, reads short or without the tables the words speak of goes to LibreOffice; where
    there is none, it is `partial` and says what may be missing."""
    try:
        own = _read(data, doc_format)
        doubts = own.warnings
    except Locked as locked:
        return Document("encrypted", doc_format, warnings=(f"{doc_format}: {locked}",))
    except MemoryError:
        raise
    except Exception as problem:  # a damaged file makes the container's reader raise whatever it stumbles over
        own, doubts = None, (f"{doc_format}: not read by our own reader ({problem or type(problem).__name__})"[:200],)
    if own is not None and not doubts:
        return own
    converted, why_not = office.as_docx(data, doc_format)
    loose = salvage(data, doc_format) if own is None else own
    if converted is not None and _is_fuller(converted, own, loose):
        # What LibreOffice makes of a damaged file is not vouched for by anybody.
        status: Status = converted.status if own is None and "Word 6 or 95" in doubts[0] else "partial"
        return replace(converted, doc_format=doc_format, status=status,
                       warnings=(*converted.warnings, *doubts, f"{doc_format}: read through LibreOffice"))
    return replace(loose, status="partial" if loose.blocks else "failed",
                   warnings=tuple(dict.fromkeys((*doubts, *loose.warnings, *([why_not] if why_not else [])))))


def _is_fuller(converted: Document, own: Document | None, loose: Document) -> bool:
    """Of a file without structure LibreOffice makes noise: it must have at least the Chinese that lies about."""
    if own is None:
        return len(_CHINESE.findall(converted.text)) >= 0.8 * len(_CHINESE.findall(loose.text))
    return len(converted.tables) > len(own.tables) or len(converted.text) > 1.1 * len(own.text)


def _read(data: bytes, doc_format: str) -> Document:
    """Everything in `warnings` is a reason to ask another reader."""
    word = open_word(data)
    marks, images = RowMarks(), 0
    for paragraph in _paragraphs(word, word.main):
        images += paragraph.pictures
        _enter(marks, paragraph)
    marks.end_table()
    for paragraph in _paragraphs(word, word.boxes):
        marks.paragraph(0, paragraph.text)
    blocks = marks.blocks()
    text = flatten(blocks)
    warnings = [f"{doc_format}: {warning}" for warning in marks.warnings]
    if word.missing:
        warnings.append(f"{doc_format}: {word.missing} characters of its text are missing")
    if not any(block.table for block in blocks) and _STATUTORY.search(text):
        warnings.append(f"{doc_format}: no table although the text speaks of the statutory ones")
    if not blocks and images:
        return Document("unsupported", doc_format, images=images, warnings=(f"{doc_format}: nothing but pictures",))
    if not blocks:
        warnings.append(f"{doc_format}: no text")
    head = [block.text for block in blocks[:12] if block.table is None]
    return Document("ok", doc_format, tuple(blocks), text, tuple(("text", line) for line in title_lines(head)),
                    images=images, warnings=tuple(warnings))


@dataclass(frozen=True)
class _Paragraph:
    """One paragraph with the mark that ends it and the properties it has."""

    text: str
    mark: str
    properties: tuple[tuple[int, bytes], ...]
    pictures: int = 0


def _paragraphs(word: WordFile, story: Story) -> Iterator[_Paragraph]:
    shown = _shown(word, story)
    pieces: list[str] = []
    pictures = 0
    for i, char in enumerate(story.text):
        if char in _ENDS:
            found = tuple(modifiers(word.paragraphs.at(story.places[i]), word.data))
            yield _Paragraph(_joined(pieces), char, found, pictures)
            pieces.clear()
            pictures = 0
        elif shown[i]:
            pictures += char == "\x01"
            pieces.append(_TEXT.get(char, char))
    if pieces:
        yield _Paragraph(_joined(pieces), "\r", ())


def _joined(pieces: list[str]) -> str:
    text = "".join(pieces)
    if any("\ud800" <= char <= "\udfff" for char in text):
        text = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return printable(text)


def _shown(word: WordFile, story: Story) -> bytearray:
    """1 for each character that is printed: not deleted, not hidden, not the instruction of a field."""
    shown = bytearray(b"\x01") * len(story.text)
    hides = [any(code in (_DELETED, _HIDDEN) and operand[:1] == b"\x01" for code, operand in modifiers(properties))
             for properties in word.characters.properties]
    if any(hides):
        runs = Runs(word.characters.starts, [b"\x01" if hide else b"" for hide in hides])
        for i, place in enumerate(story.places):
            if runs.at(place):
                shown[i] = 0
    begun: list[list[int]] = []  # fields open: where each begins and, once known, where its result does
    for i, char in enumerate(story.text):
        if char == "\x13":
            begun.append([i, -1])
        elif char == "\x14" and begun and begun[-1][1] < 0:
            begun[-1][1] = i
        elif char == "\x15":
            if begun:
                start, result = begun.pop()
                end = result if result >= 0 else i
                shown[start:end + 1] = bytes(end + 1 - start)
            shown[i] = 0
    for i, char in enumerate(story.text):
        if char in "\x13\x14\x15":
            shown[i] = 0  # of a field never closed only the marks go: its text may be the report
    return shown


def _enter(marks: RowMarks, paragraph: _Paragraph) -> None:
    said = {code: operand for code, operand in paragraph.properties if code in (
        _IN_TABLE, _ROW_END, _LEVEL, _INNER_CELL, _INNER_ROW)}
    level = min(struct.unpack("<i", said[_LEVEL])[0], 12) if len(said.get(_LEVEL, b"")) == 4 else 0
    if said.get(_IN_TABLE, b"\x00") != b"\x00":
        level = max(level, 1)
    if paragraph.mark == "\x07" and said.get(_ROW_END, b"\x00") != b"\x00":
        marks.row(1, _edges(paragraph.properties))
    elif paragraph.mark == "\x07":
        marks.cell(1, paragraph.text)
    elif level > 1 and said.get(_INNER_ROW, b"\x00") != b"\x00":
        marks.row(level, _edges(paragraph.properties))
    elif level > 1 and said.get(_INNER_CELL, b"\x00") != b"\x00":
        marks.cell(level, paragraph.text)
    else:
        marks.paragraph(max(level, 0), paragraph.text)


def _edges(properties: tuple[tuple[int, bytes], ...]) -> list[Edges]:
    """The cells of a row from its definition, with what later properties merge."""
    cells: list[Edges] = []
    for code, operand in properties:
        if code == _T_DEF_TABLE and len(operand) > 3:
            cells = _defined(operand)
        elif code == _T_VERT_MERGE and len(operand) > 2 and operand[1] < len(cells):
            cells[operand[1]] = replace(cells[operand[1]], joins_above=operand[2] == 1)
        elif code == _T_MERGE and len(operand) == 2:
            for i in range(operand[0] + 1, min(operand[1], len(cells))):
                cells[i] = replace(cells[i], joins_left=True)
    return cells


def _defined(operand: bytes) -> list[Edges]:
    count = operand[2]
    if 3 + 2 * (count + 1) > len(operand):
        return []
    places = struct.unpack_from(f"<{count + 1}h", operand, 3)
    cells, first = [], 0
    for i in range(count):
        at = 3 + 2 * (count + 1) + 20 * i
        flags = struct.unpack_from("<H", operand, at)[0] if at + 2 <= len(operand) else 0
        across = flags & 3
        # Which of 1 and 2 begins a merged run readers do not agree on; in a run the first value is the beginning.
        first = across if not (across and first) else first
        cells.append(Edges(places[i], max(places[i + 1], places[i]), across not in (0, first), (flags >> 5) & 3 == 1))
    return cells
