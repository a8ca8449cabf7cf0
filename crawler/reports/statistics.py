"""The one-figure-a-row tables before 2019: the national statistics table, and provincial indicator tables before it.

Rows are told by their words, groups by the row above (被依法纠错数 stands under 复议 and under 诉讼); a row the form
does not have is kept raw and moves nobody else's figure.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from crawler.reports.flattened import Piece, pieces_of
from crawler.reports.forms import Form, Row, TableForm, load_forms
from crawler.reports.labels import label_key
from crawler.reports.printing import Assembled
from crawler.reports.values import UNITS, head_unit, looks_like_value, read_value
from gongkai.chinese import fold
from gongkai.document import Cell, Document, Table
from gongkai.report import CellTable, CellValue

_COUNTERS = frozenset(("条", "件", "次", "篇", "个", "人", "人次", "份", "项", "部", "起", "宗", "家", "期", "场"))
_LIKE = 0.8
_MOST_TOLD = 65_536
_MOST_ROWS = 400  # no table is longer; garbled words are not looked for in what is
_BEGINS = re.compile(r"^\W*(?:[一二三四五六七八九十]{1,2}[、.．]|[（(][一二三四五六七八九十\d]{1,2}[）)]"
                     r"|\d{1,2}[.、．]|其中)")
_CUMULATIVE = re.compile(r"累计")
_LEAST_KNOWN = 3
_APART = 5  # labels in a row without a figure, before their figures come: fewer may be blank rows
_LONGEST = 90
_DASHES = frozenset(("——", "—", "-", "--", "－", "/", "一一"))


@dataclass(frozen=True)
class _Entry:
    """One printed row: its words, the unit beside it, the figure and, where a head says so, the one summed up since
    2008. `raw` is None where the row shows no place for a figure."""

    words: str
    unit: str
    raw: str | None
    where: str
    since: str | None = None


def read_statistics(document: Document, form: Form) -> Assembled:
    """The national table, from its grids or, where those hold less, from lines of text."""
    table = form.tables["statistics"]
    from_grids = _assemble(table, [e for n, t in enumerate(document.tables) for e in _grid_entries(table, n, t)])
    if len(from_grids.cells) == len(table.required):
        return from_grids
    from_text = _assemble(table, list(_text_entries(table, document.text)))
    return from_text if len(from_text.cells) > len(from_grids.cells) else from_grids


def read_indicators(document: Document) -> CellTable:
    """A provincial table: figures under our keys where a row says what the national one says, under its own words
    where not. Only tables with three known indicators count."""
    table = load_forms()["cn-gov-2014stat"].tables["statistics"]
    found: CellTable = {}
    for number, printed in enumerate(document.tables):
        entries = list(_grid_entries(table, number, printed))
        keys = _name(table, entries)
        if len({key for key in keys if key}) >= _LEAST_KNOWN:
            found |= {k: v for k, v in _indicator_cells(table, entries, keys).items() if k not in found}
    if not found:
        entries = list(_text_entries(table, document.text))
        keys = _name(table, entries)
        if len({key for key, entry in zip(keys, entries, strict=True) if key and entry.raw}) >= 2 * _LEAST_KNOWN:
            known = [(k, e) for k, e in zip(keys, entries, strict=True) if k]
            found = _indicator_cells(table, [e for _, e in known], [k for k, _ in known])
    return found


def _indicator_cells(table: TableForm, entries: Sequence[_Entry], keys: Sequence[str | None]) -> CellTable:
    rows = {row.key: row for row in table.all_rows}
    found: CellTable = {}
    for key, entry in zip(keys, entries, strict=True):
        name = key or entry.words
        if name in found or entry.raw is None or (key and rows[key].heading):
            continue
        cells = {"count": _cell(rows.get(key or ""), entry, entry.raw)[0]}
        if entry.since is not None:
            cells["cumulative"] = _cell(rows.get(key or ""), entry, entry.since)[0]
        found[name] = cells
    return found


def _assemble(table: TableForm, entries: Sequence[_Entry]) -> Assembled:
    out = Assembled()
    rows = {row.key: row for row in table.all_rows}
    column = table.columns[0].key
    for key, entry in zip(_name(table, entries), entries, strict=True):
        if key is not None and _row(table, entry.words, rows[key].group) is None:
            out.warnings.append(f"statistics: row {key} told by its place among the others ({entry.where})")
        if key is None:
            if entry.raw:
                out.warnings.append(f"statistics: a row the form does not have at {entry.where}: {entry.words[:40]} "
                                    f"{entry.raw[:40]}")
            continue
        if rows[key].heading or entry.raw is None:
            continue
        cell, remark = _cell(rows[key], entry, entry.raw)
        before = out.cells.get(key)
        if before is None or not before[column].raw:
            out.cells[key] = {column: cell}
            out.warnings += [f"{key} at {entry.where}: {remark}"] if remark else []
        elif cell.raw and cell.raw != before[column].raw:
            out.warnings.append(f"{key} is printed again with another figure at {entry.where}: {entry.raw[:40]}")
    return out


def _cell(row: Row | None, entry: _Entry, raw: str) -> tuple[CellValue, str | None]:
    money = (row is not None and row.kind == "money") or entry.unit in UNITS
    unit = (entry.unit if entry.unit in UNITS else None) or head_unit(entry.words) or (row.unit if row else None)
    return read_value(raw, "money" if money else "count", unit if money else None, entry.where)


def _name(table: TableForm, entries: Sequence[_Entry]) -> list[str | None]:
    """The key of each entry. Words that are only like a row's are believed where that row is missing in its place."""
    keys: list[str | None] = []
    group: str | None = None
    for entry in entries:
        row = _row(table, entry.words, group)
        keys.append(row.key if row else None)
        if row is not None:
            group = row.group
    if len(keys) > _MOST_ROWS:
        return keys
    order = [row.key for row in table.all_rows]
    places = {key: n for n, key in enumerate(order)}
    last = -1
    for n, key in enumerate(keys):
        if key is not None:
            last = places[key]
            continue
        end = next((places[k] for k in keys[n + 1:] if k is not None), len(order))
        missing = [row for row in table.all_rows[last + 1:end] if row.key not in keys]
        likely = max(missing, key=lambda row: row.label.likeness(label_key(entries[n].words)), default=None)
        if likely is not None and likely.label.likeness(label_key(entries[n].words)) >= _LIKE:
            keys[n], last = likely.key, places[likely.key]
    return keys


