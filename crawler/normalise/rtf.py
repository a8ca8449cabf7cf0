"""RTF, which old sites publish under a .doc name: text in its code pages, tables by their cell edges."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from crawler.normalise.rowmarks import Edges, RowMarks
from crawler.normalise.text import flatten, title_lines
from gongkai.chinese import printable
from gongkai.document import Document, Status

MAX_DEPTH = 500
_MOST_TAIL = 64
_TOKEN = re.compile(rb"\\([a-zA-Z]{1,32})(-?\d{1,10})? ?"
                    rb"|\\'([0-9a-fA-F]{2})|\\([^a-zA-Z])|([{}])|([^\\{}]+)|(\\)", re.S)
_CODE_PAGES = {0: "cp1252", 128: "cp932", 129: "cp949", 134: "gb18030", 136: "cp950", 204: "cp1251"}
_SYMBOLS = {
    "emdash": "—", "endash": "–", "lquote": "‘", "rquote": "’", "ldblquote": "“", "rdblquote": "”", "bullet": "•",
    "tab": "\t", "line": "\n", "emspace": "\u3000", "enspace": " ", "qmspace": " ", "softline": "\n",
}
_SKIPPED = frozenset((
    "colortbl", "stylesheet", "info", "pict", "header", "headerl", "headerr", "headerf", "footer", "footerl", "footerr",
    "footerf", "footnote", "fldinst", "themedata", "colorschememapping", "listtable", "listoverridetable", "rsidtbl",
    "generator", "xmlnstbl", "latentstyles", "datastore", "bkmkstart", "bkmkend", "nonshppict", "nonesttables", "sp",
    "objdata", "objclass", "tc", "xe", "private", "revtbl", "filetbl", "panose", "falt", "fontemb", "atnid",
    "atnauthor", "annotation", "datafield", "template", "operator", "author", "title",
    "ftnsep", "ftnsepc", "aftnsep", "aftnsepc",
))
_READ_THOUGH_STARRED = frozenset(("shpinst", "nesttableprops"))
_PARTS = frozenset(("par", "sect", "page", "column"))


def read_rtf(data: bytes) -> Document:
    """A file cut short gives what stands before the cut, `partial`."""
    reader = _Reader()
    reader.read(data)
    blocks = reader.marks.blocks()
    warnings = [f"rtf: {warning}" for warning in (*reader.warnings, *reader.marks.warnings)]
    if not blocks:
        nothing = "rtf: nothing but pictures (a scan)" if reader.images else "rtf: no text"
        return Document("unsupported" if reader.images else "failed", "rtf", images=reader.images,
                        warnings=(*warnings, nothing))
    head = [block.text for block in blocks[:12] if block.table is None]
    status: Status = "partial" if warnings else "ok"
    return Document(status, "rtf", tuple(blocks), flatten(blocks), tuple(("text", line) for line in title_lines(head)),
                    images=reader.images, charset=reader.ansi, warnings=tuple(warnings))


@dataclass(frozen=True)
class _Group:
    """What a brace restores when it closes."""

    skipped: bool = False
    hidden: bool = False
    fonts: bool = False
    after: int = 1  # characters that stand in for a \\u
    font: int = -1
    in_table: bool = False
    level: int = 0


@dataclass
class _Row:
    """The row definition under way: edges so far, and what the next ``\\cellx`` will be."""

    left: int = 0
    edges: list[Edges] = field(default_factory=list)
    joins_left: bool = False
    joins_above: bool = False
    is_last: bool = False


class _Reader:
    def __init__(self) -> None:
        self.marks = RowMarks()
        self.warnings: list[str] = []
        self.images = 0
        self.ansi = "gb18030"
        self._code_pages: dict[int, str] = {}
        self._group = _Group()
        self._groups: list[_Group] = []
        self._rows: dict[int, _Row] = {}
        self._text: list[str] = []
        self._bytes = bytearray()
        self._passing = 0   # characters still to pass over after a \u
        self._starred = False
        self._default_font = -1

    def read(self, data: bytes) -> None:
        at = 0
        while (match := _TOKEN.match(data, at)) is not None:
            at = match.end()
            word, number, hexed, symbol, brace, text, _ = match.groups()
            if brace:
                if not self._brace(brace):
                    if len(data[at:].strip(b"\x00 \r\n\t")) > _MOST_TAIL:
                        self.warnings.append("the file goes on after its end: that was not read")
                    break
            elif word:
                amount = int(number) if number else None
                if word == b"bin" and amount is not None:
                    at += max(amount, 0)
                else:
                    self._word(word.decode("ascii"), amount)
            elif hexed:
                self._raw(bytes((int(hexed, 16),)))
            elif symbol:
                self._symbol(symbol)
            elif text:
                self._raw(text.translate(None, b"\r\n"))
        if self._groups:
            self.warnings.append("the file ends before its end (cut short)")
        self._end_paragraph()

    def _brace(self, brace: bytes) -> bool:
        """False when the document's own brace closed: what follows is no part of it."""
        self._flush()
        self._passing = 0
        if brace == b"{":
            if len(self._groups) >= MAX_DEPTH:
                self.warnings.append(f"braces nested deeper than {MAX_DEPTH}: the rest was not read")
                return False
            self._groups.append(self._group)
            self._starred = False
            return True
        if not self._groups:
            return False
        self._group = self._groups.pop()
        return bool(self._groups)

    def _word(self, word: str, number: int | None) -> None:
        group = self._group
        if self._passing and word != "u":
            self._passing -= 1
            return
        starred, self._starred = self._starred, False
        if word == "pict" and not group.skipped:
            self.images += 1
        if group.skipped or word in _SKIPPED or (starred and word not in _READ_THOUGH_STARRED):
            self._flush()
            self._group = replace(group, skipped=True)
        elif word == "fonttbl":
            self._group = replace(group, fonts=True)
        elif word == "u" and number is not None:
            self._unicode(number)
        elif word in _SYMBOLS:
            self._say(_SYMBOLS[word])
        elif (act := _WORDS.get(word)) is not None:
            self._flush()
            act(self, number)

    def _symbol(self, symbol: bytes) -> None:
        if self._passing:
            self._passing -= 1
        elif symbol == b"*":
            self._starred = True
        elif symbol in (b"\\", b"{", b"}"):
            self._raw(symbol)
        elif symbol in (b"\n", b"\r"):
            self._end_paragraph()
        elif symbol in (b"~", b"_"):
            self._say({b"~": " ", b"_": "-"}[symbol])

    def _raw(self, raw: bytes) -> None:
        if self._passing:
            passed = min(self._passing, len(raw))
            self._passing -= passed
            raw = raw[passed:]
        if raw and not (self._group.skipped or self._group.hidden or self._group.fonts):
            self._bytes += raw

    def _say(self, text: str) -> None:
        self._flush()
        if not (self._group.skipped or self._group.hidden or self._group.fonts):
            self._text.append(text)

    def _unicode(self, number: int) -> None:
        code = number & 0xFFFF if number < 0x10000 else number
        self._say(chr(code) if code < 0x110000 else "\ufffd")
        self._passing = self._group.after

    def _flush(self) -> None:
        """Bytes since the last mark in the code page of their font; an ASCII font's are in the document's own."""
        if not self._bytes:
            return
        page = self._code_pages.get(self._group.font, self.ansi)
        if page == "cp1252" and self.ansi != "cp1252":
            page = self.ansi
        text = self._bytes.decode(page, "replace")
        if "\ufffd" in text and "characters damaged" not in self.warnings:
            self.warnings.append("characters damaged")
        self._text.append(text)
        self._bytes.clear()

    def _taken(self) -> str:
        self._flush()
        text = "".join(self._text)
        self._text.clear()
        if any("\ud800" <= char <= "\udfff" for char in text):
            text = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
        return printable(text)

    @property
    def _level(self) -> int:
        return max(self._group.level, 1) if self._group.in_table else 0

    def _row(self) -> _Row:
        return self._rows.setdefault(max(self._group.level, 1), _Row())

    def _end_paragraph(self, _: int | None = None) -> None:
        if not self._group.skipped:
            self.marks.paragraph(self._level, self._taken())

    def _end_cell(self, level: int) -> None:
        self.marks.cell(level, self._taken())

    def _end_row(self, level: int) -> None:
        if text := self._taken():
            self.marks.paragraph(level, text)
        row = self._rows.get(level, _Row())
        self.marks.row(level, row.edges)
        if row.is_last and level == 1:
            self.marks.end_table()

    def _begin_row(self, _: int | None) -> None:
        self._rows[max(self._group.level, 1)] = _Row()

    def _edge(self, number: int | None) -> None:
        row = self._row()
        right = max(min(number or 0, 1 << 20), row.left)
        row.edges.append(Edges(row.left, right, row.joins_left, row.joins_above))
        row.left, row.joins_left, row.joins_above = right, False, False

    def _joins(self, above: bool) -> None:
        if above:
            self._row().joins_above = True
        else:
            self._row().joins_left = True

    def _set(self, **changes: object) -> None:
        self._group = replace(self._group, **changes)  # type: ignore[arg-type]

    def _font(self, number: int | None) -> None:
        self._set(font=number if number is not None else -1)

    def _charset(self, number: int | None) -> None:
        if self._group.fonts and number in _CODE_PAGES:
            self._code_pages[self._group.font] = _CODE_PAGES[number]

    def _code_page(self, number: int | None) -> None:
        page = "gb18030" if number in (936, 54936, None) else f"cp{number}"
        try:
            b"a".decode(page)
        except LookupError:
            return
        self.ansi = page

    def _left_edge(self, number: int | None) -> None:
        row = self._row()
        if not row.edges:
            row.left = max(min(number or 0, 1 << 20), -(1 << 20))

    def _plain_paragraph(self, _: int | None) -> None:
        self._set(in_table=False, level=0)

    def _last_row(self, _: int | None) -> None:
        self._row().is_last = True


