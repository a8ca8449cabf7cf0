"""Functions that lead to an address made of what they are called with: ``openDoc('8f2', 7)``.

The script that defines one may be another than the page's own; what a site's scripts define is remembered for it.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from lxml.html import HtmlElement
from tree_sitter import Node

from spiders import places
from spiders.branches import chosen_in
from spiders.code import Code, code_of
from spiders.lookups import UNKNOWN
from spiders.post import Asked, Post
from spiders.records import NOT_A_PAGE
from spiders.sent import as_query, flat, with_query
from spiders.syntax import FUNCTIONS, arguments_of, first_of

_MOVES = frozenset({"open", "replace", "assign", "push", "navigateTo", "go"})
_FETCHES = frozenset({"load", "get", "getJSON", "fetch", "ajax", "post"})
_CALLED = re.compile(r"([\w$]+)\s*\(")
_LONGEST = 200
_LONGEST_MOVE = 3000


@dataclass(frozen=True)
class Opener:
    """`template` has each parameter it needs as ``{name}``, with what it looks up in it or decodes (see places); where
    there is a `table`, it makes the key of that."""

    name: str
    parameters: tuple[str, ...]
    template: str
    table: tuple[tuple[str, str], ...] = ()

    def address(self, arguments: Iterable[Any]) -> str | None:
        made = places.filled(self.template, dict(zip(self.parameters, arguments, strict=False)))
        return dict(self.table).get(made or "") if self.table else made


def openers_in(scripts: str, url: str = "", source: str = "") -> tuple[Opener, ...]:
    """The functions of `scripts` that open, move to or give back an address with all it needs in their parameters;
    `url` and `source` are those of the page they stand in."""
    if not re.search(r"location|open\s*\(|push\s*\(|return|\)\.load\(|\.src\s*=|attr\(", scripts):
        return ()
    code = code_of(scripts, url, source)
    found: dict[str, Opener] = {}
    for name, function in code.functions.items():
        marks = {p: places.place(p) for p in function.parameters if re.fullmatch(r"\w+", p)}
        if marks and (template := next(_templates(code, function.body, marks), None)):
            found[name] = Opener(name, function.parameters, template.split()[0])
        elif marks and (chosen := chosen_in(code, function.body, marks, _moved_to)):
            found[name] = Opener(name, function.parameters, *chosen)
    return tuple(found.values())


def _moved_to(code: Code, node: Node, local: Mapping[str, Any]) -> list[Any]:
    return list(_target(code, node, local, moves=True))


def _templates(code: Code, body: Node, marks: Mapping[str, str]) -> Iterator[str]:
    local = dict(marks)
    for target in targets_of(code, body, local):
        if not isinstance(target, str) or not places.holds_place(target) or len(target) > _LONGEST:
            continue
        template = places.as_template(target)
        if re.search(r"[/?]|\.\w+$|\|atob\}$", template) and not NOT_A_PAGE.search(template) and "<" not in template:
            yield template


def targets_of(code: Code, body: Node, local: dict[str, Any], *, moves: bool = True,
               within: bool = False) -> Iterator[Any]:
    """What the body moves to or gives back, its own variables taken into account as they are set; without `moves` also
    what it fetches into the page, itself or (unless it is itself `within` another) by a function it calls."""
    if body.type not in ("statement_block",):
        yield from _target(code, body, local, moves=moves)
        return
    stack = list(reversed(body.named_children))
    while stack:
        node = stack.pop()
        if node.type == "variable_declarator":
            name, value = node.child_by_field_name("name"), node.child_by_field_name("value")
            if name is not None and isinstance(told := code.value(value, "", local), str | int):
                local[code.text(name)] = told
        elif node.type == "return_statement":
            yield code.value(first_of(node), "", local)
        yield from _target(code, node, local, moves=moves)
        if not moves and not within and node.type == "call_expression":
            yield from _handed_on(code, node, local)
        stack.extend(reversed(node.named_children))


def _handed_on(code: Code, call: Node, local: Mapping[str, Any]) -> Iterator[Any]:
    """Where a function of the page's own leads that a handler calls: ``loadYear($(this).data('year'))``."""
    callee = call.child_by_field_name("function")
    function = code.functions.get(code.text(callee)) if callee is not None and callee.type == "identifier" else None
    if function is not None and function.parameters:
        told = (code.value(argument, "", local) for argument in arguments_of(call))
        yield from targets_of(code, function.body, dict(zip(function.parameters, told, strict=False)), moves=False,
                            within=True)


