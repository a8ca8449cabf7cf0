"""What the text says of applications, reviews and lawsuits against what the tables print.

A report whose text and tables part is not repaired: the check fails and quotes the sentence. 收到 is used for what came
in this year and for that with what was carried in; both are taken.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from gongkai.chinese import fold
from gongkai.report import CellTable, CellValue, Check, Section

_SECTIONS = ("overview", "proactive", "requests", "on_request", "review_litigation", "response")
_SENTENCE = re.compile(r"[^。;；\n]+")
_N = r"(\d{1,7})(?:余)?\s*(?:件|宗|起|次|条)"
_APPLIED = (r"(?:政府信息|信息)?(?:公开)?(?:的)?(?:书面|有效)?申请(?:事项|办件|件)?"
            r"(?:共|总计|合计|共计|总数|数量|数)?(?:为|是|有)?")
_MOST_SENTENCE = 400


@dataclass(frozen=True)
class _Rule:
    """`said` finds the number, `none` says nought without one. `cells` are the sums it may be: each alternative a tuple
    of (table, row, column)."""

    id: str
    said: re.Pattern[str]
    none: re.Pattern[str] | None
    cells: tuple[tuple[tuple[str, str, str], ...], ...]


def _request(row: str) -> tuple[str, str, str]:
    return "requests", row, "total"


def _figure(column: str) -> tuple[str, str, str]:
    return "review_litigation", "figures", column


def _statistic(row: str) -> tuple[str, str, str]:
    return "statistics", row, "count"


_RULES = (
    _Rule("PROSE-RECEIVED",
          re.compile(rf"(?:收到|新收|受理|接收)(?:的|各类|群众|公民|法人|和其他组织|依|、)*{_APPLIED}{_N}"),
          re.compile(r"(?:未|没有|无)(?:收到|新收|受理)[^，,]{0,16}申请"),
          ((_request("new_received"),), (_request("new_received"), _request("carried_in")),
           (_statistic("applications"),))),
    _Rule("PROSE-CARRIED-IN", re.compile(rf"上(?:一)?年(?:度)?结转(?:的|政府信息公开|信息公开|申请)*{_N}"), None,
          ((_request("carried_in"),),)),
    _Rule("PROSE-CARRIED-OUT",
          re.compile(rf"结转(?:至|到)?(?:下|次)(?:一)?年(?:度)?(?:继续)?(?:办理)?(?:的|申请)*{_N}"), None,
          ((_request("carried_out"),),)),
    _Rule("PROSE-PROCESSED", re.compile(rf"(?:办结|办理完毕|共办理答复|予以答复)(?:政府信息公开|申请)*{_N}"), None,
          ((_request("processed_total"),), (_statistic("closed"),), (_statistic("replies"),))),
    _Rule("PROSE-REVIEW", re.compile(rf"行政复议(?:案件|申请|案)?(?:共|总计)?(?:为|有)?{_N}"),
          re.compile(r"(?:未|没有|无)[^，,]{0,20}行政复议"),
          ((_figure("review_total"),), (_statistic("review_total"),))),
    _Rule("PROSE-LITIGATION", re.compile(rf"行政诉讼(?:案件|案)?(?:共|总计)?(?:为|有)?{_N}"),
          re.compile(r"(?:未|没有|无)[^，,]{0,30}行政诉讼"),
          ((_figure("litigation_direct_total"), _figure("litigation_after_review_total")),
           (_figure("litigation_direct_total"),), (_statistic("litigation_total"),))),
)


def prose_checks(sections: Sequence[Section], tables: Mapping[str, CellTable]) -> tuple[Check, ...]:
    """One check a rule: `left` is the number of the text, `right` that of the cells. Without such a sentence, or where
    a cell is unread, it is ``not_assessable``. Reports without tables have none."""
    if not {"requests", "statistics"} & set(tables):
        return ()
    sentences = [sentence for section in sections if section.key in _SECTIONS
                 for sentence in _SENTENCE.findall(fold(section.text)) if len(sentence) <= _MOST_SENTENCE]
    return tuple(_check(rule, sentences, tables) for rule in _RULES)


def _check(rule: _Rule, sentences: Sequence[str], tables: Mapping[str, CellTable]) -> Check:
    said = list(_numbers(rule, sentences))
    sums = [total for cells in rule.cells if cells[0][0] in tables and (total := _sum(cells, tables)) is not None]
    if not said or not sums:
        number, quote = said[0] if said else (None, "")
        return Check(rule.id, "text", number, sums[0] if sums else None, "not_assessable", quote)
    for number, quote in said:
        if number in sums:
            return Check(rule.id, "text", number, number, "pass", quote)
    return Check(rule.id, "text", said[0][0], sums[0], "fail", said[0][1])


def _numbers(rule: _Rule, sentences: Sequence[str]) -> Iterator[tuple[int, str]]:
    for sentence in sentences:
        found = rule.said.search(sentence)
        if found:
            yield int(found[1]), sentence.strip()[:200]
        elif rule.none is not None and rule.none.search(sentence):
            yield 0, sentence.strip()[:200]


def _sum(cells: Sequence[tuple[str, str, str]], tables: Mapping[str, CellTable]) -> int | None:
    total = 0
    for table, row, column in cells:
        cell: CellValue | None = tables.get(table, {}).get(row, {}).get(column)
        if cell is None or cell.semantic == "text" or not isinstance(cell.value or 0, int):
            return None
        total += int(cell.value or 0)
    return total
