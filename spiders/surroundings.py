"""What stands around a link on the page."""

import re
from dataclasses import dataclass
from itertools import islice

from lxml.html import HtmlElement

_DATE = re.compile(r"(20\d\d|19\d\d)\s?[-./年]\s?(\d{1,2})\s?[-./月]\s?(\d{1,2})(?!\d)")
_FURNITURE = re.compile(
    r"(?:^|[\s_\-])(?:head(?:er)?|nav\w*|menu\w*|foot(?:er)?|bottom|copyright|crumbs?|breadcrumb|position|friend\w*|links?"
    r"|share|top(?:bar)?|banner|toolbar|dqwz|weizhi|yqlj)(?:$|[\s_\-\d])", re.I)
_HEADING_CLASS = re.compile(r"(?:^|[\s_\-])(?:tit\w*|hd|head\w*|bt|caption|lm\w*|column\w*|name)(?:$|[\s_\-\d])", re.I)
_HEADINGS = frozenset(("h1", "h2", "h3", "h4", "h5", "h6", "dt", "caption", "legend", "th", "summary"))
_ITEMS = frozenset(("li", "tr", "dd", "p", "dl"))
_BLOCKS = frozenset(("div", "section", "article", "span"))
_LINKS_OF_ENTRY = 2
_FEWEST_PANES = 2
_LONGEST_LABEL = 20
_DEEPEST = 60
_WIDEST_SPAN = 60
_MOST_CELLS = 20_000
_LONGEST_ITEM = 400

_Grid = tuple[list[list[HtmlElement | None]], dict[HtmlElement, tuple[int, int]]]


@dataclass(frozen=True)
class Context:
    """`beside` is the item's own text without the links ("2019年度：" before a 下载); `path` the tags above, with class
    and id; `furniture` says that the link stands in a header, menu or footer; `publisher` who published it, where the
    list says so."""

    row_heading: str = ""
    col_heading: str = ""
    list_heading: str = ""
    beside: str = ""
    date: str | None = None
    path: str = ""
    furniture: bool = False
    publisher: str = ""


def seen_text(element: HtmlElement) -> str:
    """The text a reader sees, white space collapsed; scripts and styles left out."""
    pieces: list[str] = []
    for part in element.iter():
        if isinstance(part.tag, str) and part.tag not in ("script", "style", "noscript") and part.text:
            pieces.append(part.text)
        if part is not element and part.tail:
            pieces.append(part.tail)
    return " ".join(" ".join(pieces).split())


def iso_date(text: str) -> str | None:
    """The last date in a text as YYYY-MM-DD (lists print it behind the title); None without a possible one."""
    for year, month, day in reversed(_DATE.findall(text)):
        if 1 <= int(month) <= 12 and 1 <= int(day) <= 31:
            return f"{year}-{int(month):02d}-{int(day):02d}"
    return None


class Surroundings:
    """Works out contexts; remembers what neighbouring links share."""

    def __init__(self) -> None:
        self._headings: dict[HtmlElement, str] = {}
        self._items: dict[HtmlElement, tuple[str, str | None]] = {}
        self._grids: dict[HtmlElement, _Grid] = {}

    def of(self, element: HtmlElement) -> Context:
        above: list[HtmlElement] = []
        node = element.getparent()
        while node is not None and len(above) < _DEEPEST:
            above.append(node)
            node = node.getparent()
        steps = [_step(n) for n in reversed(above)]
        item = next((n for n in above[:6] if n.tag in _ITEMS), None)
        item = item if item is not None else _block(above[:5])
        beside, date = self._item(item) if item is not None else ("", None)
        row, col = self._table_heads(above)
        return Context(
            row_heading=row, col_heading=col, list_heading=self._heading(above[:8]), beside=beside, date=date,
            path=">".join(steps[-12:]),
            # A vendor calls its list of entries xxgk_nav_list; menus print no dates.
            furniture=date is None and any(
                n.tag in ("header", "footer", "nav") or _FURNITURE.search(_marks(n)) for n in above))

    def _item(self, item: HtmlElement) -> tuple[str, str | None]:
        """What an entry prints beside its links, and its date; nothing for a row that holds half the page (layout)."""
        if item not in self._items:
            whole = seen_text(item)
            self._items[item] = (_beside(item), iso_date(whole)) if len(whole) < _LONGEST_ITEM else ("", None)
        return self._items[item]

    def _heading(self, above: list[HtmlElement]) -> str:
        """The nearest heading before the list the link stands in."""
        if not above:
            return ""
        parent = above[0]
        if parent not in self._headings:
            own = ""
            for sibling in list(parent.itersiblings(preceding=True))[:4]:
                if not isinstance(sibling.tag, str):
                    continue
                if sibling.tag in _HEADINGS or _HEADING_CLASS.search(_marks(sibling)):
                    text = seen_text(sibling)
                    if 0 < len(text) <= 60:
                        own = text
                        break
            self._headings[parent] = own or _tab_of(parent) or self._heading(above[1:])
        return self._headings[parent]

    def _table_heads(self, above: list[HtmlElement]) -> tuple[str, str]:
        place = next((i for i, n in enumerate(above) if n.tag in ("td", "th")), None)
        table = next((n for n in above[place or 0:] if n.tag == "table"), None)
        if place is None or table is None:
            return "", ""
        cell = above[place]
        grid, where = self._grid(table)
        if cell not in where:
            return "", ""
        row, col = where[cell]
        left = grid[row][0]
        top = grid[0][col] if col < len(grid[0]) else None
        return _short(left, cell), _short(top, cell)

    def _grid(self, table: HtmlElement) -> _Grid:
        if table not in self._grids:
            self._grids[table] = _grid(table)
        return self._grids[table]