def _target(code: Code, node: Node, local: Mapping[str, Any], *, moves: bool) -> Iterator[Any]:
    if node.type == "assignment_expression":
        left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
        if re.search(r"(?:^|\.)(?:location(?:\.href)?|href|src)$", code.text(left)):
            yield code.value(right, "", local)
    elif node.type == "call_expression" and code.last_name(node.child_by_field_name("function")) == "attr":
        told = [code.value(argument, "", local) for argument in arguments_of(node)]
        if len(told) == 2 and told[0] in ("src", "href"):
            yield told[1]
    elif node.type == "call_expression" and _leads_on(code, node.child_by_field_name("function"), moves=moves):
        told = [code.value(argument, "", local) for argument in arguments_of(node)[:2]]
        first, second = (*told, UNKNOWN, UNKNOWN)[:2]
        address, sent = (first.get("url"), first.get("data")) if isinstance(first, dict) else (first, second)
        if isinstance(address, str) and not moves and isinstance(sent, dict):
            yield _fetched(code.last_name(node.child_by_field_name("function")), first, address, sent)
        else:
            yield address


def _fetched(verb: str, settings: Any, address: str, sent: Mapping[str, Any]) -> str | Asked:
    """A request with what it sends along, in its query or as a form."""
    method = settings.get("type") or settings.get("method") if isinstance(settings, dict) else ""
    if verb == "post" or str(method).lower() == "post":
        return Asked(address, Post.form(flat(sent)))
    return with_query(address, as_query(sent))


def _leads_on(code: Code, callee: Node | None, *, moves: bool) -> bool:
    """Whether what is called moves the window, puts a piece of markup into the page, or fetches where that counts."""
    last = code.last_name(callee)
    return last in _MOVES or (last == "load" and code.text(callee).startswith(("$(", "jQuery("))) or (
        not moves and last in _FETCHES)


def addresses_of(handler: str, element: HtmlElement, openers: Mapping[str, Opener]) -> Iterator[str]:
    """Where a handler's code (``openDoc(this.id, 7)``) leads when the element it belongs to is clicked."""
    if not any(name in openers for name in _CALLED.findall(handler[:500])):
        return
    code = Code(handler.removeprefix("javascript:")[:2000])
    env = {"this": element, **({"id": identity} if (identity := element.get("id")) else {})}
    for call in code.calls:
        opener = openers.get(code.last_name(call.child_by_field_name("function")))
        if opener is None:
            continue
        arguments = [element if argument.type == "this" or code.text(argument) == "$(this)"
                     else code.value(argument, "", env) for argument in arguments_of(call)]
        if address := opener.address(arguments):
            yield address


def moves_in(scripts: str, url: str) -> list[str]:
    """Where a short script moves the window as soon as the page is there, by addresses that it puts together."""
    if "location" not in scripts or len(scripts) > _LONGEST_MOVE:
        return []
    code = code_of(scripts, url)
    later = [told for call in code.sites.get("setTimeout", ()) for one in arguments_of(call)[:1]
             if isinstance(told := code.value(one), str) and told != scripts]
    if later:
        return [target for inner in later for target in moves_in(inner, url)]
    targets = (target for node in (*code.assignments, *code.calls) if not _in_function(node)
               and ("location" in code.text(node.child_by_field_name("left") or node.child_by_field_name("function")))
               for target in _target(code, node, {}, moves=True))
    return [target for target in targets if isinstance(target, str) and re.search(r"[/?]|\.\w+$", target)]


def _in_function(node: Node) -> bool:
    around = node.parent
    while around is not None and around.type not in FUNCTIONS:
        around = around.parent
    return around is not None
