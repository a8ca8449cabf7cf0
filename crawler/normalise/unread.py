"""Pages that hold no text a reader could take: pictures of pages, which only OCR reads."""

from gongkai.document import Document

UNREAD_PAGES = "pdf: no readable text on pages"
"""How the warning begins that names the pages of a PDF which only OCR can read."""
BARE_PAGES = "ofd: no text on pages"
"""The same of an OFD; its pages are pictures then, or drawings, which nothing here renders."""
ICON_BYTES = 4_096
"""A smaller picture shows no page of text."""


def is_scan(document: Document) -> bool:
    """Whether a reader gave up, on the whole or on some of its pages, because they are pictures."""
    if document.status == "partial":
        begins = {"pdf": UNREAD_PAGES, "ofd": BARE_PAGES}.get(document.doc_format)
        return begins is not None and any(warning.startswith(begins) for warning in document.warnings)
    shows = {"image": True, "pdf": bool(document.pages), "ofd": document.images > 0, "docx": document.images > 0}
    return document.status == "unsupported" and shows.get(document.doc_format, False)
