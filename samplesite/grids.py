"""Figures printed into the national forms, merged cells and all."""

from collections.abc import Callable
from decimal import Decimal

from samplesite.blocks import Box, Grid
from samplesite.figures import Figures, Value, forms

Print = Callable[[Value], str]


def printed(value: Value) -> str:
    return "" if value is None else str(value)


def in_wanyuan(value: Value) -> str:
    return f"{Decimal(value or 0) / 10_000:f}"


def proactive(figures: Figures, form_id: str) -> Grid:
    rows: list[tuple[Box, ...]] = []
    for block in forms()["proactive"][form_id]:
        columns = block["columns"]
        spans = {1: (3,), 2: (1, 2), 3: (1, 1, 1)}[len(columns)]
        rows.append((Box(block["item"], colspan=4),))
        heads = zip(columns.values(), spans, strict=True)
        rows.append((Box("信息内容"), *(Box(label, colspan=n) for label, n in heads)))
        for row, label in block["rows"].items():
            texts = [_proactive_cell(column, figures[row][column]) for column in columns]
            rows.append((Box(label), *(Box(text, colspan=n) for text, n in zip(texts, spans, strict=True))))
    return Grid(tuple(rows))


def _proactive_cell(column: str, value: Value) -> str:
    if column == "fee_amount":
        return in_wanyuan(value)
    if column == "procurement_amount":
        return f"{in_wanyuan(value)}万元"
    if column == "items_change" and isinstance(value, int) and value > 0:
        return f"+{value}"
    return printed(value)


def requests(figures: Figures, form_id: str) -> Grid:
    form = forms()["requests"]
    columns = list(form["columns"].values())

    def numbers(row: str) -> list[Box]:
        return [Box(printed(figures[row][column])) for column in form["columns"]]

    rows: list[tuple[Box, ...]] = [
        (Box(form["corner"], 3, 3), Box(form["applicants"], colspan=7)),
        (Box(columns[0], rowspan=2), Box(form["organisations"], colspan=5), Box(columns[-1], rowspan=2)),
        tuple(Box(label) for label in columns[1:-1]),
    ]
    rows += [(Box(label, colspan=3), *numbers(row)) for row, label in form["received"].items()]

    decided = [(Box(label, colspan=2), *numbers(row)) for row, label in form["single"].items()]
    groups = list(form["groups"])
    other = form["other"][form_id]
    if len(other) > 1:
        groups.append({"label": form["other"]["label"], "rows": other})
    for group in groups:
        for place, (row, label) in enumerate(group["rows"].items()):
            head = (Box(group["label"], rowspan=len(group["rows"])),) if place == 0 else ()
            decided.append((*head, Box(label), *numbers(row)))
    if len(other) == 1:
        decided += [(Box(label, colspan=2), *numbers(row)) for row, label in other.items()]
    decided.append((Box(form["processed_total"], colspan=2), *numbers("processed_total")))

    rows.append((Box(form["processed"], rowspan=len(decided)), *decided[0]))
    rows += decided[1:]
    rows.append((Box(form["carried_out"], colspan=3), *numbers("carried_out")))
    return Grid(tuple(rows))


def review_litigation(figures: Figures) -> Grid:
    form = forms()["review_litigation"]
    outcomes = list(form["outcomes"].values())
    blocks = ("review", "litigation_direct", "litigation_after_review")
    row = figures["figures"]
    return Grid((
        (Box(form["review"], colspan=5), Box(form["litigation"], colspan=10)),
        (*(Box(label, rowspan=2) for label in outcomes),
         Box(form["litigation_direct"], colspan=5), Box(form["litigation_after_review"], colspan=5)),
        tuple(Box(label) for label in outcomes * 2),
        tuple(Box(printed(row[f"{block}_{outcome}"])) for block in blocks for outcome in form["outcomes"]),
    ))


def statistics(figures: Figures) -> Grid:
    form = forms()["statistics"]
    rows = [tuple(Box(text) for text in form["head"])]
    for key, row in form["rows"].items():
        if len(row) == 1:
            rows.append((Box(row[0]), Box(""), Box("")))
            continue
        label, unit = row
        value = figures[key]["count"]
        rows.append((Box(label), Box(unit), Box(in_wanyuan(value) if unit == "万元" else printed(value))))
    return Grid(tuple(rows))
