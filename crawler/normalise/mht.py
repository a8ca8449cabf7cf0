"""A page saved with its parts as one mail (MHT; Word's 单个文件网页, often named .doc): its HTML part is the page."""

from dataclasses import replace
from email import message_from_bytes
from email.message import Message

from crawler.normalise.html import read_html
from gongkai.document import Document

MAX_PARTS = 2_000


def read_mht(data: bytes, url: str | None) -> Document:
    """The largest HTML part; pictures and styles are only counted for the limit."""
    pages: list[tuple[bytes, str | None]] = []
    whole = message_from_bytes(data)
    todo: list[Message] = [whole]
    seen = 0
    while todo and seen < MAX_PARTS:
        part = todo.pop()
        seen += 1
        if part.is_multipart():
            todo += [inner for inner in part.get_payload() if isinstance(inner, Message)]
        elif part.get_content_type() == "text/html":
            body = part.get_payload(decode=True)
            if isinstance(body, bytes) and body.strip():
                pages.append((body, part.get_content_charset()))
    if not pages:
        return Document("unsupported", "mht", warnings=("mht: no page among its parts",))
    body, charset = max(pages, key=lambda page: len(page[0]))
    document = replace(read_html(body, url=url, declared=charset), doc_format="mht")
    if whole.defects and document.status in ("ok", "partial"):
        cut = f"mht: damaged, maybe cut short ({type(whole.defects[0]).__name__})"
        document = replace(document, status="partial", warnings=(*document.warnings, cut))
    return document
