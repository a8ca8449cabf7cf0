"""Further scripts that a built script loads where a page needs them: webpack's chunks, modules by ``import``."""

import re
from collections.abc import Iterator
from urllib.parse import urljoin, urlsplit

from tree_sitter import Node

from gongkai.address import canonical
from spiders.code import Code
from spiders.places import route_of
from spiders.syntax import arguments_of, first_of
from spiders.vocabulary import records

_MOST_NAMED = 400
_BUILT = re.compile(r"\.js['\"`]|\bimport\b")
_PLUS = frozenset({"binary_expression", "parenthesized_expression"})


def chunks_in(code: Code, url: str, page_url: str) -> tuple[str, ...]:
    """Addresses of the scripts that the script at `url` may load; where its routes say which one the page at
    `page_url` needs, those alone."""
    if not _BUILT.search(code.text(code.root)):
        return ()
    named = dict(_named(code))
    routes = list(_routes(code, page_url)) if named else []
    wanted = [mark for mark in named if any(_asks_for(route, mark) for route in routes)]
    found = (canonical(address, url) for mark in wanted or named for address in [_placed(named[mark], url)])
    return tuple(dict.fromkeys(
        one for one in found if one and one != url and not records().common_scripts.search(urlsplit(one).path)))


def _named(code: Code) -> Iterator[tuple[str, str]]:
    """What each is loaded by, and its file."""
    for node in code.calls:
        callee, arguments = node.child_by_field_name("function"), arguments_of(node)
        name = code.value(arguments[0]) if callee is not None and callee.type == "import" and arguments else None
        if isinstance(name, str) and name.endswith(".js"):
            yield name, name
    for node in code.root.named_children:
        if node.type == "import_statement" and (source := node.child_by_field_name("source")) is not None:
            name = code.text(source).strip("\"'")
            if name.endswith(".js"):
                yield name, name
    for node in code.objects:
        around = node.parent
        if around is None or around.type != "subscript_expression" or not 0 < node.named_child_count <= _MOST_NAMED:
            continue
        index = code.text(around.child_by_field_name("index"))
        leaves = list(_leaves(_top(around)))
        if re.fullmatch(r"[\w$]+", index) and code.text(leaves[-1]).strip("\"'`").endswith(".js"):
            for key in code.value(node):
                values = [code.value(leaf, "", {index: key}) for leaf in leaves[leaves[0].type == "member_expression":]]
                if all(isinstance(value, str | int) for value in values):
                    yield key, "".join(map(str, values))


def _top(node: Node) -> Node:
    while node.parent is not None and node.parent.type in _PLUS:
        node = node.parent
    return node


def _leaves(node: Node) -> Iterator[Node]:
    """The summands of a sum, in order."""
    if node.type == "parenthesized_expression" and (inner := first_of(node)) is not None and inner.type in _PLUS:
        yield from _leaves(inner)
    elif node.type == "binary_expression" and any(child.type == "+" for child in node.children):
        for side in node.named_children:
            yield from _leaves(side)
    else:
        yield node


def _routes(code: Code, page_url: str) -> Iterator[str]:
    """The code of the routes that lead to a page."""
    path = urlsplit(page_url).path
    for node in code.objects:
        for pair in node.named_children:
            if pair.type == "pair" and code.key(pair) == "path":
                route = code.value(pair.child_by_field_name("value"))
                if isinstance(route, str) and route.strip("/*") and route_of(route, path) is not None:
                    yield code.text(node)


def _asks_for(route: str, mark: str) -> bool:
    return f'"{mark}"' in route or f"'{mark}'" in route or bool(re.search(rf"\.e\({re.escape(mark)}\)", route))


def _placed(name: str, url: str) -> str:
    """A file's address: beside the script for ``./x.js``, and for ``static/js/x.js`` where that folder lies."""
    if name.startswith((".", "/", "http")):
        return urljoin(url, name)
    folder, path = name.rsplit("/", 1)[0] + "/" if "/" in name else "", urlsplit(url).path
    before = path.rfind(folder) if folder else path.rfind("/") + 1
    return urljoin(url, path[:before] + name if before >= 0 else f"/{name}")
