"""The identities of the forms tried on the cells that were read. Blank counts as 0 in a table that has any figure."""

from collections.abc import Container, Iterable, Mapping, Sequence
from decimal import Decimal
from functools import lru_cache
from itertools import chain

from crawler.reports.forms import Form, Identity, TableForm, load_forms
from gongkai.report import CellTable, CellValue, Check, State

_RELATIONS = {"equal": lambda left, right: left == right, "at_least": lambda left, right: left >= right,
              "at_most": lambda left, right: left <= right}


def run_checks(form_id: str | None, tables: Mapping[str, CellTable], only: str = "") -> tuple[Check, ...]:
    """Every check of the form, also for what was not found: a table that is missing or wholly blank, a row that is
    missing and a cell that cannot be read make a check ``not_assessable``. NONNEG and INT have one check a table, whose
    `left` is the number of offending cells. `only` asks for one table's checks."""
    form = load_forms().get(form_id or "")
    if form is None or not form.tables:
        return ()
    checks = [check for identity in form.identities if only in ("", identity.table)
              for check in _identity(form, identity, tables)]
    return (*checks, *(check for key in form.tables if only in ("", key)
                       for check in _plain(form.tables[key], tables.get(key, {}))))


def broken_sums(form: Form, key: str, cells: CellTable) -> list[Check]:
    """The checks of one table that fail and speak against a reading of it: those the rules call errors, and sums over
    whole columns."""
    return [check for identity in form.identities
            if identity.table == key and (identity.severity == "error" or identity.each == "table")
            for check in _identity(form, identity, {key: cells}) if check.state == "fail"]


def has_figure(table: CellTable) -> bool:
    return any(cell.semantic in ("number", "zero", "na_mark") for row in table.values() for cell in row.values())


def _identity(form: Form, identity: Identity, tables: Mapping[str, CellTable]) -> Iterable[Check]:
    table, cells = form.tables[identity.table], tables.get(identity.table, {})
    live = has_figure(cells)
    if identity.each == "row":
        for key in identity.rows or printed_rows(table, cells):
            yield _check(identity, key, cells.get(key) if live else None)
    elif identity.each == "column":
        complete = live and all(key in cells for key in printed_rows(table, cells))
        for column in table.columns:
            one = {key: row[column.key] for key, row in cells.items() if column.key in row}
            yield _check(identity, column.key, one if complete and len(one) == len(cells) else None)
    elif identity.each == "table":
        asked = set(chain(*_named(identity.left + identity.right, tuple(row.key for row in table.required))))
        for column in table.columns:
            one = {key: row[column.key] for key, row in cells.items() if key in asked and column.key in row}
            yield _check(identity, column.key, one if live and len(one) == len(asked) else None)
    else:
        figures = cells.get("figures", {}) if live else {}
        for block in table.blocks:
            keys = [column.key for column in block.columns]
            one = {key: figures[f"{block.key}_{key}"] for key in keys if f"{block.key}_{key}" in figures}
            yield _check(identity, block.key, one if len(one) == len(keys) else None)


def printed_rows(table: TableForm, cells: Container[str]) -> list[str]:
    """The rows of the form, with the one optional row that stands for others in their place when it was printed."""
    optional = {row.key for row in table.all_rows if row.optional and row.key in cells}
    return [row.key for row in table.all_rows if row.key in optional
            or not (row.optional or row.heading or (optional and row.key.startswith("other_")))]


def _check(identity: Identity, scope: str, cells: Mapping[str, CellValue] | None) -> Check:
    left = _sum(identity.left, cells)
    right = _sum(identity.right, cells)
    if left is None or right is None:
        return Check(identity.id, scope, None, None, "not_assessable")
    return Check(identity.id, scope, left, right, "pass" if _RELATIONS[identity.relation](left, right) else "fail")


def _sum(patterns: Sequence[str], cells: Mapping[str, CellValue] | None) -> int | None:
    if cells is None:
        return None
    total = 0
    for named in _named(tuple(patterns), tuple(cells)):
        if not named:
            return None
        for key in named:
            cell = cells[key]
            if cell.semantic == "text" or isinstance(cell.value, Decimal):
                return None
            total += cell.value or 0
    return total


@lru_cache(maxsize=4096)
def _named(patterns: tuple[str, ...], keys: tuple[str, ...]) -> tuple[tuple[str, ...], ...]:
    return tuple(tuple(key for key in keys if _names(pattern, key)) for pattern in patterns)


def _names(pattern: str, key: str) -> bool:
    stem = pattern.removesuffix("*")
    return key == pattern or (stem != pattern and key.startswith(stem))


def _plain(table: TableForm, cells: CellTable) -> Iterable[Check]:
    live = has_figure(cells)
    signed = {column.key for column in table.all_columns if column.kind != "count"}
    money = {column.key for column in table.all_columns if column.kind == "money"}
    rows = {row.key for row in table.all_rows if row.kind == "money"}
    counts = [cell for name, row in cells.items() for key, cell in row.items() if key not in money and name not in rows]
    below = [cell for row in cells.values() for key, cell in row.items()
             if key not in signed and cell.value is not None and cell.value < 0]
    unread = [cell for cell in counts if cell.semantic == "text"]
    yield _count("INT", table.key, len(unread), live)
    yield _count("NONNEG", table.key, len(below), live)


def _count(rule: str, scope: str, offending: int, live: bool) -> Check:
    state: State = "not_assessable" if not live else "fail" if offending else "pass"
    return Check(rule, scope, offending if live else None, 0 if live else None, state)
