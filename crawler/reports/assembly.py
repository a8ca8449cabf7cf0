"""Printed rows → cells of the form: which row each is, which slot is which column. What cannot be told stays unread."""

import re
from collections.abc import Sequence
from itertools import pairwise

from crawler.reports.checks import printed_rows
from crawler.reports.forms import Block, Column, Form, Row, TableForm
from crawler.reports.labels import find_label, label_key
from crawler.reports.printing import Assembled, PrintedRow, Slot, window
from crawler.reports.values import read_value
from gongkai.report import CellValue

_LIKE = 0.75  # 其他法律行政止公开, three characters lost, is 0.86 like its label; neighbours are under 0.6
_BEGINS = re.compile(r"^\W*(?:\d{1,2}[.、．]|[（(]?[一二三四五六七八九十]{1,2}[）)、])")
_DEBRIS = 2  # characters of a group label printed downwards that stray into a row
_SUFFIX = 4  # pieces a wrapped label is broken into at most


def assemble_requests(form: Form, rows: Sequence[PrintedRow]) -> Assembled:
    table, out = form.tables["requests"], Assembled()
    named = _name_rows(table, rows, out)
    for key, row in named:
        _keep(out, key, _request_cells(table, row, key, out), row)
    _one_other_row(table, out)
    return out


def assemble_proactive(form: Form, rows: Sequence[PrintedRow]) -> Assembled:
    table, out = form.tables["proactive"], Assembled()
    for row in rows:
        label = find_label(row.labels[-1], table.row_labels)
        if label is not None:
            _keep(out, label.key, _proactive_cells(table.block_of(label.key), row, label.key, out), row)
    for key in [r.key for r in table.all_rows if r.optional and r.key in out.cells]:
        printed = {column: cell.raw for column, cell in out.cells.pop(key).items()}
        out.warnings.append(f"proactive: a row the national form does not have: {key} {printed}")
    return out


def assemble_review(form: Form, rows: Sequence[PrintedRow]) -> Assembled:
    """Fifteen figures by their heads, or by place where exactly fifteen stand in one row."""
    table, out = form.tables["review_litigation"], Assembled()
    keys = tuple(f"{block.key}_{column.key}" for block in table.blocks for column in block.columns)
    figures: dict[str, CellValue] = {}
    for row in rows:
        chosen = _review_slots(table, keys, row)
        if chosen is None:
            out.warnings.append(f"review_litigation: figures without a column at {row.where}: {row.printed[:80]}")
            continue
        found = {key: _cell(slot, None, key, out) for key, slot in chosen.items()}
        if any(cell.raw for cell in found.values()) and all(not figures[key].raw for key in found if key in figures):
            figures.update(found)
        elif any(cell.raw != figures[key].raw for key, cell in found.items() if key in figures):
            out.warnings.append(f"review_litigation: a further row of figures at {row.where}: {row.printed[:80]}")
        else:
            figures = found | figures
    if figures:
        out.cells["figures"] = {key: figures[key] for key in keys if key in figures}
    return out


def _review_slots(table: TableForm, keys: Sequence[str], row: PrintedRow) -> dict[str, Slot] | None:
    named = [key for key in row.order if key]
    if len(named) == len(set(named)) == len(row.slots):
        return {key: slot for key, slot in zip(row.order, row.slots, strict=True) if key}
    width = len(table.blocks[0].columns)

    def fits(slots: Sequence[Slot]) -> bool:
        return all(sum(s.amount for s in slots[i:i + width - 1]) == slots[i + width - 1].amount
                   for i in range(0, len(slots), width))

    for slots in row.readings:
        chosen = window(slots, len(keys), fits, last=True)
        if chosen:
            return dict(zip(keys, chosen, strict=True))
    return None


def _name_rows(table: TableForm, rows: Sequence[PrintedRow], out: Assembled) -> list[tuple[str, PrintedRow]]:
    """Each row with its key: by its own words, else by the only place left between its neighbours."""
    keys: list[str | None] = []
    extra = [False] * len(rows)
    previous: Row | None = None
    by_key = {row.key: row for row in table.all_rows}
    for index, row in enumerate(rows):
        strayed = index > 0 and not row.near and not rows[index - 1].labels  # its words may belong to the row before
        key = None if strayed else _row_key(table, row, previous)
        keys.append(key)
        previous = by_key[key] if key else previous
        extra[index] = key is None and row.near and any(
            label_key(words) in table.extra or any(label_key(words) in group.keys for group in table.groups)
            for words in row.labels[-1:])
    inferred = _fill_gaps(table, rows, keys, extra, out)
    out.inferred = tuple(inferred)
    for row, key in zip(rows, keys, strict=True):
        if key is None and any(not slot.blank for slot in row.slots):
            out.warnings.append(f"requests: a row the form does not have at {row.where}: "
                                f"{(row.labels[-1] if row.labels else '')[:40]} {row.printed[:60]}")
    return [(key, row) for row, key in zip(rows, keys, strict=True) if key]


