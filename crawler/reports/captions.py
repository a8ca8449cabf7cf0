"""A statutory cell in the form's own words: what `REQ new_received total` is called on paper."""

from functools import cache, lru_cache

from crawler.reports.forms import Form, TableForm, load_forms

_TABLES = {"REQ": "requests", "PRO": "proactive", "RL": "review_litigation"}
_BETWEEN = " · "


@lru_cache(maxsize=8192)
def caption(table: str, row: str, column: str, form_id: str | None = None) -> str:
    """`table` in the short form of `storage.CellChange` or in full; empty where no form knows the cell. Of forms that
    do, the report's own is asked first, then the newest."""
    forms = load_forms()
    asked = [forms[form_id]] if form_id in forms else []
    for form in [*asked, *reversed(forms.values())]:
        words = _words(form, _TABLES.get(table, table), row, column)
        if words:
            return words
    return ""


def _words(form: Form, table: str, row: str, column: str) -> str:
    found = form.tables.get(table)
    if found is None:
        return ""
    rows, columns, title = _names(found), _columns(found), _titles(form).get(table, "")
    if column not in columns or (row not in rows and row != "figures"):
        return ""
    return _BETWEEN.join(word for word in (title, rows.get(row, ""), columns[column]) if word)


def _names(table: TableForm) -> dict[str, str]:
    return {row.key: row.label.names[0] for row in table.all_rows}


def _columns(table: TableForm) -> dict[str, str]:
    """With the head they stand under, where there are several of a kind (行政复议 / 行政诉讼)."""
    if table.all_rows:
        return {column.key: column.label.names[0] for column in table.all_columns}
    return {f"{block.key}_{column.key}": f"{block.label.names[0]} {column.label.names[0]}"
            for block in table.blocks for column in block.columns}


@cache
def _section_titles(form_id: str) -> dict[str, str]:
    return {section.key: section.title for section in load_forms()[form_id].sections}


def _titles(form: Form) -> dict[str, str]:
    return _section_titles(form.id)
