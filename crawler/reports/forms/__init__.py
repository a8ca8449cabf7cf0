"""The national forms as data (sections, tables, labels, identities; one YAML file each), and which one a text uses."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from importlib.resources import files
from typing import Any, Literal

from crawler.reports.labels import Label, label_key
from gongkai.document import Document
from gongkai.vocabularies import vocabulary

Kind = Literal["count", "signed", "money"]
_PARTED = re.compile(r"[\t|]+|\s{2,}")
_HEAD_LINE = 90  # a table head printed in one line of text is never longer; a sentence that names its words is
_STAT_ROWS = 8  # provincial indicator tables before 2014 share five of them


@dataclass(frozen=True)
class SectionForm:
    """`telling` are sets of words that together name the section in a heading, `content` words of its text."""

    key: str
    title: str
    also: tuple[str, ...]
    ordinal: str | None
    telling: tuple[tuple[str, ...], ...] = ()
    content: tuple[str, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        return (self.title, *self.also)


@dataclass(frozen=True)
class Column:
    """`unit` is what the form itself prints in the head of a money column."""

    key: str
    label: Label
    kind: Kind = "count"
    unit: str | None = None


@dataclass(frozen=True)
class Row:
    """`optional` rows are not in the national form but stand in for, or beside, those that are. `unit` is what the
    statistics table prints beside a row; a `heading` there has no figure."""

    key: str
    label: Label
    group: str | None = None
    only_in_group: bool = False
    optional: bool = False
    unit: str | None = None
    heading: bool = False

    @property
    def kind(self) -> Kind:
        """The kind of the row's one figure, where units stand in rows and not in heads."""
        return "money" if (self.unit or "").endswith("元") else "count"


@dataclass(frozen=True)
class Block:
    """Rows under one head: an item of article 20, or one of the three parts of the review and litigation row."""

    key: str
    label: Label
    columns: tuple[Column, ...]
    rows: tuple[Row, ...] = ()


@dataclass(frozen=True)
class TableForm:
    """`columns` and `rows` are those of the requests table; the other two tables are made of `blocks`."""

    key: str
    anchors: tuple[str, ...]
    blocks: tuple[Block, ...] = ()
    columns: tuple[Column, ...] = ()
    rows: tuple[Row, ...] = ()
    extra: tuple[str, ...] = ()
    groups: tuple[Label, ...] = ()

    @cached_property
    def required(self) -> tuple[Row, ...]:
        return tuple(row for row in self.all_rows if not (row.optional or row.heading))

    @cached_property
    def row_labels(self) -> tuple[Label, ...]:
        return tuple(row.label for row in self.all_rows)

    @cached_property
    def column_labels(self) -> tuple[Label, ...]:
        return tuple(column.label for column in self.all_columns)

    @cached_property
    def told(self) -> dict[tuple[str, str | None], Row | None]:
        """For `statistics`: which row words told before, by their key and group. Reports print the same ones."""
        return {}

    @cached_property
    def all_rows(self) -> tuple[Row, ...]:
        return self.rows or tuple(row for block in self.blocks for row in block.rows)

    @cached_property
    def all_columns(self) -> tuple[Column, ...]:
        """Every column once, by key; a key two blocks share prints the same head in both."""
        found = self.columns or tuple(column for block in self.blocks for column in block.columns)
        return tuple({column.key: column for column in found}.values())

    def block_of(self, row_key: str) -> Block:
        return next(block for block in self.blocks if any(row.key == row_key for row in block.rows))


@dataclass(frozen=True)
class Identity:
    """`left` and `right` are sums over keys, ``x_*`` naming all that begin so; an empty side is 0."""

    id: str
    table: str
    each: Literal["row", "column", "block", "table"]
    left: tuple[str, ...]
    relation: Literal["equal", "at_least", "at_most"]
    right: tuple[str, ...]
    severity: Literal["error", "warn", "info"]
    rows: tuple[str, ...] = ()


@dataclass(frozen=True)
class Form:
    id: str
    title: str
    detect: tuple[str, ...]
    sections: tuple[SectionForm, ...]
    tables: dict[str, TableForm]
    identities: tuple[Identity, ...]
    preamble: tuple[str, ...] = ()


@cache
def load_forms() -> dict[str, Form]:
    """Every form in this package by its id."""
    found = (entry for entry in files(__name__).iterdir() if entry.name.endswith(".yaml"))
    forms = [_form(vocabulary(__name__, entry.name)) for entry in found]
    return {form.id: form for form in sorted(forms, key=lambda form: form.id)}


