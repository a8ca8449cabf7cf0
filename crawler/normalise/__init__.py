"""Any file a site offers, made into one `Document`: blocks in reading order, tables as grids, titles, metadata.

`normalise` works in the caller's process; files from the network go through `crawler.normalise.sandbox`. A reader is
imported with the first file of its format: a crawl, which has its files read by the sandbox, never loads any.
"""

import importlib
import logging
from dataclasses import replace

from crawler.normalise.parts import join
from crawler.normalise.sniff import inflate, sniff
from gongkai.document import Document

__all__ = ["join", "normalise"]

_READERS = {  # format → module, its reader, whether that asks which of its formats it is
    "pdf": ("pdf", "read_pdf", False), "docx": ("docx", "read_docx", False), "ofd": ("ofd", "read_ofd", False),
    "rtf": ("rtf", "read_rtf", False), "doc": ("doc", "read_doc", True), "wps": ("doc", "read_doc", True),
    "xls": ("sheet", "read_sheet", True), "xlsx": ("sheet", "read_sheet", True),
}
_log = logging.getLogger(__name__)


def normalise(
    data: bytes, *, url: str | None = None, content_type: str | None = None, depth: int = 0, way: str = ""
) -> Document:
    """The document in `data`, told by its bytes; `url` makes its links absolute, `way` asks for another way of reading
    the format than its first.

    Bad input gives a status and a warning, never an exception. A format that is not read yet is named in
    ``doc_format`` with status ``unsupported``. `depth` counts the archives the file lies in.
    """
    doc_format = "binary"
    try:
        data = inflate(data)
        doc_format = sniff(data, url=url, content_type=content_type)
        if way and doc_format == "pdf":
            from crawler.normalise.pdf_ways import read_pdf_way

            return read_pdf_way(data, way)
        return _read(data, doc_format, url, _charset(content_type), depth)
    except MemoryError:
        return Document("limit", doc_format, warnings=(f"{doc_format}: not enough memory to read it",))
    except Exception as problem:  # the readers' libraries raise anything on damaged files
        _log.debug("could not read a %s", doc_format, exc_info=True)
        return Document("failed", doc_format, warnings=(f"{doc_format}: {type(problem).__name__}: {problem}"[:300],))


def _read(data: bytes, doc_format: str, url: str | None, declared: str | None, depth: int) -> Document:
    document: Document
    if doc_format in _READERS:
        module, reader, takes_format = _READERS[doc_format]
        read = getattr(importlib.import_module(f"crawler.normalise.{module}"), reader)
        document = read(data, doc_format) if takes_format else read(data)
        return document
    match doc_format:
        case "html":
            from crawler.normalise.html import read_html

            document = read_html(data, url=url, declared=declared)
        case "mht":
            from crawler.normalise.mht import read_mht

            document = read_mht(data, url)
        case "txt":
            from crawler.normalise.plain import read_plain

            document = read_plain(data, declared=declared)
        case "js" | "json":
            from crawler.normalise.html import read_script

            document = read_script(data, doc_format, url=url, declared=declared)
        case "zip" | "rar" | "7z":
            document = _read_archive(data, doc_format, depth)
        case "odt":
            document = _read_odt(data)
        case "ooxml-encrypted":
            document = Document("encrypted", "docx", warnings=("docx: opens only with a password",))
        case "empty":
            document = Document("failed", "empty", warnings=("the file is empty",))
        case _:
            document = Document("unsupported", doc_format, warnings=(f"{doc_format}: this format is not read yet",))
    return document


def _read_odt(data: bytes) -> Document:
    """OpenDocument text is read by LibreOffice alone: offices hand it out once in a blue moon."""
    from crawler.normalise.office import as_docx
    from crawler.normalise.zipped import oversize

    if problem := oversize(data):
        return Document("limit", "odt", warnings=(f"odt: {problem}",))
    document, why_not = as_docx(data, "odt")
    return replace(document, doc_format="odt") if document else Document("unsupported", "odt", warnings=(why_not,))


def _read_archive(data: bytes, doc_format: str, depth: int) -> Document:
    from crawler.normalise.archives import MAX_DEPTH, read_archive

    if depth >= MAX_DEPTH:
        too_deep = f"{doc_format}: an archive inside {MAX_DEPTH} archives is not opened"
        return Document("limit", doc_format, warnings=(too_deep,))
    return read_archive(data, doc_format, lambda content, name: normalise(content, url=name, depth=depth + 1))


def _charset(content_type: str | None) -> str | None:
    """The charset parameter of a Content-Type."""
    for parameter in (content_type or "").split(";")[1:]:
        name, _, value = parameter.partition("=")
        if name.strip().lower() == "charset":
            return value.strip(" \"'") or None
    return None
