"""Report tables for tests: coherent random figures, and the ways sites print them."""

from bs4 import BeautifulSoup

from gongkai.document import Block, Cell, Document, Table


def html_document(markup: str) -> Document:
    """A small stand-in for the normaliser: tables as grids, everything else as paragraphs, no nested tables."""
    soup = BeautifulSoup(markup, "lxml")
    for line_break in soup.find_all("br"):
        line_break.replace_with("\n")
    blocks: list[Block] = []
    for node in soup.find_all(["table", "p", "h1", "h2", "h3", "div", "font"]):
        if node.name == "table":
            table = grid([[(cell.get_text().replace("\xa0", " ").strip(), int(cell.get("rowspan", 1)),
                            int(cell.get("colspan", 1))) for cell in row.find_all(["td", "th"])]
                          for row in node.find_all("tr")])
            blocks.append(Block("table", table.text(), table))
        elif node.find(["table", "p", "h1", "h2", "h3", "div"]) is None and node.find_parent("table") is None:
            kind = "heading" if node.name in ("h1", "h2", "h3") else "paragraph"
            blocks += [Block(kind, line.strip()) for line in node.get_text().splitlines() if line.strip()]
    return Document("ok", "html", tuple(blocks), "\n".join(block.text for block in blocks))


def grid(rows: list[list[tuple[str, int, int]]], page: int | None = None) -> Table:
    """Rows of (text, rowspan, colspan) as HTML places them."""
    taken: set[tuple[int, int]] = set()
    cells: list[Cell] = []
    for number, row in enumerate(rows):
        col = 0
        for text, down, across in row:
            while (number, col) in taken:
                col += 1
            taken |= {(r, c) for r in range(number, number + down) for c in range(col, col + across)}
            cells.append(Cell(text, number, col, down, across))
            col += across
    return Table(tuple(cells), len(rows), max((c for _, c in taken), default=-1) + 1, page)