def _row(table: TableForm, words: str, group: str | None) -> Row | None:
    key = label_key(words)
    if not key or key.isascii():
        return None
    if (key, group) not in table.told:
        if len(table.told) >= _MOST_TOLD:
            table.told.clear()
        table.told[key, group] = _told(table, key, group)
    return table.told[key, group]


def _told(table: TableForm, key: str, group: str | None) -> Row | None:
    usable = [row for row in table.all_rows if not row.only_in_group or row.group == group]
    for row in usable:
        if key in row.label.keys:
            return row
    telling = [row for row in usable if row.label.contains and row.label.contains in key
               and len(key) <= max(map(len, row.label.keys)) + 12]
    return max(telling, key=lambda row: len(row.label.contains), default=None)


def _grid_entries(table: TableForm, number: int, printed: Table) -> Iterator[_Entry]:
    """Rows of a grid; a row with two labels (a sheet printed in two halves) is two rows. Heads above say which column
    is meant where a row has several figures."""
    heads: dict[int, str] = {}
    halves: list[list[_Entry]] = []
    for row in printed.grid():
        cells = list({id(cell): cell for cell in row if cell is not None}.values())
        if found := _heads(table, cells):
            heads = found
            continue
        starts = _labels(table, cells)
        for place, (start, end) in enumerate(zip(starts, [*starts, len(cells)][1:], strict=True)):
            entry = _grid_entry(number, cells[start], cells[start + 1:end], heads)
            while len(halves) <= place:
                halves.append([])
            halves[place].append(entry)
    for half in halves:
        yield from half


def _labels(table: TableForm, cells: Sequence[Cell]) -> list[int]:
    """Where the rows of a printed line begin: at words of the form, else at the innermost of its first words."""
    groups = (None, *dict.fromkeys(row.group for row in table.all_rows if row.group))
    known = [i for i, cell in enumerate(cells) if any(_row(table, cell.text, group) for group in groups)]
    if known:
        return known
    words = [i for i, cell in enumerate(cells) if _is_words(cell.text)]
    return next(([i] for n, i in enumerate(words) if n + 1 == len(words) or words[n + 1] > i + 1), [])


def _is_words(text: str) -> bool:
    bare = text.strip()
    return bool(bare) and len(bare) <= _LONGEST and bare not in _COUNTERS and bare not in UNITS \
        and not looks_like_value(bare) and bare not in _DASHES and len(label_key(bare)) >= 2


