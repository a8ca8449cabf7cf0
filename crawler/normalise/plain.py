"""Text somebody took out of a page or file before: lines are all there is, and they are left as they stand."""

import re

from crawler.normalise.charset import decode
from crawler.normalise.reading import MAX_BLOCKS, paragraph
from crawler.normalise.text import title_lines
from gongkai.chinese import printable
from gongkai.document import Document

_MARKDOWN_HEADING = re.compile(r"#{1,6}\s+(?=\S)")


def read_plain(data: bytes, *, declared: str | None = None) -> Document:
    """Every line a paragraph. `text` keeps blank lines, tabs and pipes: figures of a flattened table are found by them,
    so no table is guessed here."""
    text, charset = decode(data, declared)
    text = text.replace("\r\n", "\n").replace("\r", "\n").removeprefix("\ufeff")
    text = printable(text)
    lines = [line.strip() for line in text.split("\n")]
    filled = [line for line in lines if line]
    blocks = []
    for line in filled[:MAX_BLOCKS]:
        bare, hashes = _MARKDOWN_HEADING.subn("", line, count=1) if line.startswith("#") else (line, 0)
        blocks.append(paragraph(bare, marked=hashes > 0))
    cut = len(filled) > MAX_BLOCKS
    titles = tuple(("text", line) for line in title_lines([block.text for block in blocks[:12]]))
    return Document("partial" if cut else "ok", "txt", tuple(blocks), text, titles, charset=charset,
                    warnings=("text cut",) if cut else ())
