"""What the readers of year, agency, dates and contact look at: the words of a document in comparison form."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from gongkai.capture import Hints
from gongkai.chinese import fold, western_years
from gongkai.document import Document
from gongkai.title import TitleReading, read_title

_PINYIN = re.compile(r"(?<=[\u3400-\u9fff])\([a-zü\u00e0-\u01dc]{1,7}\)")
"""Converters of mirror sites leave glosses: 機(jī)關."""
_SPACE = re.compile(r"(?<=[\u3000-\u303f\u3400-\u9fff\uff00-\uffef\d])[ \t\u00a0\u3000]+(?=[\u3000-\u303f\u3400-\u9fff\uff00-\uffef\d])")
_MOST_LINES, _MOST_CHARS, _LONGEST_LINE = 6_000, 400_000, 4_000
_HEAD_LINES, _TITLE_CHARS = 40, 70
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

    `titles` are the candidates best first. `name` labels of the page's metadata are in `metadata` as the reader gave them.
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
    for raw in text[:_MOST_CHARS].splitlines()[:_MOST_LINES]:
        line = _PINYIN.sub("", fold(western_years(raw[:_LONGEST_LINE]))).replace("\ufffd", "").replace("**", "")
        if line and line not in ("?", "??"):
            yield line, raw


def gather(document: Document, *, url: str | None = None, hints: Hints | None = None) -> Material:
    pairs = list(folded_lines(document.text))
    lines, raw = tuple(p[0] for p in pairs), tuple(p[1] for p in pairs)
    hints = hints or Hints()
    metadata = {key.strip().lower(): value.strip() for key, value in document.metadata.items() if value and value.strip()}
    return Material(lines, raw, tuple(_titles(document, lines, raw, hints)), metadata, url, hints)


def _titles(document: Document, lines: tuple[str, ...], raw: tuple[str, ...], hints: Hints) -> Iterator[PrintedTitle]:
    for source, text in document.titles:
        if text.strip():
            yield PrintedTitle(source, tidy(text), read_title(text))
    yield from _title_lines(lines, raw)
    if hints.anchor:
        yield PrintedTitle("anchor", tidy(hints.anchor), read_title(hints.anchor))


def _title_lines(lines: tuple[str, ...], raw: tuple[str, ...]) -> Iterator[PrintedTitle]:
    """Titles printed in the opening lines, over two or three lines where agency, year and name stand apart."""
    for i, line in enumerate(lines[:_HEAD_LINES]):
        if labelled := _LABELLED.match(line):
            yield PrintedTitle("label", tidy(labelled.group(1)), read_title(labelled.group(1)))
            continue
        if len(line) > _TITLE_CHARS or line.endswith(("。", ";", ",")) or ">" in line:
            continue
        reading = read_title(line)
        if reading.kind == "list_page" or (reading.kind == "annual_report" and None in (reading.year, reading.agency)):
            for back in (2, 1):
                above = lines[max(i - back, 0):i]
                if len(above) == back and all(2 <= len(a) <= 40 and not re.search(r"[。,;:>]|信息公开", a) for a in above):
                    joined = read_title("".join(above) + line)
                    if joined.kind == "annual_report" and joined.agency and (joined.year or not reading.year):
                        yield PrintedTitle("text", tidy("".join(tidy(r) for r in raw[i - back:i + 1])), joined)
                        break
            else:
                yield PrintedTitle("text", tidy(raw[i]), reading)
        elif reading.kind == "annual_report" or (reading.kind != "unknown" and _heads(line, reading)):
            yield PrintedTitle("text", tidy(raw[i]), reading)


def _heads(line: str, reading: TitleReading) -> bool:
    """Whether a line that names something else is a heading and no menu entry (政策解读, 政府信息公开指南) or section."""
    if re.match(r"[(]?[一二三四五六七八九十\d]{1,2}[)、.,:]|[-•·]", line) or re.search("[,。;]", line):
        return False
    return reading.year is not None or "关于" in line or len(line) >= 12
