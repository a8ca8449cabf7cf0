"""Report tables for tests: coherent random figures on the national forms, and the ways sites print them."""

import random
from collections.abc import Callable
from dataclasses import dataclass, field

from crawler.reports.cells import TablesReading
from crawler.reports.forms import load_forms
from gongkai.document import Block, Cell, Document, Table

Printed = tuple[str, int, int]
"""Text, rows and columns a cell takes."""
COLUMNS = ("natural_person", "org_commercial", "org_research", "org_public_welfare", "org_legal_service", "org_other",
           "total")
APPLICANTS = ["自然人", "商业企业", "科研机构", "社会公益组织", "法律服务机构", "其他"]
LEAVES = ["结果维持", "结果纠正", "其他结果", "尚未审结", "总计"]
CORNER = "（本列数据的勾稽关系为：第一项加第二项之和，等于第三项加第四项之和）"
TITLES = ["一、总体情况", "二、主动公开政府信息情况", "三、收到和处理政府信息公开申请情况",
          "四、政府信息公开行政复议、行政诉讼情况", "五、存在的主要问题及改进情况", "六、其他需要报告的事项"]


@dataclass
class Figures:
    """What is printed in every cell (an empty string for a blank one), and the three grids that print it."""

    form_id: str
    raw: dict[str, dict[str, dict[str, str]]]
    grids: dict[str, list[list[Printed]]] = field(default_factory=dict)

    def tables(self) -> list[Table]:
        return [grid(self.grids[key]) for key in ("proactive", "requests", "review_litigation")]

    def document(self, tables: list[Table] | None = None) -> Document:
        return document(*(tables if tables is not None else self.tables()))


def figures(form_id: str, seed: int = 0, zero: str = "0") -> Figures:
    """Figures whose sums hold. `zero` is how nought is printed: ``0``, nothing, or ``mixed``."""
    rng = random.Random(f"{form_id}{seed}{zero}")

    def show(number: int) -> str:
        blank = number == 0 and (zero == "" or (zero == "mixed" and rng.random() < 0.5))
        return "" if blank else str(number)

    made = Figures(form_id, {"proactive": _proactive(form_id, rng, show), "requests": _requests(form_id, rng, show),
                             "review_litigation": {"figures": _review(rng, show)}})
    made.grids = {"proactive": proactive_grid(made), "requests": requests_grid(made),
                  "review_litigation": review_grid(made)}
    return made


def _proactive(form_id: str, rng: random.Random, show: Callable[[int], str]) -> dict[str, dict[str, str]]:
    out: dict[str, dict[str, str]] = {}
    for block in load_forms()[form_id].tables["proactive"].blocks:
        for row in block.rows:
            if row.optional:
                continue
            numbers = sorted(rng.randint(0, 900) for _ in block.columns)
            cells = out[row.key] = {}
            for column, number in zip(block.columns, numbers, strict=True):
                if column.kind == "money":
                    cells[column.key] = f"{number}.5" if column.unit else f"{number}.{rng.randint(10, 99)}万元"
                else:
                    cells[column.key] = f"+{number}" if column.kind == "signed" and number % 2 else show(number)
    return out