def _heads(table: TableForm, cells: Sequence[Cell]) -> dict[int, str]:
    """Grid column → what stands under it, when the row is a head row."""
    named: dict[int, str] = {}
    anchored = False
    for cell in cells:
        key = label_key(cell.text)
        anchored |= key in table.extra
        if key in table.columns[0].label.keys or re.search(r"^20\d\d年?(?:度)?(?:数|合计)?$", key):
            named[cell.col] = "count"
        elif _CUMULATIVE.search(key) and len(key) <= 12:
            named[cell.col] = "since"
    return named if anchored and named else {}


def _grid_entry(number: int, label: Cell, rest: Sequence[Cell], heads: dict[int, str]) -> _Entry:
    unit = next((fold(cell.text).strip() for cell in rest if fold(cell.text).strip() in _COUNTERS | set(UNITS)), "")
    places = [cell for cell in rest if fold(cell.text).strip() not in _COUNTERS | set(UNITS)]
    under: dict[str, Cell] = {}
    for cell in places:
        name = next((heads[c] for c in range(cell.col, cell.col + cell.colspan) if c in heads), None)
        if name and name not in under:
            under[name] = cell
    filled = [cell for cell in places if cell.text.strip()]
    if "count" not in under and places:
        if len(filled) == 1 or (filled and not heads):
            under["count"] = filled[0]
        elif not filled and not heads:
            under["count"] = places[-1]
    chosen = under.get("count")
    since = under.get("since")
    where = chosen or label
    raw = chosen.text if chosen is not None else None
    if len(filled) > 1 and not heads:  # nothing says which of them is this year's
        raw = " | ".join(cell.text.strip() for cell in filled)
    return _Entry(label.text, unit, raw, f"table {number + 1} row {where.row + 1} col {where.col + 1}",
                  since.text if since is not None else None)


def _text_entries(table: TableForm, text: str) -> Iterator[_Entry]:
    """Rows of flattened text: a label, its unit, its figure, on one line or on three."""
    group: str | None = None
    words, unit, where = "", "", ""
    waiting: list[tuple[str, str, str]] = []  # labels that came without figures
    values: list[str] = []

    def flush() -> Iterator[_Entry]:
        counted = [w for w in waiting if (row := _row(table, w[0], None)) is None or not row.heading]
        if len(values) == len(counted) >= _APART:
            yield from (_Entry(w, u, v, at) for (w, u, at), v in zip(counted, values, strict=True))
        elif len(values) == 1 and waiting:
            yield from (_Entry(w, u, None, at) for w, u, at in waiting[:-1])
            yield _Entry(waiting[-1][0], waiting[-1][1], values[0], waiting[-1][2])
        else:
            yield from (_Entry(w, u, None if n + 1 < len(waiting) or not values else " | ".join(values[:6]), at)
                        for n, (w, u, at) in enumerate(waiting))

    for piece in _cells_of(text):
        if piece.kind == "value" and piece.text not in _DASHES:
            if words or waiting:
                values.append(piece.text)
            continue
        if piece.kind != "text":
            continue
        bare = fold(piece.text).strip()
        if bare in _COUNTERS or bare in UNITS:
            if waiting and not values:
                waiting[-1] = (waiting[-1][0], bare, waiting[-1][2])
            continue
        row = _row(table, piece.text, group)
        if row is None and waiting and not values and not _BEGINS.match(piece.text) and _open(waiting[-1][0]):
            continue  # the rest of a label that was broken
        if values:
            yield from flush()
            waiting, values = [], []
        if len(piece.text) > _LONGEST or (row is None and not _is_words(piece.text)):
            yield from flush()
            waiting, words = [], ""
            continue
        words, unit, where = piece.text, "", f"line {piece.row + 1}"
        if row is None and not waiting and not _BEGINS.match(piece.text):
            words = ""
            continue
        waiting.append((words, unit, where))
        if row is not None:
            group = row.group
    yield from flush()


def _open(words: str) -> bool:
    return fold(words).count("(") > fold(words).count(")")


def _cells_of(text: str) -> Iterator[Piece]:
    """Pieces, with a unit printed behind its label parted from it."""
    for piece in pieces_of(text):
        head, _, tail = piece.text.rpartition(" ")
        if piece.kind == "text" and head and tail in _COUNTERS | set(UNITS):
            yield Piece("text", head, piece.row)
            yield Piece("text", tail, piece.row)
        else:
            yield piece