def _grid(table: HtmlElement) -> _Grid:
    """Cells by position with spans undone, so that a year spanning three rows heads all three."""
    rows: list[list[HtmlElement | None]] = []
    where: dict[HtmlElement, tuple[int, int]] = {}
    hanging: dict[int, tuple[HtmlElement, int]] = {}
    cells = 0
    for tr in table.iter("tr"):
        if next((n for n in tr.iterancestors("table")), None) is not table:
            continue
        line: list[HtmlElement | None] = []
        queue = [c for c in tr if c.tag in ("td", "th")]
        while queue or len(line) in hanging:
            col = len(line)
            if col in hanging:
                cell, left = hanging.pop(col)
                if left > 1:
                    hanging[col] = (cell, left - 1)
                line.append(cell)
                continue
            cell = queue.pop(0)
            where[cell] = (len(rows), col)
            for offset in range(_span(cell, "colspan")):
                line.append(cell)
                if (down := _span(cell, "rowspan")) > 1:
                    hanging[col + offset] = (cell, down - 1)
            cells += 1
        rows.append(line or [None])
        if cells > _MOST_CELLS:
            break
    return rows or [[None]], where


def _span(cell: HtmlElement, name: str) -> int:
    value = cell.get(name) or "1"
    return min(int(value), _WIDEST_SPAN) if value.isdigit() and value.isascii() and int(value) > 0 else 1


def _short(head: HtmlElement | None, cell: HtmlElement) -> str:
    """A head's text; nothing when the head is the cell itself or is a paragraph (layout tables)."""
    if head is None or head is cell:
        return ""
    text = seen_text(head)
    return text if len(text) <= 60 else ""


def _block(above: list[HtmlElement]) -> HtmlElement | None:
    """The entry a link stands in where a list is made of plain blocks: the largest that holds few links."""
    found: HtmlElement | None = None
    for node in above:
        if node.tag not in _BLOCKS or sum(1 for _ in islice(node.iter("a"), _LINKS_OF_ENTRY + 1)) > _LINKS_OF_ENTRY:
            break
        found = node
    return found


def _tab_of(pane: HtmlElement) -> str:
    """The label of a pane that is one of several alike, where just before them stand as many labels."""
    around = pane.getparent()
    if around is None or pane.tag not in _BLOCKS:
        return ""
    marks = set(_marks(pane).split())
    panes = [one for one in around if one.tag == pane.tag and (not marks or marks & set(_marks(one).split()))]
    if len(panes) < _FEWEST_PANES or pane not in panes:
        return ""
    before = [*islice(panes[0].itersiblings(preceding=True), 2), *islice(around.itersiblings(preceding=True), 2)]
    for labels in before:
        holders = (held for held in (labels, *labels) if isinstance(held.tag, str) and len(held) == len(panes))
        for held in holders:
            text = seen_text(held[panes.index(pane)])
            if 0 < len(text) <= _LONGEST_LABEL:
                return text
    return ""


def _beside(item: HtmlElement) -> str:
    """An item's text outside its links."""
    linked = sorted({seen_text(a) for a in item.iter("a")}, key=len, reverse=True)
    text = seen_text(item)
    for words in linked:
        if words:
            text = text.replace(words, " ")
    return " ".join(_DATE.sub(" ", text).split())[:120]


def _marks(element: HtmlElement) -> str:
    return f"{element.get('class') or ''} {element.get('id') or ''}".strip()


def _step(element: HtmlElement) -> str:
    marks = re.sub(r"\d+", "", ".".join(_marks(element).split()))
    return f"{element.tag}.{marks}" if marks else str(element.tag)
