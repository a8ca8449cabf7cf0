"""Continuation pages of one text, made one document again."""

from collections.abc import Sequence
from dataclasses import replace

from gongkai.chinese import fold
from gongkai.document import Block, Document, Status

_ORDER: tuple[Status, ...] = ("ok", "partial", "limit", "encrypted", "unsupported", "failed")


def join(documents: Sequence[Document]) -> Document:
    """Parts in reading order as one document. Titles and metadata are the first part's, with what only later parts
    have; a title printed again at the head of a part is left out. Raises ValueError when there is no part."""
    if not documents:
        raise ValueError("nothing to join")
    if len(documents) == 1:
        return documents[0]
    first = documents[0]
    names = {fold(text) for _, text in first.titles}
    names |= {fold(block.text) for block in first.blocks[:2] if block.table is None}
    parts = [first, *(_without_title(document, names) for document in documents[1:])]
    metadata: dict[str, str] = {}
    for part in documents:
        for key, value in part.metadata.items():
            metadata.setdefault(key, value)
    readable = [part for part in parts if part.blocks]
    worst = max((part.status for part in documents), key=_ORDER.index)
    status: Status = worst if not readable or worst in ("ok", "partial") else "partial"
    pages = [part.pages for part in documents if part.pages is not None]
    return Document(
        status, first.doc_format, tuple(block for part in parts for block in part.blocks),
        "\n".join(part.text for part in parts if part.text), first.titles, metadata,
        tuple(dict.fromkeys(file for part in documents for file in part.files)), sum(part.images for part in documents),
        first.charset, sum(pages) if pages else None,
        tuple(dict.fromkeys(warning for part in documents for warning in part.warnings)))


def _without_title(part: Document, names: set[str]) -> Document:
    kept: list[Block] = list(part.blocks)
    text = part.text
    while kept and kept[0].table is None and fold(kept[0].text) in names:
        text = text.lstrip().removeprefix(kept.pop(0).text).lstrip("\n")
    return replace(part, blocks=tuple(kept), text=text)
