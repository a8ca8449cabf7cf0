"""What keys mean, in the words of the forms: handed in by whoever knows the forms, since storage does not."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property


@dataclass(frozen=True)
class CellMeaning:
    """One cell of a form. `rules` are the identities it takes part in, with the scope they name it by."""

    table: str
    row: str
    column: str
    title: str
    money: bool = False
    rules: tuple[tuple[str, str], ...] = ()

    @property
    def name(self) -> str:
        """The column of a wide table."""
        return f"{self.table}__{self.row}__{self.column}"


@dataclass(frozen=True)
class FormMeaning:
    form_id: str
    title: str
    cells: tuple[CellMeaning, ...]

    @cached_property
    def places(self) -> Mapping[tuple[str, str, str], int]:
        """Where each cell (table, row, column) stands among `cells`."""
        return {(cell.table, cell.row, cell.column): at for at, cell in enumerate(self.cells)}


@dataclass(frozen=True)
class Codebook:
    """`forms` by id; `regions` the names from the province down, by six-digit code (("福建省", "厦门市"))."""

    forms: Mapping[str, FormMeaning] = field(default_factory=dict)
    regions: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @cached_property
    def words(self) -> Mapping[str, str]:
        """What the keys of rows and columns are called, by key alone; the newest form goes before."""
        named: dict[str, str] = {}
        for _, form in sorted(self.forms.items()):
            for cell in form.cells:
                *above, column = cell.title.split(" ")
                whole = cell.row == "figures" or not above
                named[cell.column] = cell.title if whole else column
                named |= {} if whole else {cell.row: above[-1]}
        return named