def _hide(reader: _Reader, number: int | None) -> None:
    reader._set(hidden=number != 0)


_WORDS: dict[str, Callable[[_Reader, int | None], None]] = {
    **dict.fromkeys(_PARTS, _Reader._end_paragraph),
    "cell": lambda reader, _: reader._end_cell(1),
    "nestcell": lambda reader, _: reader._end_cell(max(reader._group.level, 2)),
    "row": lambda reader, _: reader._end_row(1),
    "nestrow": lambda reader, _: reader._end_row(max(reader._group.level, 2)),
    "trowd": _Reader._begin_row,
    "trleft": _Reader._left_edge,
    "cellx": _Reader._edge,
    "clmrg": lambda reader, _: reader._joins(above=False),
    "clvmrg": lambda reader, _: reader._joins(above=True),
    "lastrow": _Reader._last_row,
    "intbl": lambda reader, _: reader._set(in_table=True),
    "itap": lambda reader, number: reader._set(in_table=bool(number), level=number or 0),
    "pard": _Reader._plain_paragraph,
    "plain": lambda reader, _: reader._set(hidden=False, font=reader._default_font),
    "deleted": _hide,
    "v": _hide,
    "f": _Reader._font,
    "deff": lambda reader, number: setattr(reader, "_default_font", number if number is not None else -1),
    "fcharset": _Reader._charset,
    "ansicpg": _Reader._code_page,
    "uc": lambda reader, number: reader._set(after=max(min(number if number is not None else 1, 100), 0)),
}
