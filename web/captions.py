"""Changed cells in the form's own words."""

from collections.abc import Sequence

from storage import CellChange, Codebook

_TABLES = {"REQ": "requests", "PRO": "proactive", "RL": "review_litigation"}


def captions(codebook: Codebook, cells: Sequence[CellChange], form_id: str | None) -> list[str]:
    """One for each; the cell's keys where no form knows it. Of forms that do, the report's own is asked first, then the
    newest."""
    forms = sorted(codebook.forms.values(), key=lambda form: (form.form_id == form_id, form.form_id), reverse=True)
    return [next((form.cells[form.places[_key(cell)]].title for form in forms if _key(cell) in form.places),
                 f"{cell.row} {cell.column}") for cell in cells]


def in_form_order(codebook: Codebook, cells: Sequence[CellChange], form_id: str | None) -> list[CellChange]:
    """As the form prints them; cells it does not know come last."""
    form = codebook.forms.get(form_id or "")
    places = form.places if form else {}
    return sorted(cells, key=lambda cell: places.get(_key(cell), len(places)))


def _key(cell: CellChange) -> tuple[str, str, str]:
    return _TABLES.get(cell.table, cell.table), cell.row, cell.column
