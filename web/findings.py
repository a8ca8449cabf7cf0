"""The checks of a report in words: what does not add up, where it stands, what the text says against the table."""

from collections.abc import Iterable
from dataclasses import dataclass

from gongkai.remarks import in_chinese
from gongkai.report import CellValue, Check, Report
from storage import Codebook
from web.words import Language, has, say

_UNNAMED = ("NONNEG", "INT")


@dataclass(frozen=True)
class FindingTold:
    """`places` are the cells it is about, as the report's cells name theirs; `quote` a sentence of the text."""

    number: int
    rule_id: str
    words: str
    where: str
    quote: str
    places: tuple[str, ...]


def findings(report: Report, codebook: Codebook, language: Language) -> tuple[FindingTold, ...]:
    """Of every check that failed, in the order of the form."""
    failed = [check for check in report.checks if check.state == "fail"]
    return tuple(_told(number, check, report, codebook, language) for number, check in enumerate(failed, 1))


def remarks(stored: Iterable[str], codebook: Codebook, language: Language) -> tuple[str, ...]:
    """What the readers remarked on the file and the report, each once, in the page's language."""
    once = dict.fromkeys(stored)
    return tuple(in_chinese(remark, codebook.words) for remark in once) if language == "zh" else tuple(once)


def _told(number: int, check: Check, report: Report, codebook: Codebook, language: Language) -> FindingTold:
    cells = list(_cells(check, report, codebook))
    key = f"rule.{check.rule_id}"
    if not has(key):
        family = check.rule_id.partition("-")[0]
        key = f"rule.{family}" if family in ("PROSE", "STAT") else "rule.other"
    gap = abs((check.left or 0) - (check.right or 0))
    words = say(language, key, left=check.left, right=check.right, gap=gap, rule=check.rule_id)
    return FindingTold(number, check.rule_id, words, _where(check, report, codebook), check.quote,
                       tuple(cell.where for cell in cells))


def _cells(check: Check, report: Report, codebook: Codebook) -> Iterable[CellValue]:
    if check.rule_id in _UNNAMED:
        wrong = [cell for row in report.tables.get(check.scope, {}).values() for cell in row.values()]
        yield from (cell for cell in wrong if (cell.semantic == "text" if check.rule_id == "INT"
                                               else cell.value is not None and cell.value < 0))
        return
    form = codebook.forms.get(report.form_id or "")
    for meaning in form.cells if form else ():
        if (check.rule_id, check.scope) in meaning.rules:
            cell = report.tables.get(meaning.table, {}).get(meaning.row, {}).get(meaning.column)
            if cell is not None:
                yield cell


def _where(check: Check, report: Report, codebook: Codebook) -> str:
    """The row or column in the form's own words."""
    form = codebook.forms.get(report.form_id or "")
    touched = [m for m in form.cells if (check.rule_id, check.scope) in m.rules] if form else []
    if not touched:
        return ""
    head, _, tail = touched[0].title.rpartition(" ")
    if all(meaning.row == check.scope for meaning in touched):
        return head
    return tail if all(meaning.column == check.scope for meaning in touched) else head.partition(" ")[0]
