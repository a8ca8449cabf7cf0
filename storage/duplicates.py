"""What makes two states the same: the digests that decide versions, copies and renditions.

Only exact equality merges here. An unchanged report with other furniture can score below a report with one corrected
figure on every similarity measure tried, so similarity may link but never decide.
"""

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

from gongkai.capture import Finding
from gongkai.chinese import squeeze
from gongkai.digest import sha256_hex
from gongkai.document import Document
from gongkai.report import CellValue, Reading, Report, SourceDocument
from storage.identity import address_name

_READ = ("ok", "partial")
# Numbers that move between two looks at an unchanged page: 已下载12次, 浏览次数：345, 今天是2019年10月31日.
_MOVING = re.compile(r"(?:浏览|阅读|点击|访问|查看)(?:次数|人次|量|数|:|：)+\d*次?|已?下载\d+次"
                     r"|今天是\d{4}年\d{1,2}月\d{1,2}日(?:星期[一二三四五六日天])?")


@dataclass(frozen=True)
class SourceState:
    """One file of a document as it was: `digest` of its text and tables, or of its bytes where it was not read."""

    role: str
    identity: str
    raw_sha256: tuple[str, ...]
    digest: str


@dataclass(frozen=True)
class ContentState:
    """The digests of a whole reading. `version` decides versions of one document; `body` (the sections and cells the
    report consists of) and `cells` compare documents that print one report in different surroundings or formats."""

    sources: tuple[SourceState, ...]
    version: str
    text: str
    body: str
    cells: str | None
    filled_cells: int

    @property
    def raw(self) -> frozenset[tuple[str, ...]]:
        return frozenset(source.raw_sha256 for source in self.sources)


@lru_cache(maxsize=16)
def normalised(text: str) -> str:
    """The same text is asked for by each digest of one reading."""
    return _MOVING.sub("", squeeze(text))


def content_state(finding: Finding, reading: Reading, before: Iterable[SourceState] = ()) -> ContentState:
    """`before` are the sources of the latest version kept: a file that could not be fetched this time counts as it was
    then, because a failing download is no change of the document."""
    sources = [_source_state(source) for source in reading.sources]
    known: dict[str, list[SourceState]] = {}  # the files of an archive stand under its address, all of them
    for state in before:
        if state.role == "attachment":
            known.setdefault(state.identity, []).append(state)
    have = {state.identity for state in sources}
    for attachment in finding.attachments:
        name = address_name(attachment.url) if attachment.capture is None else ""
        if name and name not in have:
            sources += known.get(name, [])
    pages = [s.digest for s in sources if s.role == "page"]
    files = sorted({s.digest for s in sources if s.role != "page"})
    said = _said(reading.report)
    figures = [cell for *_, cell in _all_cells(reading.report) if cell.value is not None]
    return ContentState(
        sources=tuple(sources), version=_digest([pages, files]), text=_text(reading),
        body=_body(reading, said), cells=_digest(said) if figures else None, filled_cells=len(figures))


def same_state(new: ContentState, version: str, sources: Iterable[SourceState]) -> bool:
    """The same text and tables, or simply the same bytes (a newer reader may read more out of them; that is a new
    interpretation, not a new version)."""
    return new.version == version or new.raw == frozenset(source.raw_sha256 for source in sources)


def _source_state(source: SourceDocument) -> SourceState:
    document = source.document
    if _is_read(document):
        tables = [[(c.row, c.col, c.rowspan, c.colspan, squeeze(c.text)) for c in t.cells] for t in document.tables]
        digest = _digest([normalised(document.text), tables])
    else:
        digest = _digest(["bytes", list(source.raw_sha256)])
    return SourceState(source.role, address_name(source.url), source.raw_sha256, digest)


def _all_cells(report: Report) -> Iterator[tuple[str, str, str, CellValue]]:
    for table, rows in report.tables.items():
        for row, columns in rows.items():
            for column, cell in columns.items():
                yield table, row, column, cell


def _said(report: Report) -> list[tuple[str, str, str, str]]:
    """Every cell with something other than nothing in it: a blank and a zero are one in comparing printings."""
    return sorted((table, row, column, printed_value(cell)) for table, row, column, cell in _all_cells(report)
                  if cell.value)


def printed_value(cell: CellValue | None) -> str:
    """One spelling for one figure, money included; ``blank`` for none."""
    if cell is None or cell.value is None:
        return "blank"
    return format(cell.value.normalize(), "f") if isinstance(cell.value, Decimal) else str(cell.value)


def _is_read(document: Document) -> bool:
    return document.status in _READ and bool(document.text.strip() or document.tables)


def _text(reading: Reading) -> str:
    """Of the bytes where nothing was read: two unread files are not one text."""
    main = reading.sources[reading.main]
    return sha256_hex(normalised(main.document.text)) if _is_read(main.document) else _digest(main.raw_sha256)


def _body(reading: Reading, said: list[tuple[str, str, str, str]]) -> str:
    """Sections carry the report without the page's furniture, which stands before the first of them."""
    sections = [(s.key, normalised(s.text)) for s in reading.report.sections if s.key != "preamble"]
    if not any(text for _, text in sections):
        return _digest([_text(reading), said])
    return _digest([sections, said])


def _digest(value: object) -> str:
    return sha256_hex(json.dumps(value, separators=(",", ":")))
