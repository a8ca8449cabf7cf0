"""From the body element to blocks in reading order: headings, paragraphs, and tables as grids."""

import re
from collections.abc import Iterator

from crawler.normalise.grid import Span, expand
from crawler.normalise.markup import Element, raw_text
from crawler.normalise.vocabulary import pattern
from gongkai.chinese import printable
from gongkai.document import Block, Table

MAX_BLOCKS = 50_000
REAL_ROWS, REAL_COLUMNS = 3, 3
"""A table inside another that has at least these is data, and what it stands in only puts it in place."""
_SKIP = frozenset(("script", "style", "noscript", "template", "svg", "head", "title", "select", "button", "textarea",
                   "iframe", "object", "input", "map"))
_INLINE = frozenset(("a", "abbr", "acronym", "b", "bdi", "bdo", "big", "cite", "code", "data", "del", "dfn", "em",
                     "font", "i", "img", "ins", "kbd", "label", "mark", "nobr", "o:p", "q", "s", "small", "span",
                     "st1:chsdate", "st1:personname", "strike", "strong", "sub", "sup", "time", "tt", "u", "v:shape",
                     "var", "wbr"))
_WRAPPERS = frozenset(("p", "span", "font", "div", "b", "strong"))
_HIDDEN = re.compile(r"display\s*:\s*none", re.I)
_WIDE = r"\u2010-\u201f\u3000-\u9fff\uf900-\ufaff\uff00-\uffef"
_WRAPPED = re.compile(rf"(?<=[{_WIDE}])[^\S\u3000]*[\r\n][^\S\u3000]*(?=[{_WIDE}])")
_SPACES = re.compile(r"[\s\u00a0\u200b\ufeff]+")
_ORDINAL = re.compile(r"(?:第?[一二三四五六七八九十]{1,3}(?:、|部分|章|[.．])|[（(][一二三四五六七八九十]{1,3}[)）])")
_HEADING_LIMIT = 45


def clean(text: str) -> str:
    """One line of text: runs of white space as one blank, none where only the source broke a Chinese line."""
    if text.isascii() and text.isalnum():  # a figure
        return text
    if len(words := text.split()) <= 1:
        return printable(words[0]).strip("\u200b\ufeff") if words else ""
    return _SPACES.sub(" ", _WRAPPED.sub("", printable(text))).strip()


def is_heading(text: str) -> bool:
    """Whether a line is numbered like a section (一、 （一）) and short enough to be its name alone."""
    return len(text) <= _HEADING_LIMIT and bool(_ORDINAL.match(text)) and not text.endswith(("。", "；", "，", ";"))


def paragraph(text: str, *, marked: bool = False) -> Block:
    """A text block; `marked` when the markup (h1-h6, a heading style) calls it a heading."""
    return Block("heading" if (marked and len(text) <= 120) or is_heading(text) else "paragraph", text)


def blocks(body: Element) -> tuple[list[Block], list[str]]:
    """Blocks of the element and warnings. Text inside a data table appears in that table alone."""
    body.attrib.pop("style", "")  # the body itself may be hidden until a script shows it
    reader = _Reader()
    reader.walk(body)
    reader.flush()
    return reader.blocks, reader.warnings


class _Reader:
    def __init__(self) -> None:
        self.blocks: list[Block] = []
        self.warnings: list[str] = []
        self._pieces: list[str] = []
        self._marked = 0

    def walk(self, element: Element) -> None:
        tag = element.tag
        if tag == "br":
            self.flush()
        elif tag == "table" and not _is_layout(element):
            self.flush()
            self._table(element)
        elif not isinstance(tag, str) or tag in _SKIP or _hidden(element):
            pass
        else:
            self._container(element, tag)

    def _container(self, element: Element, tag: str) -> None:
        inline, heading = tag in _INLINE, len(tag) == 2 and tag[0] == "h" and tag[1].isdigit()
        if not inline:
            self.flush()
        self._marked += heading
        if element.text:
            self._pieces.append(element.text)
        for child in element:
            self.walk(child)
            if child.tail:
                self._pieces.append(child.tail)
        if not inline:
            self.flush()
        self._marked -= heading

    def flush(self) -> None:
        if not self._pieces:
            return
        text = clean("".join(self._pieces))
        self._pieces.clear()
        if not text or (len(text) <= 60 and pattern("furniture_lines").fullmatch(text)):
            return
        if len(self.blocks) >= MAX_BLOCKS:
            if "text cut" not in self.warnings:
                self.warnings.append("text cut")
            return
        self.blocks.append(paragraph(text, marked=self._marked > 0))

    def _table(self, element: Element) -> None:
        caption = element.find("caption")
        if caption is not None and (text := clean(raw_text(caption))):
            self.blocks.append(paragraph(text))
        table, cut = grid_of(element)
        if cut:
            self.warnings.append("a table was cut: too many cells")
        if any(cell.text for cell in table.cells):
            self.blocks.append(Block("table", table=table))


