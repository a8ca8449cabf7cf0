"""The field material: real reports with every cell read by hand, generated files, and the simulator's reports."""

import json
import random
import sys
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

import pytest

from crawler.normalise import normalise
from crawler.reports.cells import TablesReading, read_tables
from crawler.reports.checks import run_checks
from crawler.reports.forms import load_forms
from crawler.reports.sections import read_sections
from gongkai.report import CellValue
from tests.reports.printed import COLUMNS
from tests.shared_material import SHARED, needs_shared

pytestmark = [pytest.mark.shared, needs_shared]
REAL = SHARED / "real"
LEAVES = ("upheld", "corrected", "other", "pending", "total")
BLOCKS = {"review": "review", "direct": "litigation_direct", "after_review": "litigation_after_review"}
WITH_HEADING = ["overview", "proactive", "requests", "review_litigation", "problems", "other"]


def read(path: str) -> TablesReading:
    return read_tables(normalise((REAL / path).read_bytes()))


def cell(reading: TablesReading, table: str, row: str, column: str) -> CellValue:
    return reading.tables[table][row][column]


def differs(found: CellValue, wanted: Any) -> bool:
    if wanted is None or found.value is None:
        return found.value is not wanted
    return abs(Decimal(str(wanted)) - found.value) > Decimal("0.000001")


def gold(name: str) -> Any:
    path = REAL / name
    return json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}


@pytest.mark.parametrize("number", ["000", "001", "003", "004"])
def test_the_seeds_cell_by_cell(number: str) -> None:
    wanted = gold("seeds_gold.json")["documents"][number]
    reading = read(f"seeds/{wanted['file']}")
    assert reading.form_id == wanted["template"]
    tables = wanted["tables"] | {"review_litigation": {"figures": wanted["tables"]["review_litigation"]}}
    wrong = [(table, row, column) for table, rows in tables.items() for row, cells in rows.items()
             for column, printed in cells.items()
             if differs(cell(reading, table, row, column), printed.get("value", printed.get("cny"))
                        if isinstance(printed, Mapping) else printed)]
    assert wrong == []
    assert {check.state for check in run_checks(reading.form_id, reading.tables)} == {"pass"}
    document = normalise((REAL / "seeds" / wanted["file"]).read_bytes())
    assert [s.key for s in read_sections(document, reading.form_id) if s.key != "preamble"] == WITH_HEADING
    assert read_sections(document, reading.form_id)[-1].text == wanted["section_6_text"]


def collected(name: str) -> Iterator[tuple[str, str, str, Any]]:
    """The cells of a collected document under our keys."""
    given = gold("gold_tables.json")
    wanted, older = given["docs"][name], given["docs"][name].get("format") == "2019"
    rows = [row.key for row in load_forms()["cn-gov-2021"].tables["requests"].required]
    names = dict(zip(given["row_keys_table3"], rows, strict=True)) | {"other": "other_total"}
    first = wanted["table2"]
    items = ("items_prev_year", "items_change", "decisions")
    heads = ("made_this_year", "newly_disclosed_this_year", "disclosed_total") if older else (
        "issued_this_year", "repealed_this_year", "in_force")
    for key, row in (("regulations", "regulations"), ("normative", "normative_documents")):
        figures = first[key].values() if older else first[key]
        yield from (("proactive", row, head, figure) for head, figure in zip(heads, figures, strict=True))
    for key, row in (("licensing", "administrative_licensing"), ("other_services", "other_external_services"),
                     ("punishment", "administrative_penalty"), ("coercion", "administrative_coercion"),
                     ("fees", "administrative_fees")):
        figures = first.get(key, ())
        yield from (("proactive", row, head, figure) for head, figure in
                    (zip(items, figures, strict=False) if older else [("decisions", figures)] if figures != () else ()))
    if older:
        yield "proactive", "centralized_procurement", "procurement_items", first["procurement"]["count"]
        yield "proactive", "centralized_procurement", "procurement_amount", first["procurement"]["amount"].rstrip("元")
    else:
        yield "proactive", "administrative_fees", "fee_amount", first["fees_wan"] * 10_000
    for key, figures in (wanted.get("table3") or wanted["table3_rows_2019"]).items():
        if isinstance(figures, list):
            yield from (("requests", names[key], column, figure)
                        for column, figure in zip(COLUMNS, figures, strict=True))
    for key, figures in wanted["table4"].items():
        yield from (("review_litigation", "figures", f"{BLOCKS[key]}_{leaf}", figure)
                    for leaf, figure in zip(LEAVES, figures, strict=True))


