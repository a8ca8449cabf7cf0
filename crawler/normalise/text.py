"""What every reader shares at the end: the reading text of blocks, and the lines that may be the title."""

import re
from collections.abc import Iterable, Sequence

from gongkai.document import Block

_TITLE_END = re.compile(
    r"(?:报告|年报|报表|通知|方案|要点|办法|指南|总结|情况|公示|公告|目录|制度|函)"
    r"(?:[（(〔\[][^（）()]{1,12}[)）〕\]])*$"
)
_NO_TITLE = re.compile(
    r"[。；;！？：:，,]$|^(?:[一二三四五六七八九十]+、|[（(][一二三四五六七八九十]+[)）]|\d+[.、])"
    r"|^(?:发布|来源|索引|时间|日期|作者|正文|目\s*录)"
)
_MAX_TITLE_CHARS = 90


def flatten(blocks: Iterable[Block]) -> str:
    """Reading text: a line a paragraph, tables as lines of tab-parted cells."""
    return "\n".join(block.table.text() if block.table is not None else block.text for block in blocks)


def title_lines(lines: Sequence[str]) -> list[str]:
    """Title candidates among the first lines of a text: the name of the document where two or three short lines
    together end like one, then the first line by itself."""
    found: list[str] = []
    first = [line for line in (" ".join(raw.split()) for raw in lines[:12]) if line]
    for start in range(min(3, len(first))):
        joined = ""
        for line in first[start:start + 4]:
            if len(line) > 60 or _NO_TITLE.search(line):
                break
            joined += line
            if len(joined) > _MAX_TITLE_CHARS:
                break
            if _TITLE_END.search(joined):
                found.append(joined)
                break
    if first and len(first[0]) <= _MAX_TITLE_CHARS and not _NO_TITLE.search(first[0]):
        found.append(first[0])
    return list(dict.fromkeys(found))
