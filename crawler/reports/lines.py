"""A document as lines of prose, with the statutory tables marked where they stand, however they were flattened."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache, lru_cache

from crawler.reports.flattened import PAGE_NUMBER
from crawler.reports.forms import Form, TableForm, load_forms
from crawler.reports.labels import label_key
from crawler.reports.values import looks_like_value
from gongkai.document import Document, Table

_DEBRIS = 12  # characters of a head broken over lines, inside a table
_SENTENCE = re.compile(r"[。；;！？]")
_CAPTION = re.compile(r"^\W*表\s*[一二三四1-4]\W")
_SHORT_LINE = 400
_VERTICAL = 4
_FRAGMENT = 6
_GAP = 12  # lines a garbled row can take: its label and one line a figure


@dataclass(frozen=True)
class Line:
    """`table` names the statutory table a line belongs to; `heading` is the markup's word, not ours."""

    text: str
    heading: bool = False
    table: str | None = None


def read_lines(document: Document, form: Form | None) -> list[Line]:
    """Non-empty lines in reading order. Rows of figures and heads carry their table's key, words do not."""
    lines = (line for line in _lines(document, form) if not PAGE_NUMBER.match(line.text))
    return _between(list(_mark(list(_upright(lines)), form)))


def _lines(document: Document, form: Form | None) -> Iterator[Line]:
    if not document.blocks:
        yield from (Line(text.strip(" \u3000\u00a0")) for text in document.text.splitlines() if text.strip())
        return
    for block in document.blocks:
        if block.table is not None:
            yield from _table_lines(block.table, form)
        else:
            yield from (Line(text.strip(" \u3000\u00a0"), block.kind == "heading") for text in block.text.splitlines()
                        if text.strip())


def _table_lines(table: Table, form: Form | None) -> Iterator[Line]:
    """A table row by row: page rulings make tables of prose, and prose of tables."""
    key: str | None = None
    for row in table.grid():
        printed = {id(cell): cell.text for cell in row if cell is not None and cell.text.strip()}
        cells = list(printed.values())
        named = [found for text in cells if (found := _table_of(text, form, key))]
        key = named[0] if named else key
        if named or (len(cells) != 1 and key):
            yield Line("\t".join(cells), table=key or named[0])
        elif len(cells) == 1 and not (key and looks_like_value(cells[0])):
            yield from (Line(text.strip()) for text in cells[0].splitlines() if text.strip())


def _upright(lines: Iterator[Line]) -> Iterator[Line]:
    """Text printed downwards, one character a line, as one line."""
    run: list[Line] = []
    for line in (*lines, Line("")):
        if len(line.text) == 1 and line.table is None and not line.text.isascii():
            run.append(line)
            continue
        if len(run) >= _VERTICAL:
            yield replace(run[0], text="".join(one.text for one in run))
        else:
            yield from run
        run = []
        if line.text:
            yield line


def _mark(lines: list[Line], form: Form | None) -> Iterator[Line]:
    current: str | None = None
    for line in lines:
        if line.table is None and form is not None and form.tables:
            current = _flat_table(line.text, form, current)
            yield replace(line, table=current)
        else:
            current = line.table if line.table else None
            yield line


def _between(lines: list[Line]) -> list[Line]:
    """Short lines with a table's lines on both sides are its labels, whatever became of their words."""
    last = -1
    for number, line in enumerate(lines):
        if line.table is None:
            continue
        inside = lines[last + 1:number] if last >= 0 and lines[last].table == line.table else []
        if 0 < len(inside) <= _GAP and not any(_SENTENCE.search(one.text) or _reads_on(one.text) for one in inside):
            lines[last + 1:number] = [replace(one, table=line.table) for one in inside]
        last = number
    return lines


def _flat_table(text: str, form: Form, current: str | None) -> str | None:
    if len(text) > _SHORT_LINE:
        return None
    pieces = [piece for piece in re.split(r"[\t|]+", text) if piece.strip(" -:")]
    if not pieces or _CAPTION.match(text):
        return current or next(iter(form.tables))
    words = [word for piece in pieces for word in piece.split()]
    if all(map(looks_like_value, words)):
        pieces = words
    values = [looks_like_value(piece) for piece in pieces]
    if all(values) and (current or len(pieces) >= 5):
        return current or next(reversed(form.tables))
    words = [word for piece in pieces if not looks_like_value(piece) for word in (piece, *piece.split())]
    named = [found for word in words if (found := _table_of(word, form, current))]
    if named and not _SENTENCE.search(text):
        return named[0]
    outside = len(text) > _DEBRIS or _SENTENCE.search(text) or _reads_on(text) or label_key(text) in _titles(form.id)
    return None if outside else current


def _reads_on(text: str) -> bool:
    """A short line inside a table that begins like a heading of the text does not belong to the table."""
    return re.match(r"^[一二三四五六七八九十]{1,2}[、.]", text) is not None


def _table_of(text: str, form: Form | None, current: str | None) -> str | None:
    """The table whose vocabulary has these words, the present one first (其他 and 总计 stand in two)."""
    if form is None or not form.tables or len(text) > 90 or text.isascii():
        return None
    homes = _homes(label_key(text), form.id)
    return current if current in homes else homes[0] if homes else None


@lru_cache(maxsize=65536)
def _homes(key: str, form_id: str) -> tuple[str, ...]:
    homes = [name for name, words in _vocabulary(form_id).items() if key in words]
    if not homes and len(key) >= _FRAGMENT:
        homes = [name for name, words in _vocabulary(form_id).items()
                 if any(key in word for word in words) or _only(key, words)]
    return tuple(homes)


def _only(key: str, words: frozenset[str]) -> bool:
    """Whether the key is nothing but such words run together (信息内容本年处理决定数量)."""
    for word in sorted(words, key=len, reverse=True):
        key = key.replace(word, "") if len(word) > 1 else key
    return not key


@cache
def _titles(form_id: str) -> frozenset[str]:
    return frozenset(label_key(name) for section in load_forms()[form_id].sections for name in section.names)


@cache
def _vocabulary(form_id: str) -> dict[str, frozenset[str]]:
    return {key: frozenset(_words(table)) for key, table in load_forms()[form_id].tables.items()}


def _words(table: TableForm) -> Iterator[str]:
    yield from table.anchors
    yield from table.extra
    for label in (*(row.label for row in table.all_rows), *(column.label for column in table.all_columns),
                  *(block.label for block in table.blocks), *table.groups):
        yield from label.keys
