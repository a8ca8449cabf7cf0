"""The quality gate: recognition, year, agency and every cell, by format and form, on generated and on real reports.

Each run prints its table behind the tests. A floor is what was measured, less one mistake.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal

import pytest

from crawler.normalise import normalise
from crawler.reports import read_report
from crawler.reports.names import same_body
from gongkai.report import CellValue, Report, SourceDocument
from samplesite import pdf, word
from samplesite.blocks import Grid
from samplesite.figures import Ledger
from samplesite.markup import editor, pasted
from samplesite.prose import agency_name
from samplesite.reports import SampleReport, compose
from samplesite.site import Site
from tests.conftest import TABLE
from tests.normalise.makers import GridSource
from tests.normalise.office_makers import OFFICE, OfdPage, by_office, ofd, ofd_table, xlsx, zipped

FLOORS = {"recognition F1": 1.0, "year": 1.0, "agency": 1.0, "cells": 0.995}
SEEDS = ("quality one", "quality two")
YEARS = (2012, 2013, 2014, 2016, 2018, 2019, 2020, 2021, 2023, 2025)


def _html(body: str, title: str) -> bytes:
    head = f"<head><meta charset=utf-8><title>{title}</title></head>"
    return f"<html>{head}<body><h1>{title}</h1>{body}</body></html>".encode()


def _text(report: SampleReport) -> bytes:
    return (report.title + "\n" + normalise(_html(editor(report.blocks), report.title)).text).encode()


def _grid(grid: Grid) -> GridSource:
    return [[(box.text, box.rowspan, box.colspan) for box in row] for row in grid.rows]


def _texts(report: SampleReport) -> list[str]:
    return [report.title, *(block.text for block in report.blocks if not isinstance(block, Grid))]


def _xlsx(report: SampleReport) -> bytes:
    tables = [_grid(block) for block in report.blocks if isinstance(block, Grid)]
    sheets: dict[str, GridSource] = {f"表{n}": table for n, table in enumerate(tables, 1)}
    return xlsx({"正文": [[(text, 1, 10)] for text in _texts(report)], **sheets})


def _ofd(report: SampleReport) -> bytes:
    """Text in lines of forty letters, each table on a page of its own."""
    printed = [text[i:i + 40] for text in _texts(report) for i in range(0, len(text), 40)]
    pages: list[OfdPage] = [[("text", 20, 20 + 6 * n, 4, line) for n, line in enumerate(printed[start:start + 40])]
                            for start in range(0, len(printed), 40)]
    pages += [ofd_table(_grid(block), 20, wide=360 / block.columns, high=20) for block in report.blocks
              if isinstance(block, Grid)]
    return ofd(pages)


def _word(report: SampleReport) -> bytes:
    return word.write_docx(report.title, report.blocks)


FORMATS: dict[str, Callable[[SampleReport], bytes]] = {
    "html": lambda r: _html(editor(r.blocks), r.title), "html from Word": lambda r: _html(pasted(r.blocks), r.title),
    "pdf": lambda r: pdf.write(r.title, r.blocks), "docx": _word, "text": _text}
SCARCE: dict[str, Callable[[SampleReport], bytes]] = {
    "rtf": lambda r: word.write_rtf(r.title, r.blocks), "ofd": _ofd, "xlsx": _xlsx,
    "zip of docx": lambda r: zipped({f"{r.title}.docx": _word(r)}, "gbk")}
"""Formats few reports come in: one seed, a year of each form."""
BY_OFFICE: dict[str, Callable[[SampleReport], bytes]] = {
    "doc": lambda r: by_office(_word(r), "docx", "doc"), "wps": lambda r: by_office(_word(r), "docx", "doc"),
    "xls": lambda r: by_office(_xlsx(r), "xlsx", "xls")} if OFFICE else {}
SCARCE_YEARS, OFFICE_YEARS = (2014, 2018, 2019, 2021, 2025), (2023,)


@dataclass
class Score:
    reports: int = 0
    recognised: int = 0
    year: int = 0
    agency: int = 0
    cells: int = 0
    read: int = 0
    wrong: list[str] = field(default_factory=list)


def interpreted(data: bytes, url: str = "http://slj.example.gov.cn/a") -> Report:
    return read_report([SourceDocument("page", url, ("0" * 64,), normalise(data, url=url))], url=url).report


def measured(score: Score, report: Report, made: SampleReport) -> None:
    score.reports += 1
    score.recognised += report.is_report
    score.year += report.report_year == made.year
    score.agency += same_body(report.agency or "?", agency_name(made.year))
    for table, rows in made.tables.items():
        for row, cells in rows.items():
            for column, value in cells.items():
                score.cells += 1
                cell = report.tables.get(table, {}).get(row, {}).get(column)
                if cell is not None and cell.semantic != "text":
                    score.read += 1
                    if not _equal(cell, value):
                        score.wrong.append(f"{made.year} {table}.{row}.{column} {cell.raw!r} ≠ {value}")


def _equal(cell: CellValue, value: int | Decimal | None) -> bool:
    return Decimal(cell.value or 0) == Decimal(value or 0)


def look_alikes() -> Iterator[tuple[str, Report]]:
    """What stands beside reports on the sample agency's site: named kinds, news, notices, policies."""
    site = Site("http://slj.example.gov.cn", "quality")
    reports = {item.url for item in site.truth if item.look_alike is None}
    reports |= {url for item in site.truth for url in (*item.files, *item.parts)}
    for path, answer in site.pages.items():
        if site.base + path not in reports and "/t2" in path and answer.content_type.startswith("text/html"):
            yield path, interpreted(answer.body, site.base + path)