def detect_form(document: Document) -> tuple[str | None, str]:
    """Which form the tables are printed on, and the head words that told; (None, "") where no statutory table stands.

    A document of 2021 and later may cite the rules of 2019 and a year may be wrong: only table heads are looked at.
    """
    words = _telling_words()
    hits: dict[str, dict[str, str]] = {form_id: {} for form_id in load_forms()}
    for text in _head_texts(document):
        key = label_key(text)
        for word in [key] if key in words else [word for word in words if word in key] if "信息内容" in key else []:
            form_id, printed = words[word]
            hits[form_id][word] = printed
    statistics = hits.pop("cn-gov-2014stat", {})
    best = max(hits, key=lambda form_id: len(hits[form_id]))
    if hits[best]:
        return best, "、".join(hits[best].values())
    if len(statistics) >= _STAT_ROWS:
        return "cn-gov-2014stat", "、".join(statistics.values())
    return _by_request_rows(document)


def _by_request_rows(document: Document) -> tuple[str | None, str]:
    """A text of which only the requests table is left: the three rows under (六)其他处理 came with the form of 2021."""
    keys = {label_key(text) for text in _head_texts(document)}
    for form_id in ("cn-gov-2021", "cn-gov-2019"):
        rows = {row.label.keys[0]: row for row in load_forms()[form_id].tables["requests"].required}
        telling = [row.label.names[0] for key, row in rows.items() if key in keys and row.key.startswith("other_")
                   and not row.only_in_group]
        if telling and sum(key in keys for key in rows) >= len(rows) // 2:
            return form_id, "、".join(telling)
    return None, ""


@cache
def _telling_words() -> dict[str, tuple[str, str]]:
    """Key → form and printed word. A line may run heads together (信息内容本年处理决定数量)."""
    return {label_key(word): (form.id, word) for form in load_forms().values() for word in form.detect}


def _head_texts(document: Document) -> Iterator[str]:
    for table in document.tables:
        for cell in table.cells:
            if len(cell.text) <= _HEAD_LINE and not cell.text.isascii():
                yield cell.text
    for line in document.text.splitlines():
        if len(line) > 4 * _HEAD_LINE:
            continue
        if len(line) <= _HEAD_LINE:
            yield line
            if (first := line.split(" ", 1)[0]) != line:
                yield first
        for piece in _PARTED.split(line):
            if piece.strip() and piece != line and len(piece) <= _HEAD_LINE:
                yield piece


def _form(data: Mapping[str, Any]) -> Form:
    sections = tuple(SectionForm(key, given["title"], tuple(given.get("also", ())), given.get("ordinal"),
                                 tuple(tuple(words) for words in given.get("telling", ())),
                                 tuple(given.get("content", ())))
                     for key, given in data["sections"].items())
    tables = {key: _table(key, given) for key, given in data.get("tables", {}).items()}
    identities = tuple(Identity(given["id"], given["table"], given["each"], tuple(given["left"]), given["is"],
                                tuple(given["right"]), given["severity"], tuple(given.get("rows", ())))
                       for given in data.get("identities", ()))
    return Form(data["id"], data["title"], tuple(data["detect"]), sections, tables, identities,
                tuple(data.get("preamble", ())))


def _table(key: str, data: Mapping[str, Any]) -> TableForm:
    shared = tuple(_column(given) for given in data.get("columns", ()))
    blocks = tuple(Block(given.get("key", f"block{number}"), Label(given.get("key", ""), (given["label"],)),
                         tuple(_column(column) for column in given["columns"]) if "columns" in given else shared,
                         tuple(_row(row) for row in given.get("rows", ())))
                   for number, given in enumerate(data.get("blocks", ())))
    groups = tuple(Label(group, (name,)) for group, name in data.get("groups", {}).items())
    return TableForm(key, tuple(label_key(anchor) for anchor in data["anchors"]), blocks, () if blocks else shared,
                     tuple(_row(row) for row in data.get("rows", ())),
                     tuple(label_key(extra) for extra in data.get("extra", ())), groups)


def _column(data: Mapping[str, Any]) -> Column:
    return Column(data["key"], _label(data), data.get("kind", "count"), data.get("unit"))


def _row(data: Mapping[str, Any]) -> Row:
    return Row(data["key"], _label(data), data.get("group"), data.get("only_in_group", False),
               data.get("optional", False), data.get("unit"), data.get("heading", False))


def _label(data: Mapping[str, Any]) -> Label:
    return Label(data["key"], (data["label"], *data.get("also", ())), data.get("contains", ""))
