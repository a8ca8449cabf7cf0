"""Pages as pdfplumber reads them: where our own grid cannot tell a table, and when figures do not add up."""

import re
from collections.abc import Sequence
from io import BytesIO
from typing import Any

import pdfplumber

from crawler.normalise.grid import Box
from crawler.normalise.printed import GAP, Line, Piece, in_order
from crawler.normalise.reading import clean
from crawler.normalise.ruled import RULE_PT

_NO_UNICODE = re.compile(r"\(cid:\d+\)")


class Plumber:
    """pdfplumber, opened when the first page asks for it."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._pdf: Any = None
        self.problem = ""

    def __enter__(self) -> "Plumber":
        return self

    def __exit__(self, *_: object) -> None:
        if self._pdf is not None:
            self._pdf.close()

    def page(self, number: int) -> list[Piece] | None:
        """The pieces of the page; None where it stumbles over them, and `problem` says why."""
        self.problem = ""
        try:
            if self._pdf is None:
                self._pdf = pdfplumber.open(BytesIO(self._data))
            page = self._pdf.pages[number]
            pieces = _plumbed(page, number + 1)
            page.close()
        except MemoryError:
            raise
        except Exception as problem:  # pdfminer raises whatever a damaged file makes it stumble over
            self.problem = f"pdf: tables of page {number + 1} could not be read ({type(problem).__name__})"
            return None
        return pieces


def _plumbed(page: Any, number: int) -> list[Piece]:
    page = page.dedupe_chars()
    found = [table for table in page.filter(_may_rule).find_tables() if len({cell[0] for cell in table.cells}) > 1]
    tables = [table for table in found if not any(o is not table and _inside(table.bbox, o.bbox) for o in found)]
    chars = page.chars
    outside = page.filter(lambda item: item["object_type"] != "char" or not any(_covers(t.bbox, item) for t in tables))
    lines = ((_read_off(line["text"]), line) for line in outside.extract_text_lines(return_chars=False))
    read = [Line(text, line["x0"], line["x1"], line["top"], line["bottom"]) for text, line in lines if text]
    boxes = [tuple(_box(cell, [char for char in chars if _covers(cell, char)]) for cell in table.cells)
             for table in tables]
    return in_order(read, [part for part in boxes if any(box.text for box in part)], number)


def _read_off(text: str) -> str:
    """A character the font gives no Unicode for is one lost character, not the words pdfminer writes for it."""
    return clean(_NO_UNICODE.sub("\ufffd", text))


def _may_rule(item: dict[str, Any]) -> bool:
    """Not a background: areas filled behind a line or paragraph without a stroke look like cells to pdfplumber and
    take the prose of a report into one long table (a real report of 2024 is printed so)."""
    filled = item["object_type"] == "rect" and item.get("fill") and not item.get("stroke")
    return not filled or min(item["width"], item["height"]) <= RULE_PT


def _box(cell: tuple[float, float, float, float], chars: list[dict[str, Any]]) -> Box:
    lines = pdfplumber.utils.text.extract_text(chars).split("\n") if chars else []
    text = "\n".join(line for line in (GAP.sub("", _read_off(raw)) for raw in lines) if line)
    full = False
    if chars:
        low = max(char["bottom"] for char in chars)
        last = [char for char in chars if char["text"].strip() and char["bottom"] > low - 2]
        # Room for two characters at most: a closing bracket may not begin a line and takes one more with it.
        full = bool(last) and max(char["x1"] for char in last) > cell[2] - 2.3 * max(char["size"] for char in last)
    return Box(text, *cell, full=full)


def _covers(bbox: tuple[float, float, float, float], item: dict[str, Any]) -> bool:
    x, y = (item["x0"] + item["x1"]) / 2, (item["top"] + item["bottom"]) / 2
    return bbox[0] <= x < bbox[2] and bbox[1] <= y < bbox[3]


def _inside(inner: Sequence[float], outer: Sequence[float]) -> bool:
    slack = 1.0
    return (inner[0] >= outer[0] - slack and inner[1] >= outer[1] - slack
            and inner[2] <= outer[2] + slack and inner[3] <= outer[3] + slack)
