"""Continuation pages of one text, made one document again."""

from collections.abc import Sequence
from dataclasses import replace

from gongkai.chinese import fold
from gongkai.document import Block, Document, Status

_ORDER: tuple[Status, ...] = ("ok", "partial", "limit", "encrypted", "unsupported", "failed")

_TEXT_CHARS = 300
"""With less than this in it a first part is a page that shows its text only by script."""


def join(documents: Sequence[Document]) -> Document:
    """Parts in reading order as one document. Titles and metadata are the first part's, with what only later parts
    have, or those of the first that has a text, where that is not the page itself; a title printed again at the head of
    a part is left out. Raises ValueError when there is no part."""
    if not documents:
        raise ValueError("nothing to join")
    if len(documents) == 1:
        return documents[0]
    first = documents[0]
    told = next((part for part in documents if len(part.text) >= _TEXT_CHARS), first)
    if told is not first and told.doc_format in ("json", "js"):
        # The page is a frame that its script fills with the answer: what little it says is its menu.
        first = replace(first, blocks=(), text="")
    names = {fold(text) for _, text in (*first.titles, *told.titles)}
    names |= {fold(block.text) for block in first.blocks[:2] if block.table is None}
    parts = [first, *(_without_title(document, names) for document in documents[1:])]
    titles = first.titles if told is documents[0] else tuple(dict.fromkeys((*told.titles, *first.titles)))
    metadata: dict[str, str] = dict(told.metadata)
    for part in documents:
        for key, value in part.metadata.items():
            metadata.setdefault(key, value)
    readable = [part for part in parts if part.blocks]
    worst = max((part.status for part in documents), key=_ORDER.index)
    status: Status = worst if not readable or worst in ("ok", "partial") else "partial"
    pages = [part.pages for part in documents if part.pages is not None]
    return Document(
        status, first.doc_format, tuple(block for part in parts for block in part.blocks),
        "\n".join(part.text for part in parts if part.text), titles, metadata,
        tuple(dict.fromkeys(file for part in documents for file in part.files)), sum(part.images for part in documents),
        first.charset, sum(pages) if pages else None,
        tuple(dict.fromkeys(warning for part in documents for warning in part.warnings)))


def _without_title(part: Document, names: set[str]) -> Document:
    kept: list[Block] = list(part.blocks)
    text = part.text
    while kept and kept[0].table is None and fold(kept[0].text) in names:
        text = text.lstrip().removeprefix(kept.pop(0).text).lstrip("\n")
    return replace(part, blocks=tuple(kept), text=text)
