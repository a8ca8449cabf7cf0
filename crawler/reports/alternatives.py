"""The next way of reading a file when its figures do not add up or a statutory table is missing.

Other ways are asked for lazily, one after the other, and only until one is sound. The best by checks passed is taken.
Where all agree the figures stay as printed, and the warning says so: a report whose own totals are wrong is news.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

from crawler.reports.cells import TablesReading, read_tables
from crawler.reports.checks import has_figure, run_checks
from crawler.reports.forms import load_forms
from gongkai.document import Document

WAYS = {"pdf": ("pdfplumber", "columns", "ocr"), "docx": ("ocr",)}
"""In the order they are tried; the first way of a format has no name."""
_PROMISE = ("收到和处理政府信息公开申请", "行政复议")
_PICTURED = "a picture on it was not read"


@dataclass(frozen=True)
class _Attempt:
    document: Document
    tables: TablesReading

    @property
    def score(self) -> tuple[int, int, int, int]:
        """Tables with figures, then checks passed, then legible cells, then fewest failed: a check that fails no more
        because its rows were lost speaks for nobody."""
        found = self.tables.tables
        states = [check.state for check in run_checks(self.tables.form_id, found)]
        legible = sum(cell.semantic != "text" for table in found.values() for row in table.values()
                      for cell in row.values())
        return sum(map(has_figure, found.values())), states.count("pass"), legible, -states.count("fail")

    @property
    def is_complete(self) -> bool:
        """Whether every table of its form is there; a text on no form lacks nothing unless its headings promise the
        tables."""
        form = load_forms().get(self.tables.form_id or "")
        if form is None:
            return not all(heading in self.document.text for heading in _PROMISE)
        return all(key in self.tables.tables for key in form.tables)

    @property
    def may_be_pictured(self) -> bool:
        """Whether what it lacks can be seen by OCR: text without any table is not looked at for minutes in vain."""
        if self.document.doc_format == "docx":
            return self.document.images > 0
        return self.tables.form_id is not None or any(_PICTURED in warning for warning in self.document.warnings)

    @property
    def is_sound(self) -> bool:
        checks = run_checks(self.tables.form_id, self.tables.tables)
        unread = any(cell.semantic == "text" for table in self.tables.tables.values() for row in table.values()
                     for cell in row.values())
        return self.is_complete and not unread and not any(check.state == "fail" for check in checks)


def best_reading(document: Document, again: Callable[[str], Document]) -> Document:
    """The document as the way reads it that makes most of its tables; `again` reads the same bytes another way."""
    if document.doc_format not in WAYS or document.status not in ("ok", "partial") or document.extractor:
        return document
    best = first = _Attempt(document, read_tables(document))
    tried, untried = ["first"], list[str]()
    for way in WAYS.get(document.doc_format, ()):
        if best.is_sound or (way == "ocr" and (best.is_complete or not best.may_be_pictured)):
            break  # OCR takes minutes, for what is printed wrong most likely
        other = again(way)
        if other.status not in ("ok", "partial"):
            if other.status == "limit":
                untried.append(f"extractor: {way} gave nothing: {other.warnings[0]}")
            continue
        tried.append(way)
        attempt = _Attempt(other, read_tables(other))
        best = attempt if attempt.score > best.score else best
    if len(tried) == 1:
        return replace(document, warnings=(*document.warnings, *untried)) if untried else document
    chosen = best.document.extractor or "first"
    says = (f"extractor: {chosen} taken of {', '.join(tried)}" if best.is_sound else
            f"extractor: {chosen} taken of {', '.join(tried)}; none makes the figures add up, they are kept as printed")
    own = replace(best.document, titles=best.document.titles or document.titles)
    return replace(own, warnings=(*document.warnings, *(own.warnings if best is not first else ()), *untried, says))
