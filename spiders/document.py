"""What scripts find around them: the page's address, the parts of it that routes name, the elements of its markup."""

import re
from collections.abc import Iterable
from functools import cached_property
from typing import Any
from urllib.parse import SplitResult, parse_qs, urlsplit

from cssselect import SelectorError
from lxml.html import HtmlElement

from spiders.lookups import UNKNOWN
from spiders.markup import tree_of
from spiders.places import route_of

_MOST_COMPONENTS = 50


class Document:
    """`routes` are those of the page's own router (``/list/:id``); "" for an address or a source that is not known."""

    def __init__(self, url: str, source: str, routes: Iterable[str] = ()) -> None:
        self.url, self._source, self._routes = url, source, tuple(routes)

    @cached_property
    def query(self) -> dict[str, str]:
        return query_of(self._shown.query)

    @cached_property
    def _shown(self) -> SplitResult:
        """What a router goes by: the address, or the fragment that is one (``#/list?id=7``)."""
        parts = urlsplit(self.url)
        return urlsplit(parts.fragment.removeprefix("!")) if parts.fragment.startswith(("/", "!/")) else parts

    @cached_property
    def _routed(self) -> tuple[str, dict[str, str]]:
        path = self._shown.path
        for route in self._routes:
            if ":" in route and (named := route_of(route, path)) is not None:
                steps = path.rstrip("/").count("/") - route.rstrip("/").count("/")
                return "/".join(path.split("/")[:steps + 1]) if route.startswith("/") else "", named
        return "", {}

    @property
    def route(self) -> dict[str, str]:
        """The parts of the page's address that one of the routes names."""
        return self._routed[1]

    @property
    def route_root(self) -> str:
        """The folder that the routes start from: ``/portal`` where ``/list/:id`` leads to ``/portal/list/7``."""
        return self._routed[0]

    def of_address(self, part: str) -> Any:
        parts = urlsplit(self.url)
        return {"href": self.url, "pathname": parts.path, "search": f"?{parts.query}" if parts.query else "",
                "host": parts.netloc, "hostname": parts.hostname or "", "protocol": f"{parts.scheme}:",
                "origin": f"{parts.scheme}://{parts.netloc}", "URL": self.url, "documentURI": self.url,
                }.get(part, UNKNOWN) if self.url else UNKNOWN

    @cached_property
    def _tree(self) -> HtmlElement | None:
        return tree_of(self._source) if self._source else None

    def bound(self, name: str) -> Any:
        """``:cid="7"`` of the first component of the page that has it; UNKNOWN where none has."""
        spelt = re.sub(r"([A-Z])", r"-\1", name).lower()
        for element in self._components:
            if (plain := element.get(spelt)) is not None:
                return plain
            if (value := element.get(f":{spelt}") or element.get(f"v-bind:{spelt}")) is not None:
                said = value.strip().strip("'\"`")
                return int(said) if said.isdigit() else said if said != value.strip() else UNKNOWN
        return UNKNOWN

    @cached_property
    def _components(self) -> list[HtmlElement]:
        """Elements no HTML has: their names hold a hyphen."""
        every = self._tree.iter() if self._tree is not None else ()
        return [e for e in every if isinstance(e.tag, str) and "-" in e.tag][:_MOST_COMPONENTS]

    def selected(self, selector: str) -> HtmlElement | None:
        if self._tree is None:
            return None
        try:
            return next(iter(self._tree.cssselect(selector)), None)
        except (SelectorError, ValueError):
            return None


def query_of(text: str) -> dict[str, str]:
    return {key: values[0] for key, values in parse_qs(text.lstrip("?"), keep_blank_values=True).items()}
