"""The simulator's reports of all years as web pages, PDF and Word files: every cell against its books."""

import random
import sys
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest

from crawler.normalise import normalise
from crawler.reports.cells import read_tables
from gongkai.document import Document
from tests.shared_material import SHARED, needs_shared

pytestmark = [pytest.mark.shared, needs_shared]
STYLES = ["trs", "word", "clean", "br", "pdf", "docx"]


def reports(seed: int) -> Iterator[Any]:
    sys.path.append(str(SHARED / "govweb"))
    try:
        from govweb import bodies
    finally:
        sys.path.remove(str(SHARED / "govweb"))
    rng = random.Random(seed)
    timeline = bodies.Timeline(bodies.make_agency(rng.choice(["cgj", "czj", "rsj", "town", "gov"]), rng), f"era{seed}")
    yield from (timeline.report(year) for year in range(2008, 2026))


def normalised(report: Any, style: str) -> Document:
    if style in ("pdf", "docx"):
        return normalise(report.file(style))
    return normalise(f"<html><head><meta charset=utf-8></head><body>{report.html(style)}</body></html>".encode())


def gold(report: Any) -> Iterator[tuple[str, str, str, Decimal | None]]:
    """The books' cells under our keys, money in 元."""
    books = report.gold
    for key, value in books.get("stat2014", {}).items():
        yield "statistics", key, "count", Decimal(str(value)) * (10_000 if key.endswith("wanyuan") else 1)
    if books.get("indicator_table"):
        # The simulator prints the first indicator without any words.
        yield from (("indicators", key, "count", Decimal(value)) for key, value in books["indicators"].items()
                    if key != "disclosed_items")
    for table in ("proactive", "requests"):
        for row, cells in books.get(table, {}).items():
            for column, cell in cells.items():
                value = cell["value"] if isinstance(cell, dict) else cell
                scale = 10_000 if column.endswith("_amount") else 1
                yield table, row, column, None if value is None else Decimal(str(value)) * scale
    for key, value in books.get("review_litigation", {}).items():
        yield "review_litigation", "figures", key, None if value is None else Decimal(value)


@pytest.mark.parametrize("style", STYLES)
def test_no_cell_is_wrong_and_next_to_none_unread(style: str) -> None:
    wrong, unread, count = [], [], 0
    for report in reports(STYLES.index(style)):
        reading = read_tables(normalised(report, style))
        for table, row, column, value in gold(report):
            count += 1
            cell = reading.tables.get(table, {}).get(row, {}).get(column)
            if cell is None or cell.semantic == "text":
                unread.append((report.year, table, row, column))
            elif cell.value != value:
                wrong.append((report.year, table, row, column, cell, value))
    assert wrong == []
    assert count > 1000
    assert len(unread) <= 0.005 * count, unread[:10]
