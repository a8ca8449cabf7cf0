"""Markup that a page's scripts write into it: lists and frames that stand in no source."""

import re
from collections.abc import Iterator
from typing import Any

from tree_sitter import Node

from spiders.code import Code, code_of
from spiders.records import ADDRESS
from spiders.syntax import arguments_of

_WRITES = frozenset({"write", "writeln", "html", "append", "prepend", "insertAdjacentHTML", "before", "after"})
_MAY_WRITE = re.compile(r"document\.write|innerHTML|insertAdjacentHTML"
                        r"|\.(?:html|append|prepend|after|before)\(|\.src\s*=|[\"']src[\"']")
_NAMED_BESIDE = re.compile(
    r"""\(\s*(?:[\w.\-]+\s*,\s*){0,4}["'](?:[^"'\n]{0,100}[\u3400-\u9fff][^"'\n]{0,100}["']\s*,\s*["'][^"'\s]{3,300}["']"""
    r"""|[^"'\s]{3,300}["']\s*,\s*["'][^"'\n]{0,100}[\u3400-\u9fff])""")
_LONGEST = 400_000


def written_in(scripts: str, url: str, source: str) -> str:
    """All of it in one piece, the parts that only running the script would tell left out; "" where there is none. A
    frame whose address a script sets is written as a frame."""
    if not _MAY_WRITE.search(scripts) or len(scripts) > _LONGEST:
        return ""
    return "\n".join(_pieces(code_of(scripts, url, source)))


def rows_called(scripts: str, url: str, source: str) -> Iterator[list[Any]]:
    """Calls with a name beside an address, as lists of their arguments: ``d.add(3, 0, '年报', 'list.asp')``."""
    if not _NAMED_BESIDE.search(scripts) or len(scripts) > _LONGEST:
        return
    code = code_of(scripts, url, source)
    for node in code.calls:
        arguments = arguments_of(node)
        if 2 <= len(arguments) <= 12 and sum(one.type == "string" for one in arguments) >= 2:
            row = [value if isinstance(value := code.value(one), str | int) else None for one in arguments]
            if any(isinstance(value, str) and ADDRESS.match(value) for value in row):
                yield row


def _pieces(code: Code) -> Iterator[str]:
    for node in code.calls:
        callee = node.child_by_field_name("function")
        name, arguments = code.last_name(callee), arguments_of(node)
        if name in _WRITES:
            for argument in arguments:
                if isinstance(markup := code.value(argument), str) and "<" in markup:
                    yield markup
        elif name in ("attr", "setAttribute") and len(arguments) == 2 and code.value(arguments[0]) == "src":
            yield from _frame(code, callee, code.value(arguments[1]))
    for node in code.assignments:
        left, value = node.child_by_field_name("left"), code.value(node.child_by_field_name("right"))
        named = code.text(left)
        if named.endswith("innerHTML") and isinstance(value, str) and "<" in value:
            yield value
        elif named.endswith(".src"):
            yield from _frame(code, left, value)


def _frame(code: Code, member: Node | None, address: object) -> Iterator[str]:
    """`member` is ``owner.src`` or ``owner.attr``."""
    if not isinstance(address, str) or re.search(r"[\"<>\s]", address) or member is None:
        return
    element = code.element(member.child_by_field_name("object"))
    is_frame = element.tag in ("iframe", "frame") if element is not None else False
    if is_frame or re.search(r"i?frame|frm", code.text(member), re.I):
        yield f'<iframe src="{address}"></iframe>'
