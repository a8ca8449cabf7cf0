"""Where a function leads for each value it may be called with: a table it looks up, a switch, a chain of ifs."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any

from tree_sitter import Node

from spiders import places
from spiders.code import Code
from spiders.syntax import first_of, nodes_of

_ADDRESS = re.compile(r"[/?]|\.\w+$")
_FEWEST = 2
_MOST_NODES, _MOST_OF_BRANCH = 20_000, 100

Targets = Callable[[Code, Node, Mapping[str, Any]], Sequence[Any]]


def chosen_in(code: Code, body: Node, marks: Mapping[str, str], targets: Targets) -> (
        tuple[str, tuple[tuple[str, str], ...]] | None):
    """The template of the key and the address for each key; None where a function chooses between none. `targets` tells
    where a node of the function leads."""
    tables: dict[str, dict[str, str]] = {}
    for mark, key, address in _choices(code, body, marks, targets):
        tables.setdefault(places.as_template(mark), {}).setdefault(key, address)
    best = max(tables.items(), key=lambda pair: len(pair[1]), default=("", {}))
    return (best[0], tuple(best[1].items())) if len(best[1]) >= _FEWEST else None


def _choices(code: Code, body: Node, marks: Mapping[str, str], targets: Targets) -> Iterator[tuple[str, str, str]]:
    for node in islice(nodes_of(body), _MOST_NODES):
        if node.type == "subscript_expression":
            held = code.value(node.child_by_field_name("object"), "", marks)
            mark = code.value(node.child_by_field_name("index"), "", marks)
            if places.is_place(mark) and isinstance(held, dict | list):
                pairs = held.items() if isinstance(held, dict) else enumerate(held)
                yield from ((mark, str(k), v) for k, v in pairs if isinstance(v, str) and _ADDRESS.search(v))
        elif node.type == "switch_statement" and places.is_place(
                mark := code.value(node.child_by_field_name("value"), "", marks)):
            for case in (one for one in islice(nodes_of(node), _MOST_NODES) if one.type == "switch_case"):
                yield from _led(code, mark, case.child_by_field_name("value"), case, marks, targets)
        elif node.type == "if_statement":
            yield from _led_if(code, node, marks, targets)


def _led_if(code: Code, node: Node, marks: Mapping[str, str], targets: Targets) -> Iterator[tuple[str, str, str]]:
    condition, then = node.child_by_field_name("condition"), node.child_by_field_name("consequence")
    compared = first_of(condition) if condition is not None else None
    if then is None or compared is None or code.text(compared.child_by_field_name("operator")) not in ("==", "==="):
        return
    sides = [compared.child_by_field_name(side) for side in ("left", "right")]
    for side, other in (sides, sides[::-1]):
        if places.is_place(mark := code.value(side, "", marks)):
            yield from _led(code, mark, other, then, marks, targets)


def _led(code: Code, mark: str, key: Node | None, within: Node, marks: Mapping[str, str],
         targets: Targets) -> Iterator[tuple[str, str, str]]:
    value = code.value(key, "", marks)
    told = (one for node in islice(nodes_of(within), _MOST_OF_BRANCH) for one in targets(code, node, marks))
    address = next((one for one in told if isinstance(one, str) and _ADDRESS.search(one)), None)
    if isinstance(value, str | int) and address:
        yield mark, str(value), address
