"""The parts of a Word 97-2003 file: characters by their pieces, properties of paragraphs and of runs of characters."""

import struct
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field
from io import BytesIO

import olefile  # type: ignore[import-untyped]

_WORD = 0xA5EC
_FIRST_WORD_97 = 0xC1
_PAGE = 512
_MOST_RUNS = 400_000
_VARIABLE = 6
_OPERAND_BYTES = {0: 1, 1: 1, 2: 2, 3: 4, 4: 2, 5: 2, 7: 3}
_T_DEF_TABLE, _P_CHG_TABS, _P_HUGE = 0xD608, 0xC615, 0x6646


class NotWord97(ValueError):
    """No Word 97-2003 text in the file; the message says what there is."""


class Locked(ValueError):
    """The text opens only with a password."""


@dataclass(frozen=True)
class Story:
    """Characters as stored, marks and all, with the place each stands at in the file."""

    text: str
    places: tuple[int, ...]


@dataclass(frozen=True)
class Runs:
    """Properties by place in the file: those of `starts[i]` hold up to the next start."""

    starts: list[int] = field(default_factory=list)
    properties: list[bytes] = field(default_factory=list)

    def at(self, place: int) -> bytes:
        i = bisect_right(self.starts, place) - 1
        return self.properties[i] if i >= 0 else b""


@dataclass(frozen=True)
class WordFile:
    """`main` is the body of the document, `boxes` the text of its text boxes, `missing` how many characters of them the
    header counts and the file lacks."""

    main: Story
    boxes: Story
    paragraphs: Runs
    characters: Runs
    data: bytes
    missing: int = 0


def open_word(data: bytes) -> WordFile:
    """Raises NotWord97, Locked, or what a damaged container makes olefile raise."""
    with olefile.OleFileIO(BytesIO(data)) as ole:
        if not ole.exists("WordDocument"):
            raise NotWord97("no WordDocument stream")
        document = ole.openstream("WordDocument").read()
        if len(document) < 0x1AA or struct.unpack_from("<H", document)[0] != _WORD:
            raise NotWord97("no header of Word in the WordDocument stream")
        version, flags = struct.unpack_from("<H", document, 2)[0], struct.unpack_from("<H", document, 10)[0]
        if flags & 0x100:
            raise Locked("opens only with a password")
        if version < _FIRST_WORD_97:
            raise NotWord97("written by Word 6 or 95")
        table = ole.openstream("1Table" if flags & 0x200 else "0Table").read()
        extra = ole.openstream("Data").read() if ole.exists("Data") else b""
    counts = struct.unpack_from("<8i", document, 0x4C)
    if any(count < 0 for count in counts) or sum(counts) > 50_000_000:
        raise NotWord97("its header counts no possible number of characters")
    whole = _story(document, _structure(document, table, 33), sum(counts))
    boxes = sum(counts[:6])
    return WordFile(_part(whole, 0, counts[0]), _part(whole, boxes, boxes + counts[6]),
                    _runs(document, _structure(document, table, 13), is_paragraphs=True),
                    _runs(document, _structure(document, table, 12), is_paragraphs=False), extra,
                    max(counts[0] - len(whole.text), 0))


def _structure(document: bytes, table: bytes, number: int) -> bytes:
    start, length = struct.unpack_from("<iI", document, 0x9A + 8 * number)
    return table[start:start + length] if start >= 0 else b""


def _part(story: Story, start: int, end: int) -> Story:
    return Story(story.text[start:end], story.places[start:end])


def _story(document: bytes, pieces: bytes, count: int) -> Story:
    """The characters in their order, from the piece table."""
    at = 0
    while at + 3 <= len(pieces) and pieces[at] == 1:
        at += 3 + struct.unpack_from("<H", pieces, at + 1)[0]
    if at + 5 > len(pieces) or pieces[at] != 2:
        raise NotWord97("no piece table")
    length = struct.unpack_from("<I", pieces, at + 1)[0]
    plc = pieces[at + 5:at + 5 + length]
    n = (len(plc) - 4) // 12
    if n < 1:
        raise NotWord97("an empty piece table")
    ends = struct.unpack_from(f"<{n + 1}I", plc)
    texts: list[str] = []
    places: list[int] = []
    for i in range(n):
        size = min(ends[i + 1] - ends[i], count + 1 - len(places))
        if size <= 0:
            continue
        where = struct.unpack_from("<I", plc, 4 * (n + 1) + 8 * i + 2)[0]
        step, start = (1, (where & 0x3FFFFFFF) // 2) if where & 0x40000000 else (2, where & 0x3FFFFFFF)
        raw = document[start:start + size * step]
        text = raw.decode("cp1252", "replace") if step == 1 else _wide(raw)
        texts.append(text)
        places.extend(range(start, start + len(text) * step, step))
    return Story("".join(texts), tuple(places))


def _wide(raw: bytes) -> str:
    """UTF-16 with one character a code unit, so that characters and places stay in step."""
    units = struct.unpack(f"<{len(raw) // 2}H", raw[:len(raw) // 2 * 2])
    return "".join(map(chr, units))


def _runs(document: bytes, bins: bytes, *, is_paragraphs: bool) -> Runs:
    n = (len(bins) - 4) // 8
    if n < 1:
        return Runs()
    found: list[tuple[int, bytes]] = []
    for number in struct.unpack_from(f"<{n}I", bins, 4 * (n + 1)):
        page = document[(number & 0x3FFFFF) * _PAGE:][:_PAGE]
        if len(page) == _PAGE and len(found) < _MOST_RUNS:
            found += _page_runs(page, is_paragraphs)
    found.sort(key=lambda run: run[0])
    return Runs([start for start, _ in found], [properties for _, properties in found])


def _page_runs(page: bytes, is_paragraphs: bool) -> Iterator[tuple[int, bytes]]:
    count, wide = page[511], 13 if is_paragraphs else 1
    if 4 * (count + 1) + wide * count > 511:
        return
    starts = struct.unpack_from(f"<{count + 1}I", page)
    for i in range(count):
        offset = page[4 * (count + 1) + wide * i] * 2
        if not offset:
            yield starts[i], b""
        elif not is_paragraphs:
            yield starts[i], page[offset + 1:offset + 1 + page[offset]]
        elif page[offset]:
            yield starts[i], page[offset + 3:offset + 2 * page[offset]]  # behind the number of the style
        elif offset + 1 < 511:
            yield starts[i], page[offset + 4:offset + 2 + 2 * page[offset + 1]]


def modifiers(properties: bytes, data: bytes = b"") -> Iterator[tuple[int, bytes]]:
    """(code, operand) of each property in turn; those too many for a page stand in the Data stream."""
    at = 0
    while at + 3 <= len(properties):
        code = struct.unpack_from("<H", properties, at)[0]
        at += 2
        kind = code >> 13
        if code == _T_DEF_TABLE:
            size = struct.unpack_from("<H", properties, at)[0] + 1 if at + 2 <= len(properties) else 0
        elif kind == _VARIABLE:
            size = 1 + (properties[at] if code != _P_CHG_TABS or properties[at] < 255 else len(properties))
        else:
            size = _OPERAND_BYTES[kind]
        operand = properties[at:at + size]
        at += size
        if code == _P_HUGE and len(operand) == 4 and data:
            where = struct.unpack("<I", operand)[0]
            if where + 2 <= len(data):
                length = struct.unpack_from("<H", data, where)[0]
                yield from modifiers(data[where + 2:where + 2 + length])
        else:
            yield code, operand
