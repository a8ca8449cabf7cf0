"""What was read out of a document: whose report, which year, which form, its sections, cells and checks."""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Literal

from gongkai.document import Document

Semantic = Literal["number", "zero", "blank", "na_mark", "text"]
State = Literal["pass", "fail", "not_assessable"]


@dataclass(frozen=True)
class Evidence:
    """Why a field has its value. `source` is a short word (title, period, signature, column, pub_date, form, meta,
    contact, header, site, host …), `quote` the words that say it, `confidence` 0..1. Losing candidates are kept too,
    with `chosen` False."""

    field: str
    value: str
    source: str
    quote: str = ""
    confidence: float = 1.0
    chosen: bool = True


@dataclass(frozen=True)
class CellValue:
    """A statutory cell. `raw` as printed; `value` an integer count, or for money a Decimal in 元 with `unit` as
    written; None for a blank or unreadable cell. `where` says where it stood (``table 2 row 5 col 3``)."""

    raw: str
    value: int | Decimal | None
    semantic: Semantic
    unit: str | None = None
    where: str = ""


@dataclass(frozen=True)
class Section:
    """`key` as in the form (overview, proactive, requests, review_litigation, problems, other) or ``preamble``;
    `heading` as printed, None when the heading was lost and the section was found by content."""

    key: str
    heading: str | None
    text: str


@dataclass(frozen=True)
class Check:
    """One identity of the form tried on one row or column. `scope` is the row key, column key or block; `quote` the
    sentence a check of the text against the tables rests on."""

    rule_id: str
    scope: str
    left: int | None
    right: int | None
    state: State
    quote: str = ""


@dataclass(frozen=True)
class Contact:
    address: str | None = None
    postcode: str | None = None
    phone: str | None = None
    fax: str | None = None
    email: str | None = None


@dataclass(frozen=True)
class Period:
    """统计期限: both ends included."""

    start: date
    end: date


CellTable = dict[str, dict[str, CellValue]]
"""Row key → column key → cell, keys as in the forms. The one-row review_litigation table uses the row ``figures``."""


@dataclass(frozen=True)
class Report:
    """The interpretation of one document. `kind` is ``annual_report`` or names the look-alike.

    `agency` is the full name as the document has it, region prefixed when it was left out; `filed_under` the name the
    report is kept under: the crawled site's agency where `agency` is one of its names past or present (`own` is then
    True), else `agency` itself.
    """

    kind: str
    report_year: int | None = None
    report_year_source: str | None = None
    agency: str | None = None
    filed_under: str | None = None
    own: bool = False
    region_code: str | None = None
    admin_level: str | None = None
    scope: str = "unknown"
    form_id: str | None = None
    title: str | None = None
    published: date | None = None
    signature_date: date | None = None
    statistics_period: Period | None = None
    contact: Contact = Contact()
    language: str | None = None
    sections: tuple[Section, ...] = ()
    tables: dict[str, CellTable] = field(default_factory=dict)
    checks: tuple[Check, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    warnings: tuple[str, ...] = ()

    @property
    def is_report(self) -> bool:
        return self.kind == "annual_report"


@dataclass(frozen=True)
class SourceDocument:
    """One file of a finding, normalised. A page and its continuation parts are one document, so `raw_sha256` has
    one digest for each capture that went into it, in reading order."""

    role: Literal["page", "attachment"]
    url: str
    raw_sha256: tuple[str, ...]
    document: Document


@dataclass(frozen=True)
class Reading:
    """What the pipeline made of a finding: every file normalised, and the report read from the fullest of them."""

    sources: tuple[SourceDocument, ...]
    main: int
    report: Report

    @property
    def pending(self) -> tuple[str, ...]:
        """Addresses of files kept as bytes but not read yet (unsupported format, encrypted, over a limit)."""
        return tuple(
            s.url for s in self.sources if s.document.status in ("unsupported", "encrypted", "limit", "failed")
        )