@pytest.fixture(scope="module")
def scores() -> dict[tuple[str, str], Score]:
    found: dict[tuple[str, str], Score] = {}
    for seed in SEEDS:
        ledger = Ledger(seed)
        for year in YEARS:
            made = compose(ledger, year)
            for name, written in FORMATS.items():
                measured(found.setdefault((name, made.form_id), Score()), interpreted(written(made)), made)
    ledger = Ledger(SEEDS[0])
    for year, formats in [*((y, SCARCE) for y in SCARCE_YEARS), *((y, BY_OFFICE) for y in OFFICE_YEARS)]:
        made = compose(ledger, year)
        for name, written in formats.items():
            report = interpreted(written(made), f"http://slj.example.gov.cn/a.{name}")
            measured(found.setdefault((name, made.form_id), Score()), report, made)
    return found


def shown(found: dict[tuple[str, str], Score]) -> str:
    lines = [f"{'format':16}{'form':18}{'reports':>8}{'found':>7}{'year':>6}{'agency':>8}{'cells':>8}{'read':>9}"
             f"{'wrong':>7}"]
    for (name, form), s in sorted(found.items()):
        share = f"{s.read / s.cells:.4f}" if s.cells else "–"
        lines.append(f"{name:16}{form:18}{s.reports:8}{s.recognised:7}{s.year:6}{s.agency:8}{s.cells:8}{share:>9}"
                     f"{len(s.wrong):7}")
    return "\n".join(lines)


def test_no_cell_of_any_format_and_form_is_wrong_and_next_to_all_are_read(
        scores: dict[tuple[str, str], Score], record_property: Callable[[str, object], None]) -> None:
    record_property(TABLE, f"reading, by format and form\n{shown(scores)}")
    assert {key: score.wrong[:5] for key, score in scores.items() if score.wrong} == {}
    below = {key: score.read / score.cells for key, score in scores.items()
             if score.cells and score.read / score.cells < FLOORS["cells"]}
    assert below == {}
    assert sum(score.cells for score in scores.values()) > 10_000


@pytest.mark.parametrize("what", ["year", "agency"])
def test_every_report_is_filed_under_its_year_and_agency(scores: dict[tuple[str, str], Score], what: str) -> None:
    right = sum(getattr(score, what) for score in scores.values())
    assert right / sum(score.reports for score in scores.values()) >= FLOORS[what]


def test_reports_are_told_from_what_stands_beside_them(scores: dict[tuple[str, str], Score]) -> None:
    others = list(look_alikes())
    taken = [path for path, report in others if report.is_report]
    right = sum(score.recognised for score in scores.values())
    wanted = sum(score.reports for score in scores.values())
    assert len(others) > 20
    assert 2 * right / (right + len(taken) + wanted) >= FLOORS["recognition F1"], taken
