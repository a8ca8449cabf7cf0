"""What the readers of year, agency, dates and contact look at: the words of a document in comparison form."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from gongkai.capture import Hints
from gongkai.chinese import fold, western_years
from gongkai.document import Document
from gongkai.title import TitleReading, read_title

_PINYIN = re.compile(r"(?<=[\u3400-\u9fff])\([a-zü\u00e0-\u01dc]{1,7}\)")
"""Converters of mirror sites leave glosses: 機(jī)關."""
_WIDE = r"[\u3000-\u303f\u3400-\u9fff\uff00-\uffef\d]"
_SPACE = re.compile(rf"(?<={_WIDE})\s+(?={_WIDE})")
_MOST_LINES, _MOST_CHARS, _LONGEST_LINE = 6_000, 400_000, 4_000
_HEAD_LINES, _TITLE_CHARS = 40, 70
_NOT_COVER = re.compile(r"[。,;:>]|公开")
_NEIGHBOUR = re.compile(r"上一[篇条]|下一[篇条]|相关|推荐|更多")
_LABELLED = re.compile(r"(?:标题|名称|信息名称|文件名称|题名)[:|]?(.{6,120})")


@dataclass(frozen=True)
class PrintedTitle:
    """A title candidate: `text` as printed (spaces between Chinese characters squeezed) and what it says."""

    source: str
    text: str
    reading: TitleReading


@dataclass(frozen=True)
class Material:
    """`lines` are the non-empty lines folded (no spaces, simplified, years in digits); `raw` the same lines as printed.

    `titles` are the candidates best first, `metadata` the page's own by lower-case name.
    """

    lines: tuple[str, ...]
    raw: tuple[str, ...]
    titles: tuple[PrintedTitle, ...]
    metadata: dict[str, str]
    url: str | None = None
    hints: Hints = field(default_factory=Hints)

    @property
    def head(self) -> str:
        """The opening, where cover, preamble and first section stand."""
        return "\n".join(self.lines[:60])[:6000]

    @property
    def text(self) -> str:
        return "\n".join(self.lines)

    def title(self) -> PrintedTitle | None:
        return next((t for t in self.titles if t.reading.kind == "annual_report"), None)


def tidy(text: str) -> str:
    """A printed line for showing: white space joined, none between Chinese characters."""
    return _SPACE.sub("", " ".join(text.split()))


def folded_lines(text: str) -> Iterator[tuple[str, str]]:
    """Folded and printed form of each non-empty line, bounded in number and length."""
    for raw in _bounded(text[:_MOST_CHARS].splitlines()[:_MOST_LINES]):
        line = _PINYIN.sub("", fold(western_years(raw))).replace("\ufffd", "").replace("**", "")
        if line and line not in ("?", "??"):
            yield line, raw


def _bounded(lines: Iterable[str]) -> Iterator[str]:
    """Lines of bounded length: a text that came as one line is parted at its full stops."""
    for line in lines:
        pieces = [line] if len(line) <= _LONGEST_LINE else re.split(r"(?<=。)", line)
        for piece in pieces:
            for start in range(0, len(piece), _LONGEST_LINE):
                yield piece[start:start + _LONGEST_LINE]


def gather(document: Document, *, url: str | None = None, hints: Hints | None = None) -> Material:
    pairs = list(folded_lines(document.text))
    lines, raw = tuple(p[0] for p in pairs), tuple(p[1] for p in pairs)
    hints = hints or Hints()
    metadata = {key.strip().lower(): value.strip() for key, value in document.metadata.items() if value.strip()}
    return Material(lines, raw, tuple(_titles(document, lines, raw, hints)), metadata, url, hints)


def _titles(document: Document, lines: tuple[str, ...], raw: tuple[str, ...], hints: Hints) -> Iterator[PrintedTitle]:
    for source, text in document.titles:
        if text.strip():
            yield PrintedTitle(source, tidy(text), read_title(text))
    yield from _title_lines(lines, raw)
    if hints.anchor:
        yield PrintedTitle("anchor", tidy(hints.anchor), read_title(hints.anchor))
    if cell := _cell_title(hints):
        yield PrintedTitle("column", cell, read_title(cell))


def _cell_title(hints: Hints) -> str:
    """The title a table of files spells in its heads: row 2012年, list 政府信息公开年报, link 下载."""
    column = next((c for c in (hints.column, hints.list_heading, hints.col_heading)
                   if read_title(c).kind == "list_page" and "公开" in c), "")
    year = next((y for y in map(read_title, (hints.anchor, hints.row_heading, hints.col_heading)) if y.year), None)
    return f"{year.year}年{column.split('>')[-1]}" if column and year and year.kind == "unknown" else ""


def _title_lines(lines: tuple[str, ...], raw: tuple[str, ...]) -> Iterator[PrintedTitle]:
    """Titles printed in the opening lines, over two or three lines where agency, year and name stand apart."""
    for i, line in enumerate(lines[:_HEAD_LINES]):
        if labelled := _LABELLED.match(line):
            yield PrintedTitle("label", tidy(labelled.group(1)), read_title(labelled.group(1)))
            continue
        if len(line) > _TITLE_CHARS or line.endswith(("。", ";", ",")) or ">" in line or _NEIGHBOUR.match(line):
            continue
        reading = read_title(line)
        if reading.kind == "list_page" or (reading.kind == "annual_report" and None in (reading.year, reading.agency)):
            yield _joined(lines, raw, i) or PrintedTitle("text", tidy(raw[i]), reading)
        elif reading.kind == "annual_report" or (reading.kind != "unknown" and _heads(line, reading)):
            yield PrintedTitle("text", tidy(raw[i]), reading)


def _joined(lines: tuple[str, ...], raw: tuple[str, ...], i: int) -> PrintedTitle | None:
    """The title that line `i` ends, when the one or two short lines above give the agency (and the year) it lacks."""
    year = read_title(lines[i]).year
    for back in (2, 1):
        above = lines[max(i - back, 0):i]
        if len(above) < back or not all(2 <= len(a) <= 40 and not _NOT_COVER.search(a) for a in above):
            continue
        reading = read_title("".join(above) + lines[i])
        if reading.kind == "annual_report" and reading.agency and (reading.year or not year):
            return PrintedTitle("text", tidy("".join(tidy(r) for r in raw[i - back:i + 1])), reading)
    return None


def _heads(line: str, reading: TitleReading) -> bool:
    """Whether a line that names something else is a heading and no menu entry (政府信息公开指南) or section."""
    if re.match(r"[(]?[一二三四五六七八九十\d]{1,2}[)、.,:]|[-•·]", line) or re.search("[,。;]", line):
        return False
    return reading.year is not None or "关于" in line or len(line) >= 12
