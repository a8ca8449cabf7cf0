"""One yearly report of the sample agency: title, text, printed tables and the figures they must be read back as."""

import copy
import random
from dataclasses import dataclass
from datetime import date, timedelta

from samplesite import grids, prose
from samplesite.blocks import Block, Heading, Paragraph
from samplesite.figures import Figures, Ledger, form_of


@dataclass(frozen=True)
class SampleReport:
    year: int
    title: str
    form_id: str
    published: date
    signed: date
    blocks: tuple[Block, ...]
    tables: dict[str, Figures]


@dataclass(frozen=True)
class Mistake:
    """Two decision counts the agency got wrong; `add` is the difference a correction or a silent edit makes."""

    add: int

    def applied(self, tables: dict[str, Figures]) -> dict[str, Figures]:
        edited = copy.deepcopy(tables)
        for row in ("administrative_licensing", "administrative_penalty"):
            cells = edited["proactive"][row]
            cells["decisions"] = int(cells["decisions"] or 0) + self.add
        return edited


def compose(ledger: Ledger, year: int, edit: Mistake | None = None, *, corrected: bool = False) -> SampleReport:
    """The report of `year`. With `edit` two cells differ; `corrected` also says so in title and text."""
    tables = ledger.years[year] if edit is None else edit.applied(ledger.years[year])
    form_id = form_of(year)
    rng = random.Random(f"{ledger.seed} {year}")
    first_day = date(year + 1, 1, 8) if year >= 2019 else date(year + 1, 2, 20)
    signed = first_day + timedelta(days=rng.randint(0, 9))
    published = signed + timedelta(days=rng.randint(1, 6)) + timedelta(days=60 if corrected else 0)
    title = prose.report_title(year) + ("（更正）" if corrected else "")
    body = _national_form(year, form_id, tables, corrected) if year >= 2019 else _free_text(year, tables)
    closing = (Paragraph(prose.agency_name(year)), Paragraph(f"{signed.year}年{signed.month}月{signed.day}日"))
    shown = tables if year >= 2014 else {}
    return SampleReport(year, title, form_id, published, signed, (*body, *closing), shown)


def _national_form(year: int, form_id: str, tables: dict[str, Figures], corrected: bool) -> tuple[Block, ...]:
    def text(lines: list[str]) -> list[Block]:
        return [Paragraph(line) for line in lines]

    return (
        Paragraph(prose.preamble(year)),
        Heading("一、总体情况"), *text(prose.overview(year, tables["requests"])),
        Heading("二、主动公开政府信息情况"), grids.proactive(tables["proactive"], form_id),
        Heading("三、收到和处理政府信息公开申请情况"), grids.requests(tables["requests"], form_id),
        Heading("四、政府信息公开行政复议、行政诉讼情况"), grids.review_litigation(tables["review_litigation"]),
        Heading("五、存在的主要问题及改进情况"), *text(prose.problems(year)),
        Heading("六、其他需要报告的事项"), *text(prose.other_matters(corrected)),
    )


def _free_text(year: int, tables: dict[str, Figures]) -> tuple[Block, ...]:
    blocks: list[Block] = [Paragraph(prose.preamble(year))]
    for heading, lines in prose.early_sections(year, tables["statistics"]):
        blocks += [Heading(heading), *(Paragraph(line) for line in lines)]
    if year >= 2014:
        blocks += [Heading("七、附表：政府信息公开情况统计表"), grids.statistics(tables["statistics"])]
    return tuple(blocks)
