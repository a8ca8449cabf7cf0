"""The forms and places as a codebook for exports: what each key of a cell means, in the words of the form."""

from collections.abc import Iterator
from fnmatch import fnmatchcase
from functools import cache

from crawler.reports.forms import Block, Column, Form, TableForm, load_forms
from crawler.reports.regions import by_code
from storage.export import CellMeaning, Codebook, FormMeaning

_FIGURES = "figures"


@cache
def codebook() -> Codebook:
    forms = {form.id: FormMeaning(form.id, form.title, tuple(_cells(form))) for form in load_forms().values()}
    places = by_code()
    regions = {code: (*(places[above].name for above in region.parents), region.name)
               for code, region in places.items()}
    return Codebook(forms, regions)


def _cells(form: Form) -> Iterator[CellMeaning]:
    for table in form.tables.values():
        for row, row_title, column, block in _positions(table):
            key = f"{block.key}_{column.key}" if row == _FIGURES and block else column.key
            yield CellMeaning(table.key, row, key, f"{row_title} {_name(column)}", column.kind == "money",
                              _rules(form, table, row, column, block))


def _positions(table: TableForm) -> Iterator[tuple[str, str, Column, Block | None]]:
    if table.rows:
        for row in table.rows:
            for column in table.columns:
                yield row.key, row.label.names[0], column, None
        return
    for block in table.blocks:
        head = block.label.names[0]
        for column in block.columns:
            if not block.rows:
                yield _FIGURES, head, column, block
            for row in block.rows:
                yield row.key, f"{head} {row.label.names[0]}", column, block


def _name(column: Column) -> str:
    return column.label.names[0]


def _rules(form: Form, table: TableForm, row: str, column: Column, block: Block | None) -> tuple[tuple[str, str], ...]:
    """Identities the cell takes part in, each with the scope a check names."""
    found = []
    for rule in form.identities:
        if rule.table != table.key or rule.severity == "info":
            continue
        named = (*rule.left, *rule.right)
        inner = row if rule.each in ("column", "table") else column.key
        scope = {"row": row, "column": column.key, "block": block.key if block else "", "table": "table"}[rule.each]
        if any(fnmatchcase(inner, pattern) for pattern in named) and (not rule.rows or row in rule.rows
                                                                     or rule.each != "row"):
            found.append((rule.id, scope))
    return tuple(found)
