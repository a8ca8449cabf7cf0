"""Letters that wrap a report (来函, 转送函, 关于报送…的函): what stands before the report is the letter's."""

import re
from dataclasses import replace

from crawler.normalise.text import flatten
from gongkai.chinese import fold, western_years
from gongkai.document import Block, Document
from gongkai.title import read_title

_NAMED = re.compile(r"函$|关于(?:报送|上报|呈报|呈送|提交|转送|转报|函送).{0,60}(?:请示|报告|说明)$")
_HANDS_OVER = re.compile(r"(?:现将|兹将|现就).{0,60}"
                         r"(?:报送|转送|转报|上报|呈报|呈送|报上|送上|函送|随文|随函|(?:报告|汇报)如下)")
_ADDRESSEE = re.compile(r"^[一-龥、,()]{2,40}:$")
_REPORT_BEGINS = re.compile(r"^(?:[一1][、.,:]|\(一\))|^(?:总体情况|(?:工作)?概述|基本情况)|本(?:年度)?(?:报告|年报)")
_OPENING, _FARTHEST, _NEAR = 15, 60, 15
_COVER = 40


def without_letter(document: Document) -> tuple[Document, str]:
    """The document from its report's title on, and the letter's first line; as it is, and nothing, where no letter
    stands before a report. The stored file and its text stay whole: only what is read of it is trimmed."""
    lines = [fold(western_years(block.text)) for block in document.blocks[:_FARTHEST]]
    hands = next((i for i, line in enumerate(lines[:_OPENING]) if _HANDS_OVER.search(line)), None)
    if hands is None or not (any(map(_NAMED.search, lines[:hands])) or any(map(_ADDRESSEE.match, lines[:hands]))):
        return document, ""
    start = _report_from(lines, hands)
    if start is None:
        return document, ""
    blocks = document.blocks[start:]
    titles = [(source, text) for source, text in document.titles if not _is_letters(text)]
    printed = "".join(block.text for block in _cover(blocks))
    return replace(document, blocks=blocks, text=flatten(blocks), titles=(("text", printed), *titles)), lines[0]


def _is_letters(title: str) -> bool:
    plain = fold(title)
    return _NAMED.search(plain) is not None or read_title(title).kind != "annual_report"


def _report_from(lines: list[str], hands: int) -> int | None:
    """The line the report's title begins at: the last title below the letter's sentence that a report follows."""
    for place in range(len(lines) - 1, hands, -1):
        if not _is_title(lines[place]) or not any(map(_REPORT_BEGINS.search, lines[place + 1:place + _NEAR])):
            continue
        above = lines[place - 1] if place - 1 > hands else ""
        alone = read_title(lines[place]).agency is None and 2 < len(above) <= _COVER
        return place - 1 if alone and read_title(above + lines[place]).agency else place
    return None


def _is_title(line: str) -> bool:
    return len(line) <= 70 and not line.startswith("附件") and not line.endswith(("。", ";", ",", ":")) \
        and read_title(line).kind in ("annual_report", "list_page") and "报" in line and not _NAMED.search(line)


def _cover(blocks: tuple[Block, ...]) -> tuple[Block, ...]:
    """The title's line, with the agency's above it."""
    return blocks[:1] if read_title(blocks[0].text).kind == "annual_report" else blocks[:2]
