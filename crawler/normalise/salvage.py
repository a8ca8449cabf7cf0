"""The text of a Word file whose structure cannot be read: paragraphs and cells in stored order, no table."""

import re
import struct
from io import BytesIO

import olefile  # type: ignore[import-untyped]

from crawler.normalise.reading import clean, paragraph
from gongkai.chinese import printable
from gongkai.document import Document

_WIDE_RUN = re.compile(r"[\u3000-\u9fff\uff00-\uffef\u2010-\u2030\x20-\x7e\r\x07\t]{8,}")
_CHINESE = re.compile(r"[\u4e00-\u9fff]")
_ENDS = re.compile(r"[\r\x0c\x0b]+|\x07\x07")
_OLD_WORD = (0xA5DC, 0xA5EC)


def salvage(data: bytes, doc_format: str) -> Document:
    """Always says that nobody vouches for it; `failed` where there is not even text."""
    text = _old_text(data) or "\r".join(
        run for run in _WIDE_RUN.findall(data[:len(data) // 2 * 2].decode("utf-16-le", "replace"))
        if len(_CHINESE.findall(run)) >= 4)
    lines = [line for raw in _ENDS.split(text) if (line := clean(printable(raw.replace("\x07", " "))))]
    says = (f"{doc_format}: only loose text could be saved, its tables are not read" if lines
            else f"{doc_format}: no text could be found")
    blocks = tuple(paragraph(line) for line in lines[:20_000])
    return Document("partial" if blocks else "failed", doc_format, blocks, "\n".join(lines[:20_000]), warnings=(says,))


def _old_text(data: bytes) -> str:
    """Word 6 and 95 keep their text in one piece, in the code page of the writer's Windows."""
    try:
        with olefile.OleFileIO(BytesIO(data)) as ole:
            document = ole.openstream("WordDocument").read()
        magic, version = struct.unpack_from("<HH", document)
        start, end = struct.unpack_from("<II", document, 0x18)
    except Exception:  # a container too damaged to open has no stream to look at
        return ""
    if magic not in _OLD_WORD or version >= 0xC1 or not 0 < start < end <= len(document):
        return ""
    return document[start:end].decode("gb18030", "replace")