def grid_of(element: Element) -> tuple[Table, bool]:
    """A ``<table>`` by its own markup; rows of nested tables belong to the nested table's cell."""
    rows: list[list[Span]] = []
    for section in _sections(element):
        trs = list(section)
        for i, tr in enumerate(trs):
            left = len(trs) - i  # a row span ends with its section; rowspan=0 asks for just that
            rows.append([Span(cell_text(td), min(_number(td.get("rowspan")) or left, left),
                              max(_number(td.get("colspan")), 1)) for td in tr])
    grid = expand(rows)
    return grid.table, grid.cut


def _sections(table: Element) -> Iterator[list[list[Element]]]:
    """Row groups, each a list of rows, each a list of cells; rows and cells standing loose are given one."""
    loose: list[list[Element]] = []
    for child in table:
        if child.tag == "tr":
            loose.append(_cells(child))
        elif child.tag in ("tbody", "thead", "tfoot"):
            if loose:
                yield loose
                loose = []
            group: list[list[Element]] = []
            for row in child:
                if row.tag == "tr":
                    group.append(_cells(row))
                elif row.tag in ("td", "th"):
                    group.append([row])
            yield group
        elif child.tag in ("td", "th"):
            loose.append([child])
    if loose:
        yield loose


def _cells(row: Element) -> list[Element]:
    return [cell for cell in row if cell.tag in ("td", "th")]


def _number(value: str | None) -> int:
    digits = re.match(r"\s*(\d{1,9})", value) if value else None
    return int(digits.group(1)) if digits else 1


def cell_text(cell: Element) -> str:
    """Lines of a cell parted by line feeds (a figure wrapped in its cell stays two lines for the reader to judge)."""
    while len(cell) == 1 and not cell.text and not cell[0].tail and cell[0].tag in _WRAPPERS and not _hidden(cell[0]):
        cell = cell[0]
    if not len(cell):
        return clean(cell.text) if cell.text else ""
    lines: list[str] = []
    pieces: list[str] = []

    def flush() -> None:
        if pieces:
            text = clean("".join(pieces))
            pieces.clear()
            if text:
                lines.append(text)

    def walk(element: Element) -> None:
        tag = element.tag
        if not isinstance(tag, str) or tag in _SKIP or _hidden(element):
            return
        block = tag not in _INLINE
        if block:
            flush()
        if element.text:
            pieces.append(element.text)
        for child in element:
            walk(child)
            if child.tail:
                pieces.append(child.tail)
        if block:
            flush()

    walk(cell)
    flush()
    return "\n".join(lines)


def _hidden(element: Element) -> bool:
    style = element.get("style")
    return style is not None and "none" in style and bool(_HIDDEN.search(style))


def _is_layout(table: Element) -> bool:
    """Whether the table only puts the page in place: it has one column, a cell holds a real table, or most of the text
    as prose."""
    rows = [row for section in _sections(table) for row in section]
    cells = [cell for row in rows for cell in row]
    if all(len(row) <= 1 for row in rows):
        return True
    if any(_is_real(inner) for inner in table.iterdescendants("table")):
        return True
    if not any(len(cell) for cell in cells):
        return False
    sizes = [(len(raw_text(cell)), cell) for cell in cells]
    most, fullest = max(sizes, key=lambda pair: pair[0])
    if most < 0.6 * sum(size for size, _ in sizes) or most < 300:
        return False
    return sum(1 for _ in fullest.iter("p", "br", "div", "li")) >= 3


def _is_real(table: Element) -> bool:
    rows = [row for section in _sections(table) for row in section]
    return len(rows) >= REAL_ROWS and max(map(len, rows)) >= REAL_COLUMNS