def _row_key(table: TableForm, row: PrintedRow, previous: Row | None) -> str | None:
    pieces = [words for words in row.labels if words.strip()]
    here = {group.key for words in pieces for group in table.groups if label_key(words) in group.keys}
    group = here or ({previous.group} if previous and previous.group else set())
    labels = {r.key: r for r in table.all_rows}
    usable = [r.label for r in table.all_rows if not r.only_in_group or r.group in group]
    longest = 1 if pieces and _BEGINS.match(pieces[-1]) else min(_SUFFIX, len(pieces))
    joined = ["".join(pieces[-count:]) for count in range(1, longest + 1)]
    if row.near:
        return next((found.key for words in joined if (found := find_label(words, usable))), None)
    told = {found.key for words in (*pieces, *joined) if (found := find_label(words, usable))}
    required = [key for key in told if not labels[key].optional] or list(told)
    return required[0] if len(required) == 1 else None


def _fill_gaps(table: TableForm, rows: Sequence[PrintedRow], keys: list[str | None], extra: Sequence[bool],
               out: Assembled) -> list[str]:
    """Rows whose words were lost or garbled stand in the order of the form: as many as are missing, so these."""
    printed = {key for key in keys if key}
    alone = not any(row.key in printed for row in table.required if row.key.startswith("other_"))
    wanted = printed_rows(table, printed) if alone else [row.key for row in table.required]
    anchors = [(-1, -1), *((i, wanted.index(key)) for i, key in enumerate(keys) if key in wanted),
               (len(keys), len(wanted))]
    filled: list[str] = []
    by_key = {row.key: row for row in table.all_rows}
    for (start, first), (end, last) in pairwise(anchors):
        unknown = [i for i in range(start + 1, end) if keys[i] is None and not extra[i]]
        missing = wanted[first + 1:last]
        if not unknown or len(unknown) != len(missing):
            continue
        if all(_may_be(rows[i], by_key[key]) for i, key in zip(unknown, missing, strict=True)):
            for i, key in zip(unknown, missing, strict=True):
                keys[i] = key
                filled += [] if _alike(rows[i], by_key[key]) else [key]
                out.warnings.append(f"requests: row {key} told by its place among the others ({rows[i].where})")
    return filled


def _may_be(row: PrintedRow, form_row: Row) -> bool:
    words = label_key(row.labels[-1]) if row.labels else ""
    if len(words) <= _DEBRIS or not row.near:
        return True
    return any(words in own or own in words for own in form_row.label.keys) or _alike(row, form_row)


def _alike(row: PrintedRow, form_row: Row) -> bool:
    return row.near and any(form_row.label.likeness(label_key(words)) >= _LIKE for words in row.labels[-1:])


def _request_cells(table: TableForm, row: PrintedRow, key: str, out: Assembled) -> dict[str, CellValue]:
    columns = table.columns
    chosen = _request_slots(columns, row, key, out)
    if chosen is None:
        total = _only_total(row)
        if any(not slot.blank for slot in row.slots):
            out.warnings.append(f"requests: row {key} has {len(row.slots)} figures for {len(columns)} columns "
                                f"at {row.where}: {row.printed[:60]}")
        unread = {column.key: CellValue(row.printed, None, "text", None, row.where) for column in columns}
        return unread | ({"total": _cell(total, None, key, out)} if total else {})
    return {column.key: _cell(chosen[column.key], column, key, out) for column in columns if column.key in chosen}


def _request_slots(columns: Sequence[Column], row: PrintedRow, key: str, out: Assembled) -> dict[str, Slot] | None:
    own = tuple(column.key for column in columns)

    def fits(slots: Sequence[Slot]) -> bool:
        return sum(slot.amount for slot in slots[:-1]) == slots[-1].amount

    order = row.order if len(row.order) > len(own) and set(own) <= set(row.order) else own
    for slots in row.readings:
        chosen = window(slots, len(order), fits)
        if chosen and order != own:
            extra = {name or "?": slot.text for name, slot in zip(order, chosen, strict=True) if name is None}
            out.warnings.append(f"requests: column the form does not have in row {key}: {extra}")
        if chosen:
            return {name: slot for name, slot in zip(order, chosen, strict=True) if name}
    slots = row.slots
    if len(slots) == len(own) + 1 and _subtotal(slots):
        out.warnings.append(f"requests: a subtotal of organisations in row {key} at {row.where} was set aside")
        return dict(zip(own, (*slots[:-2], slots[-1]), strict=True))
    absent = [name for name in own if name not in row.heads]
    if len(absent) == 1 and absent != [own[0]] and len(slots) == len(own) - 1:
        out.warnings.append(f"requests: row {key} has no cell under {absent[0]} at {row.where}")
        return {name: row.heads.get(name, Slot("", row.where)) for name in own}
    if row.aligned and len(slots) == len(own) - 1 and sum(s.amount for s in slots[:-1]) == slots[-1].amount:
        # The label took a column: the first figure is still 自然人, the rest keep to the right.
        out.warnings.append(f"requests: row {key} lost a column at {row.where}; read from both ends")
        lost = Slot("", slots[0].where)
        return dict(zip(own, (slots[0], lost, *slots[1:]), strict=True))
    return {name: row.heads[name] for name in own} if set(own) <= set(row.heads) else None