def _requests(form_id: str, rng: random.Random, show: Callable[[int], str]) -> dict[str, dict[str, str]]:
    rows = [row.key for row in load_forms()[form_id].tables["requests"].required]
    results = [key for key in rows if key not in ("new_received", "carried_in", "processed_total", "carried_out")]
    numbers: dict[str, dict[str, int]] = {key: {} for key in rows}
    for number, column in enumerate(COLUMNS[:-1]):
        for key in results:
            numbers[key][column] = rng.choice([0, 0, rng.randint(1, 60 // (number + 1) + 1)])
        done = sum(numbers[key][column] for key in results)
        numbers["processed_total"][column] = done
        numbers["carried_in"][column] = rng.randint(0, min(done, 5))
        numbers["carried_out"][column] = rng.randint(0, 6)
        numbers["new_received"][column] = done + numbers["carried_out"][column] - numbers["carried_in"][column]
    for row in numbers.values():
        row["total"] = sum(row.values())
    return {key: {column: show(row[column]) for column in COLUMNS} for key, row in numbers.items()}


def _review(rng: random.Random, show: Callable[[int], str]) -> dict[str, str]:
    out: dict[str, str] = {}
    for block in ("review", "litigation_direct", "litigation_after_review"):
        numbers = [rng.randint(0, 9) for _ in range(4)]
        keys = ("upheld", "corrected", "other", "pending", "total")
        out |= {f"{block}_{key}": show(number) for key, number in zip(keys, [*numbers, sum(numbers)], strict=True)}
    return out


def proactive_grid(made: Figures) -> list[list[Printed]]:
    rows: list[list[Printed]] = []
    spans = {1: [3], 2: [1, 2], 3: [1, 1, 1]}
    for block in load_forms()[made.form_id].tables["proactive"].blocks:
        wide = spans[len(block.columns)]
        heads = [column.label.names[0] + ("（单位：万元）" if column.unit else "") for column in block.columns]
        rows.append([(block.label.names[0], 1, 4)])
        rows.append([("信息内容", 1, 1), *((head, 1, span) for head, span in zip(heads, wide, strict=True))])
        for row in block.rows:
            if row.key in made.raw["proactive"]:
                cells = zip(made.raw["proactive"][row.key].values(), wide, strict=True)
                rows.append([(row.label.names[0], 1, 1), *((text, 1, span) for text, span in cells)])
    return rows


def requests_grid(made: Figures) -> list[list[Printed]]:
    table = load_forms()[made.form_id].tables["requests"]
    names = {group.key: group.names[0] for group in table.groups}
    rows: list[list[Printed]] = [
        [(CORNER, 3, 3), ("申请人情况", 1, 7)], [("自然人", 2, 1), ("法人或其他组织", 1, 5), ("总计", 2, 1)],
        [(text, 1, 1) for text in APPLICANTS[1:]]]
    shown = [row for row in table.required if row.key in made.raw["requests"]]
    seen: set[str] = set()
    for row in shown:
        cells: list[Printed] = []
        label = row.label.names[0]
        if row.key in ("new_received", "carried_in", "carried_out"):
            cells.append((label, 1, 3))
        else:
            if "processed" not in seen:
                cells.append((names["processed"], len(shown) - 3, 1))
                seen.add("processed")
            if row.group is None or row.group not in names:
                cells.append((label, 1, 2))
            else:
                if row.group not in seen:
                    cells.append((names[row.group], sum(other.group == row.group for other in shown), 1))
                    seen.add(row.group)
                cells.append((label, 1, 1))
        rows.append([*cells, *((text, 1, 1) for text in made.raw["requests"][row.key].values())])
    return rows


def review_grid(made: Figures) -> list[list[Printed]]:
    return [[("行政复议", 1, 5), ("行政诉讼", 1, 10)],
            [*((text, 2, 1) for text in LEAVES), ("未经复议直接起诉", 1, 5), ("复议后起诉", 1, 5)],
            [(text, 1, 1) for text in LEAVES * 2],
            [(text, 1, 1) for text in made.raw["review_litigation"]["figures"].values()]]


def grid(rows: list[list[Printed]], page: int | None = None) -> Table:
    """Rows of cells as HTML places them."""
    taken: set[tuple[int, int]] = set()
    cells: list[Cell] = []
    for number, row in enumerate(rows):
        col = 0
        for text, down, across in row:
            while (number, col) in taken:
                col += 1
            taken |= {(r, c) for r in range(number, number + down) for c in range(col, col + across)}
            cells.append(Cell(text, number, col, down, across))
            col += across
    return Table(tuple(cells), len(rows), max((c for _, c in taken), default=-1) + 1, page)


def document(*parts: str | Table) -> Document:
    """Lines of text and tables in reading order."""
    blocks = [Block("table", table=part) if isinstance(part, Table) else
              Block("heading" if part in TITLES else "paragraph", part) for part in parts]
    return Document("ok", "html", tuple(blocks),
                    "\n".join(part.text() if isinstance(part, Table) else part for part in parts))


def plain(text: str) -> Document:
    """A text somebody took out of a page: lines are all there is."""
    blocks = tuple(Block("paragraph", line.strip()) for line in text.splitlines() if line.strip())
    return Document("ok", "txt", blocks, text)


def wrong_cells(reading: TablesReading, made: Figures) -> list[str]:
    """Cells that were not read as printed; numbers are compared in the printed unit."""
    return [f"{table}.{row}.{column}: printed {raw!r}, read {cell}"
            for table, rows in made.raw.items() for row, cells in rows.items() for column, raw in cells.items()
            if not _same((cell := reading.tables.get(table, {}).get(row, {}).get(column)), raw)]


def _same(cell: object, raw: str) -> bool:
    value = getattr(cell, "value", "missing")
    if not raw:
        return value is None and getattr(cell, "semantic", "") == "blank"
    number = float(raw.removesuffix("万元").lstrip("+"))
    money = raw.endswith("万元") or "." in raw
    return value not in (None, "missing") and abs(float(str(value)) - number * (10_000 if money else 1)) < 1e-6
