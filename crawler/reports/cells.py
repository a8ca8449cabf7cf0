"""The statutory tables of a report, cell by cell: from the grids, and from the flattened text as a second way."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from crawler.reports.assembly import assemble_proactive, assemble_requests, assemble_review
from crawler.reports.checks import broken_sums, has_figure, printed_rows
from crawler.reports.flattened import scan_text
from crawler.reports.forms import Form, detect_form, load_forms
from crawler.reports.grids import scan_grids
from crawler.reports.printing import Assembled, PrintedRow
from crawler.reports.sideways import scan_sideways
from crawler.reports.statistics import read_indicators, read_statistics
from crawler.reports.tabbed import scan_tabbed
from gongkai.document import Document
from gongkai.report import CellTable

_LONGEST_TEXT = 2_000_000
_ASSEMBLE: dict[str, Callable[[Form, Sequence[PrintedRow]], Assembled]] = {
    "proactive": assemble_proactive, "requests": assemble_requests, "review_litigation": assemble_review}
_TABBED = ("requests", "review_litigation")


@dataclass(frozen=True)
class TablesReading:
    """`tables` has those that were found, keys as in the forms (``indicators`` for a provincial table, which has no
    form). What cannot be told stays None and is warned of."""

    form_id: str | None
    form_quote: str
    tables: dict[str, CellTable] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()
    ways: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """Table key → the ways it was looked for, the one taken first: ``grid``, ``sideways``, ``text``, ``tabs``."""


@dataclass(frozen=True)
class _Candidate:
    """One way a table was read. `missing` cells of the form, `failures` of identities of severity error."""

    read: Assembled
    missing: int
    failures: tuple[str, ...]

    @property
    def failed(self) -> int:
        return len(self.failures)

    @property
    def sound(self) -> bool:
        return not self.missing and not self.failed and not self.read.inferred


def read_tables(document: Document, form_id: str | None = None) -> TablesReading:
    """What `_read` finds, with the cells of a scan marked: their places begin with ``ocr``. `form_id` is given where
    another file of the report shows the form (the table of reviews is the same on two)."""
    reading = _read(document, form_id)
    if document.extractor != "ocr":
        return reading
    marked = {key: {row: {column: replace(cell, where=f"ocr {cell.where}") for column, cell in cells.items()}
                    for row, cells in table.items()} for key, table in reading.tables.items()}
    return replace(reading, tables=marked)


def _read(document: Document, known: str | None) -> TablesReading:
    """Every cell of the statutory tables. Grids go first; the text is read where a grid is incomplete or incoherent.

    Per table the reading that lacks least and whose identities hold is taken; where none holds, what is printed is
    kept and the warning says which identities fail.
    """
    form_id, quote = (known, "") if known else detect_form(document)
    form = load_forms().get(form_id or "")
    if form is None:
        indicators = read_indicators(document)
        return TablesReading(None, quote, {"indicators": indicators} if indicators else {})
    if "statistics" in form.tables:
        return _statistics(document, form, quote)
    grids = scan_grids(document.tables, form)
    tables: dict[str, CellTable] = {}
    warnings: list[str] = []
    text = turned = lines = None
    told: dict[str, tuple[str, ...]] = {}
    for key, assemble in _ASSEMBLE.items():
        ways = ["grid"]
        best = _weigh(form, key, assemble(form, getattr(grids, key)))
        if not best.sound and document.tables:
            turned = turned or scan_sideways(document.tables, form)
            best = _better(best, _weigh(form, key, assemble(form, getattr(turned, key))), ways, "sideways")
        if not best.sound:
            text = text or scan_text(document.text[:_LONGEST_TEXT], form)
            best = _better(best, _weigh(form, key, assemble(form, getattr(text, key))), ways, "text")
        if not best.sound and key in _TABBED and "\t" in document.text:
            lines = lines or scan_tabbed(document.text[:_LONGEST_TEXT], form)
            best = _better(best, _weigh(form, key, assemble(form, getattr(lines, key))), ways, "tabs")
        read = _without_doubtful(best)
        if read.cells:
            tables[key], told[key] = read.cells, tuple(ways)
            warnings += read.warnings
            warnings += _remarks(form, key, read, best.failures if read is best.read else None)
        else:
            warnings.append(f"{key}: the table was not found")
    return TablesReading(form_id, quote, tables, tuple(dict.fromkeys(warnings)), told)


def _statistics(document: Document, form: Form, quote: str) -> TablesReading:
    read = read_statistics(document, form)
    if not read.cells:
        return TablesReading(form.id, quote, {}, ("statistics: the table was not found",))
    warnings = dict.fromkeys([*read.warnings, *_remarks(form, "statistics", read, None)])
    return TablesReading(form.id, quote, {"statistics": read.cells}, tuple(warnings))


def _weigh(form: Form, key: str, read: Assembled) -> _Candidate:
    table = form.tables[key]
    if key == "review_litigation":
        wanted = sum(len(block.columns) for block in table.blocks)
        found = len(read.cells.get("figures", {}))
    elif key == "requests":
        wanted = len(table.columns) * len(printed_rows(table, read.cells))
        found = _legible(read.cells)
    else:
        wanted = sum(len(block.columns) * sum(not row.optional for row in block.rows) for block in table.blocks)
        found = _legible(read.cells)
    return _Candidate(read, max(0, wanted - found), tuple(_failures(form, key, read.cells)))


def _legible(cells: CellTable) -> int:
    return sum(cell.semantic != "text" for row in cells.values() for cell in row.values())


def _better(best: _Candidate, other: _Candidate, ways: list[str], way: str) -> _Candidate:
    """The better of two readings; `ways` gets the other's, in front when it is taken."""
    wins = bool(other.read.cells) and (other.missing, other.failed, len(other.read.inferred)) < (
        best.missing, best.failed, len(best.read.inferred))
    ways.insert(0 if wins else len(ways), way)
    return other if wins else best


def _without_doubtful(candidate: _Candidate) -> Assembled:
    """Rows told by their place alone are taken back where the sums of the table do not confirm them."""
    read = candidate.read
    if not read.inferred or not candidate.failed:
        return read
    cells = {key: row for key, row in read.cells.items() if key not in read.inferred}
    return Assembled(cells, [*read.warnings, f"taken back, the sums do not confirm them: {'、'.join(read.inferred)}"])


def _failures(form: Form, key: str, cells: CellTable) -> list[str]:
    return [f"{check.rule_id} {check.scope} ({check.left} ≠ {check.right})" for check in broken_sums(form, key, cells)]


def _remarks(form: Form, key: str, read: Assembled, failures: Sequence[str] | None) -> list[str]:
    """`failures` where the sums were tried before."""
    remarks = []
    absent = [row for row in printed_rows(form.tables[key], read.cells) if row not in read.cells]
    if absent:
        remarks.append(f"{key}: rows not found: {'、'.join(absent)}")
    if not has_figure(read.cells):
        remarks.append(f"{key}: every cell is blank")
    if failures is None:
        failures = _failures(form, key, read.cells)
    if failures:
        remarks.append(f"{key}: sums that do not hold: {'; '.join(failures[:6])}")
    return remarks
