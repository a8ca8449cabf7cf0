"""Tables that a shared library draws and fills: what layui, bootstrap-table, EasyUI … send for their first rows.

Their own code stands in no page; which options name the address and which parameters count pages is written down in
``vocabulary/widgets.yaml``.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from lxml.html import HtmlElement

from gongkai.address import canonical
from spiders.code import Code
from spiders.literals import read_literal
from spiders.markup import tree_of
from spiders.post import Asked, Post
from spiders.sent import Encoded, as_query, flat, with_query
from spiders.syntax import arguments_of
from spiders.vocabulary import widgets

_MAY_HOLD = re.compile(r"data-toggle|easyui-|mini-|lay-data")
_MOST = 4
_SIZE = 10


@dataclass(frozen=True)
class Widget:
    """As in the file; `called` and `marked` are patterns, ``(?!)`` where there is none."""

    name: str
    called: re.Pattern[str]
    marked: re.Pattern[str]
    address: tuple[str, ...]
    sends: tuple[str, ...]
    sizes: tuple[str, ...]
    size: str
    page: str = ""
    offset: str = ""
    first: int = 1
    paged: str = ""
    posts: bool = False

    def asks(self, options: Mapping[str, Any], base: str) -> Asked | None:
        """The request for its first rows; None where its options name no address."""
        address = next((a for key in self.address if isinstance(a := _deep(options, key), str) and a.strip()), None)
        url = canonical(address, base) if address else None
        if url is None:
            return None
        fields: dict[str, Any] = {}
        for key in self.sends:
            if isinstance(sent := _deep(options, key), dict):
                fields |= sent
        if not self.paged or options.get(self.paged):
            fields = {**fields, **self._paging(options, fields)}
        method = next((str(m) for key in ("method", "type", "mtype", "ajax.type") if (m := _deep(options, key))), "")
        posts = method.lower() == "post" if method.lower() in ("get", "post") else self.posts
        if not posts:
            url = canonical(with_query(url, as_query(fields)))
            return Asked(url) if url else None
        if "json" in str(options.get("contentType")) and not isinstance(fields, Encoded):
            return Asked(url, Post.json(fields))
        return Asked(url, Post.form(flat(fields)))

    def _paging(self, options: Mapping[str, Any], fields: Mapping[str, Any]) -> dict[str, Any]:
        size = next((n for key in self.sizes if isinstance(n := options.get(key), int) and 0 < n <= 1000), _SIZE)
        counted = {self.page: self.first} if self.page else {self.offset: 0}
        return {} if {self.page, self.offset, self.size} & set(fields) else {**counted, self.size: size}


@lru_cache(maxsize=1)
def known() -> tuple[Widget, ...]:
    return tuple(Widget(**{
        **row, "called": re.compile(rf"(?:^|\.){row['called']}$"), "marked": re.compile(row.get("marked") or "(?!)"),
        **{key: tuple(row[key]) for key in ("address", "sends", "sizes")}}) for row in widgets())


def asked_in(code: Code) -> Iterator[Asked]:
    """The requests of the components that a page's scripts make."""
    for node in code.calls:
        callee = code.text(node.child_by_field_name("function") or node.child_by_field_name("constructor"))[-40:]
        widget = next((w for w in known() if w.called.search(callee)), None)
        options = next((one for one in arguments_of(node) if one.type == "object"), None) if widget else None
        if widget and options and (asked := widget.asks(code.value(options), code.url)):
            yield asked


def asked_in_markup(source: str, base: str) -> tuple[Asked, ...]:
    """The requests of elements that are such components by their class or attributes."""
    if not _MAY_HOLD.search(source) or (root := tree_of(source)) is None:
        return ()
    found = (asked for element in root.iter("table", "div", "ul") for widget in known()
             if any(widget.marked.search(word) for word in _marks(element))
             and (asked := widget.asks(_options(element, widget), base)))
    return tuple(dict.fromkeys(found))[:_MOST]


def _marks(element: HtmlElement) -> list[str]:
    return [*(element.get("class") or "").split(), element.get("data-toggle") or ""]


def _options(element: HtmlElement, widget: Widget) -> dict[str, Any]:
    """``data-page-size="10"`` and ``url="/x"`` alike by the option's name, of which markup keeps no capitals; what
    stands in ``data-options``, too."""
    names = {one.lower(): one for one in (*widget.address, *widget.sends, *widget.sizes, widget.paged)}
    options: dict[str, Any] = {}
    for name, value in element.attrib.items():
        key = str(name).removeprefix("data-").replace("-", "")
        said = {"true": True, "false": False}.get(value.strip().lower())
        options[names.get(key, key)] = said if said is not None else int(value) if value.isdigit() else value
    for name in ("data-options", "lay-data"):
        text = (element.get(name) or "").strip()
        if text and isinstance(held := read_literal(text if text.startswith("{") else f"{{{text}}}"), dict):
            options |= held
    return options


def _deep(options: Mapping[str, Any], key: str) -> Any:
    held: Any = options
    for step in key.split("."):
        held = held.get(step) if isinstance(held, Mapping) else None
    return held
