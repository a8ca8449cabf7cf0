"""What a report is made of before it becomes HTML, PDF, Word or RTF: headings, paragraphs, printed tables."""

from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True)
class Heading:
    text: str


@dataclass(frozen=True)
class Paragraph:
    text: str


@dataclass(frozen=True)
class Box:
    """One printed cell; its place follows from the boxes before it, as in HTML."""

    text: str
    rowspan: int = 1
    colspan: int = 1


@dataclass(frozen=True)
class Grid:
    rows: tuple[tuple[Box, ...], ...]

    def placed(self) -> Iterator[tuple[int, int, Box]]:
        """Every box with its top-left grid position."""
        taken: set[tuple[int, int]] = set()
        for r, row in enumerate(self.rows):
            c = 0
            for box in row:
                while (r, c) in taken:
                    c += 1
                yield r, c, box
                taken |= {(r + i, c + j) for i in range(box.rowspan) for j in range(box.colspan)}
                c += box.colspan

    @property
    def columns(self) -> int:
        return max(c + box.colspan for _, c, box in self.placed())


Block = Heading | Paragraph | Grid