def _subtotal(slots: Sequence[Slot]) -> bool:
    organisations = sum(slot.amount for slot in slots[1:-2])
    return slots[-2].amount == organisations and slots[-1].amount == slots[0].amount + organisations


def _only_total(row: PrintedRow) -> Slot | None:
    """Of too few figures the last is the sum of the others: that one is 总计, whatever the others are."""
    figures = [slot for slot in row.slots if not slot.blank]
    last = figures[-1].amount if len(figures) > 1 else 0
    return figures[-1] if last > 0 and sum(slot.amount for slot in figures[:-1]) == last else None


def _proactive_cells(block: Block, row: PrintedRow, key: str, out: Assembled) -> dict[str, CellValue]:
    chosen = _proactive_slots(block, row)
    if chosen is None:
        out.warnings.append(f"proactive: row {key} has {len(row.slots)} figures for {len(block.columns)} columns "
                            f"at {row.where}: {row.printed[:60]}")
        filled = [slot for slot in row.slots if not slot.blank]
        ends = {block.columns[0].key: filled[0], block.columns[-1].key: filled[-1]} if (
            row.torn and len(block.columns) == 3 and len(filled) == 2) else {}
        if ends:  # what lies about is the middle cell: its note of several lines tore it from the row
            out.warnings.append(f"proactive: row {key} read from both ends, its middle figure is missing")
        return {column.key: _cell(ends[column.key], column, key, out, row.units) if column.key in ends
                else CellValue(row.printed, None, "text", None, row.where) for column in block.columns}
    return {column.key: _cell(chosen[column.key], column, key, out, row.units)
            for column in block.columns if column.key in chosen}


def _proactive_slots(block: Block, row: PrintedRow) -> dict[str, Slot] | None:
    own = tuple(column.key for column in block.columns)
    order: tuple[str | None, ...] = row.order if set(own) <= set(row.order) else own
    for slots in row.readings:
        usable = list(slots)
        while len(usable) > len(order) and usable[-1].blank:
            usable.pop()
        if len(usable) == len(order):
            return {name: slot for name, slot in zip(order, usable, strict=True) if name in own}
    return {name: row.heads[name] for name in own} if set(own) <= set(row.heads) else None


def _cell(slot: Slot, column: Column | None, key: str, out: Assembled,
          units: dict[str, str] | None = None) -> CellValue:
    kind = column.kind if column else "count"
    unit = (units or {}).get(column.key, column.unit) if column and kind == "money" else None
    cell, remark = read_value(slot.text, kind, unit, slot.where)
    if remark:
        out.warnings.append(f"{key}{'.' + column.key if column else ''} at {slot.where}: {remark}")
    if cell.value is not None and kind == "money" and cell.unit is None and cell.value:
        out.warnings.append(f"{key} at {slot.where}: no unit of money is printed with {cell.raw}")
    return cell


def _keep(out: Assembled, key: str, cells: dict[str, CellValue], row: PrintedRow) -> None:
    before = out.cells.get(key)
    if before is None or not any(cell.raw for cell in before.values()):
        out.cells[key] = cells
    elif any(cell.raw and cell.raw != before[name].raw for name, cell in cells.items() if name in before):
        out.warnings.append(f"{key} is printed again with other figures at {row.where}: {row.printed[:60]}")


def _one_other_row(table: TableForm, out: Assembled) -> None:
    """(六)其他处理 beside its own sub-rows is their subtotal; alone it stands for them."""
    optional = [row.key for row in table.all_rows if row.optional and row.key in out.cells]
    if any(row.key in out.cells for row in table.required if row.key.startswith("other_")):
        for key in optional:
            printed = {name: cell.raw for name, cell in out.cells.pop(key).items()}
            out.warnings.append(f"requests: {key} beside the rows it sums up was set aside: {printed}")
    elif optional:
        out.warnings.append(f"requests: printed with {'、'.join(optional)} in place of the rows of the form")
