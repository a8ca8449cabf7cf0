"""A normalised text: ordered blocks, tables as grids with spans. What every format becomes before anyone reads it."""

from dataclasses import dataclass, field
from typing import Literal

Status = Literal["ok", "partial", "encrypted", "limit", "unsupported", "failed"]


@dataclass(frozen=True)
class Cell:
    """One printed cell, at its top-left grid position (zero-based)."""

    text: str
    row: int
    col: int
    rowspan: int = 1
    colspan: int = 1


@dataclass(frozen=True)
class Table:
    """A printed table. `cells` in reading order; positions no cell covers are holes."""

    cells: tuple[Cell, ...]
    rows: int
    cols: int
    page: int | None = None

    def grid(self) -> list[list[Cell | None]]:
        """The cell that covers each position; a spanning cell stands at every position it covers."""
        grid: list[list[Cell | None]] = [[None] * self.cols for _ in range(self.rows)]
        for cell in self.cells:
            if cell.rowspan == cell.colspan == 1:  # nearly all
                grid[cell.row][cell.col] = cell
                continue
            for r in range(cell.row, min(cell.row + cell.rowspan, self.rows)):
                for c in range(cell.col, min(cell.col + cell.colspan, self.cols)):
                    grid[r][c] = cell
        return grid

    def text(self) -> str:
        """Rows as lines, cells parted by tabs, a spanning cell printed once: for reading and for digests."""
        lines = [[""] * self.cols for _ in range(self.rows)]
        for cell in self.cells:
            lines[cell.row][cell.col] = " ".join(cell.text.split())
        return "\n".join("\t".join(line).rstrip("\t") for line in lines)


@dataclass(frozen=True)
class Block:
    """A piece of the document in reading order; `table` is set when and only when `kind` is ``table``."""

    kind: Literal["heading", "paragraph", "table"]
    text: str = ""
    table: Table | None = None


@dataclass(frozen=True)
class FileLink:
    """A file the body offers (附件), absolute address and link text."""

    url: str
    text: str


@dataclass(frozen=True)
class Member:
    """A file inside an archive: its name, for showing only, and what it says."""

    name: str
    document: "Document"


@dataclass(frozen=True)
class Document:
    """What normalising one file gave.

    `titles` are candidates with their source, best first: ``("meta:ArticleTitle", "…")``, ``("h1", …)``,
    ``("title", …)``, ``("text", …)``. `metadata` holds page metadata by lower-case name (``columnname``, ``pubdate``,
    ``contentsource``, ``sitename`` …) and the index block under its Chinese labels (发布机构, 索引号, 成文日期 …).
    `text` is the whole reading text, tables flattened with tabs. `doc_format` is a short lower-case word
    (html, pdf, docx, txt, doc, wps, xls, xlsx, ofd, rtf, image, zip …) sniffed from the content. `extractor` names the
    way it was read where a format has several (``ocr``); its first way has no name. An archive is the fullest document
    inside, with the rest as `members`; reading a finding makes sources of their own of those.
    """

    status: Status
    doc_format: str
    blocks: tuple[Block, ...] = ()
    text: str = ""
    titles: tuple[tuple[str, str], ...] = ()
    metadata: dict[str, str] = field(default_factory=dict)
    files: tuple[FileLink, ...] = ()
    images: int = 0
    charset: str | None = None
    pages: int | None = None
    warnings: tuple[str, ...] = ()
    members: tuple[Member, ...] = ()
    extractor: str = ""

    @property
    def tables(self) -> tuple[Table, ...]:
        return tuple(b.table for b in self.blocks if b.table is not None)
