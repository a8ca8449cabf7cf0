"""JavaScript as a tree, however broken the code, and what its nodes are made of."""

import re
import time
from collections.abc import Iterator

import tree_sitter_javascript
from tree_sitter import Language, Node, Parser

_MOST_NODES = 600_000
_MOST_SECONDS = 2.0
_PIECE = 1 << 16
_LANGUAGE = Language(tree_sitter_javascript.language())
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f", "v": "\v", "0": "\0"}
FUNCTIONS = frozenset({"function_declaration", "function_expression", "arrow_function", "method_definition",
                       "generator_function_declaration", "generator_function"})


def parsed(text: bytes) -> Node:
    """Hostile code takes the parser minutes; what takes it seconds says nothing."""
    end = time.monotonic() + _MOST_SECONDS
    parser = Parser(_LANGUAGE)
    try:
        return parser.parse(lambda offset, _: text[offset:offset + _PIECE],
                            progress_callback=lambda *_: time.monotonic() > end).root_node
    except ValueError:
        parser.reset()
        return parser.parse(b"").root_node


def first_of(node: Node) -> Node | None:
    return next(iter(node.named_children), None)


def arguments_of(node: Node) -> list[Node]:
    held = node.child_by_field_name("arguments")
    return [one for one in held.named_children if one.type != "comment"] if held is not None else []


def nodes_of(root: Node) -> Iterator[Node]:
    """In the order of the code; a code of more than 600,000 nodes is read up to there."""
    cursor, seen = root.walk(), 0
    while seen < _MOST_NODES:
        seen += 1
        if cursor.node is not None and cursor.node.is_named:
            yield cursor.node
        if cursor.goto_first_child() or cursor.goto_next_sibling():
            continue
        while cursor.goto_parent():
            if cursor.goto_next_sibling():
                break
        else:
            return


def character(escape: str) -> str:
    if match := re.fullmatch(r"\\(?:u\{?([0-9a-fA-F]{1,6})\}?|x([0-9a-fA-F]{2}))", escape):
        point = int(match.group(1) or match.group(2), 16)
        return chr(point) if point < 0x110000 else ""
    return _ESCAPES.get(escape[1:], escape[1:])
