"""Elements that a script makes lead somewhere: ``$('.row').on('click', function () { … })``, delegated handlers."""

import re
from collections.abc import Iterator
from itertools import islice
from typing import Any

from cssselect import SelectorError
from lxml.html import HtmlElement
from tree_sitter import Node

from spiders.code import Code, code_of
from spiders.openers import targets_of
from spiders.post import Asked
from spiders.syntax import FUNCTIONS, arguments_of, nodes_of

_LEADS = re.compile(r"location|open\(|\.(?:load|get|getJSON|ajax|post)\(|fetch\(|\.src\s*=|attr\(\s*.(?:src|href)\b")
_HANDLING = frozenset({"click", "change", "on", "delegate", "live", "addEventListener"})
_MATCHING = frozenset({"closest", "matches"})
_LONGEST_CODE = 200_000
_MOST_CLICKED = 500


def clicked_in(scripts: str, url: str, source: str, root: HtmlElement) -> Iterator[tuple[HtmlElement, Asked]]:
    """The elements of `root` that handlers in `scripts` make lead somewhere, with what is then asked for."""
    if not re.search(r"click|change", scripts) or not _LEADS.search(scripts) or len(scripts) > _LONGEST_CODE:
        return
    code = code_of(scripts, url, source)
    for node in code.calls:
        callee, arguments = node.child_by_field_name("function"), arguments_of(node)
        if code.last_name(callee) not in _HANDLING or callee is None or not arguments:
            continue
        body = arguments[-1].child_by_field_name("body")
        selector, name = _told(code, callee, arguments, body) if body is not None else ("", "this")
        if body is None or not selector:
            continue
        try:
            elements = root.cssselect(selector)[:_MOST_CLICKED]
        except (SelectorError, ValueError):
            continue
        chosen = (one for element in elements for one in (
            element.iter("option") if element.tag == "select" else (element,)))
        for element in islice(chosen, _MOST_CLICKED):
            local: dict[str, Any] = {"this": element, name: element}
            targets = targets_of(code, body, local, moves=False)
            asked = (Asked(t) if isinstance(t, str) else t for t in targets if isinstance(t, str | Asked))
            if (target := next((one for one in asked if re.search(r"[/?]", one.url)), None)):
                yield element, target


def _told(code: Code, callee: Node, arguments: list[Node], body: Node) -> tuple[str, str]:
    """Which elements a handler is for, and the name it has for the one that was clicked."""
    owner = callee.child_by_field_name("object")
    selectors = [code.value(one) for one in (*arguments_of(owner), *arguments[:-1])] if owner is not None else []
    named = (s for s in reversed(selectors) if isinstance(s, str) and re.match(r"[.#\[\w]", s) and s not in _HANDLING)
    if selector := next(named, ""):
        return selector, "this"
    return _matched(code, body) or (_each(code, owner) if owner is not None else ("", "this"))


def _matched(code: Code, body: Node) -> tuple[str, str] | None:
    """``const row = event.target.closest('.row')``: a handler of the whole document's that looks where it was hit."""
    for node in nodes_of(body):
        callee, arguments = node.child_by_field_name("function"), arguments_of(node)
        if node.type != "call_expression" or code.last_name(callee) not in _MATCHING or len(arguments) != 1:
            continue
        held, owner = node.parent, callee.child_by_field_name("object") if callee is not None else None
        name = code.text(held.child_by_field_name("name")) if held is not None else ""
        if isinstance(selector := code.value(arguments[0]), str):
            return selector, name or code.text(owner)
    return None


def _each(code: Code, owner: Node) -> tuple[str, str]:
    """``document.querySelectorAll('.row').forEach(row => row.addEventListener(…))``."""
    around: Node | None = owner
    while around is not None and around.type not in FUNCTIONS:
        around = around.parent
    each = around.parent.parent if around is not None and around.parent is not None else None
    callee = each.child_by_field_name("function") if each is not None and each.type == "call_expression" else None
    listed = callee.child_by_field_name("object") if callee is not None else None
    if listed is None or around is None or code.last_name(callee) not in ("forEach", "each", "map"):
        return "", "this"
    selector = next((s for one in arguments_of(listed) if isinstance(s := code.value(one), str)), "")
    return (selector, code.text(owner)) if code.text(owner) in code.parameters(around) else ("", "this")
