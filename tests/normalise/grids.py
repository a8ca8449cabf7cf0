"""Grids as tests compare them."""

from gongkai.document import Document, Table


def texts(table: Table) -> list[list[str]]:
    return [["".join(cell.text.split()) if cell else "" for cell in row] for row in table.grid()]


def all_texts(document: Document) -> list[list[list[str]]]:
    return [texts(table) for table in document.tables]


def paragraphs(document: Document) -> list[str]:
    return [block.text for block in document.blocks if block.table is None]