@pytest.mark.parametrize("name", sorted(gold("gold_tables.json").get("docs", ())))
def test_collected_reports_cell_by_cell(name: str) -> None:
    reading = read(name)
    wrong = {(table, row, column): (cell(reading, table, row, column), wanted)
             for table, row, column, wanted in collected(name)
             if differs(cell(reading, table, row, column), wanted)}
    untold = {key: value for key, value in wrong.items() if value[0].value is None}
    assert wrong == untold
    # One flattened text tore two cells from their rows; which row they belong to is not told.
    assert len(untold) <= 1
    assert all(any(row in warning for warning in reading.warnings) for _, row, _ in untold)


READ = (".docx", ".pdf", "_new.wps")
"""Of the Word samples those that are read today."""


def generated() -> Iterator[Any]:
    for name in ("html", "doc"):
        for key, wanted in gold(f"generated/gold/{name}.json").items():
            files = [f"html/{key}"] if name == "html" else [
                str(p.relative_to(REAL / "generated"))
                for p in sorted((REAL / "generated/doc").glob(f"{key}[._]*")) if p.name.endswith(READ)]
            yield from (pytest.param(file, wanted, id=file) for file in files)


@pytest.mark.parametrize(("file", "wanted"), list(generated()))
def test_generated_files_cell_by_cell(file: str, wanted: Any) -> None:
    document = normalise((REAL / "generated" / file).read_bytes())
    reading = read_tables(document)
    form = load_forms()["cn-gov-2021"]
    grids = [table["grid"] for table in wanted["tables"]]
    printed = [cells[1:] for cells in ([text for text, _, _ in row] for row in wanted["tables"][0]["cells"])
               if len(cells) > 1 and cells[0] != "信息内容"]
    cells = [("proactive", row.key, column.key, raw) for (block, row), raws in zip(
        [(b, r) for b in form.tables["proactive"].blocks for r in b.rows if not r.optional], printed, strict=True)
        for column, raw in zip(block.columns, raws, strict=True)]
    cells += [("requests", row.key, column, raw) for row, raws in zip(
        form.tables["requests"].required, grids[1][3:], strict=True)
        for column, raw in zip(COLUMNS, raws[-7:], strict=True)]
    keys = [f"{block}_{leaf}" for block in BLOCKS.values() for leaf in LEAVES]
    cells += [("review_litigation", "figures", key, raw) for key, raw in zip(keys, grids[2][-1], strict=True)]
    assert len(cells) == 200
    wrong = [(row, column, raw) for table, row, column, raw in cells
             if differs(cell(reading, table, row, column),
                        Decimal(raw) * (10_000 if column == "fee_amount" else 1) if raw else None)]
    assert wrong == []


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("style", ["trs", "word", "clean", "br"])
def test_the_simulators_reports_cell_by_cell(style: str, seed: int) -> None:
    sys.path.append(str(SHARED / "govweb"))
    try:
        from govweb import bodies
    finally:
        sys.path.remove(str(SHARED / "govweb"))
    rng = random.Random(seed)
    kind = rng.choice(["cgj", "czj", "rsj", "town", "gov"])
    timeline = bodies.Timeline(bodies.make_agency(kind, rng), f"tables{seed}")
    for year in range(2019, 2026):
        made = timeline.report(year)
        document = normalise(f"<html><head><meta charset=utf-8></head><body>{made.html(style)}</body></html>".encode())
        reading = read_tables(document)
        assert reading.form_id == made.form_id
        tables = {key: made.gold[key] for key in ("proactive", "requests")} | {
            "review_litigation": {"figures": made.gold["review_litigation"]}}
        wrong = [(year, table, row, column) for table, rows in tables.items() for row, cells in rows.items()
                 for column, printed in cells.items()
                 if differs(cell(reading, table, row, column), in_yuan(column, printed))]
        assert wrong == []
        assert "fail" not in {check.state for check in run_checks(reading.form_id, reading.tables)}
        assert [section.key for section in read_sections(document, made.form_id)] == ["preamble", *WITH_HEADING]


def in_yuan(column: str, printed: Any) -> Any:
    value = printed["value"] if isinstance(printed, Mapping) else printed
    return value if value is None or not column.endswith("_amount") else Decimal(str(value)) * 10_000
