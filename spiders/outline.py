"""What stands where in a page's scripts: their calls, objects, functions, and what their names are set to."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from tree_sitter import Node

from spiders.syntax import FUNCTIONS, arguments_of, nodes_of, parsed


@dataclass(frozen=True)
class Function:
    id: int
    parameters: tuple[str, ...]
    body: Node


class Outline:
    """`set_to` has every value a name gets, whoever owns it; `put` those that something's field gets later; `taken`
    what a name takes out of an object (``const {id} = route.query``): the object and the field."""

    def __init__(self, scripts: str) -> None:
        self._text = scripts.encode("utf-8", "replace")
        self.root = parsed(self._text)
        self.set_to: dict[str, list[Node]] = {}
        self.put: dict[str, list[Node]] = {}
        self.taken: dict[str, list[tuple[Node, str]]] = {}
        self.calls: list[Node] = []
        self.objects: list[Node] = []
        self.assignments: list[Node] = []
        self._functions: dict[str, Node] = {}
        self._classes: dict[str, Node] = {}
        self._imported: dict[str, str] = {}
        self._exported: dict[str, str] = {}
        self._index()

    def text(self, node: Node | None) -> str:
        return self._text[node.start_byte:node.end_byte].decode("utf-8", "replace") if node is not None else ""

    def _index(self) -> None:
        for node in nodes_of(self.root):
            kind = node.type
            if kind == "variable_declarator":
                self._names(node.child_by_field_name("name"), node.child_by_field_name("value"))
            elif kind == "assignment_expression":
                self.assignments.append(node)
                self._names(node.child_by_field_name("left"), node.child_by_field_name("right"))
            elif kind == "pair":
                self._names(node.child_by_field_name("key"), node.child_by_field_name("value"))
            elif kind in ("function_declaration", "method_definition"):
                self._functions.setdefault(self.text(node.child_by_field_name("name")), node)
            elif kind == "object":
                self.objects.append(node)
            elif kind in ("import_specifier", "export_specifier"):
                name, other = (self.text(node.child_by_field_name(field)) for field in ("name", "alias"))
                (self._imported if kind == "import_specifier" else self._exported)[other or name] = name
            elif kind == "class_declaration":
                self._classes[self.text(node.child_by_field_name("name"))] = node
            if kind in ("call_expression", "new_expression"):
                self.calls.append(node)
        self._make()

    def _make(self) -> None:
        """What constructors are called with is what their parameters are set to."""
        for call in self.calls if self._classes else ():
            made = self._classes.get(self.text(call.child_by_field_name("constructor")))
            body = made.child_by_field_name("body") if made is not None else None
            for method in body.named_children if body is not None else ():
                if self.text(method.child_by_field_name("name")) == "constructor":
                    for name, value in zip(self.parameters(method), arguments_of(call), strict=False):
                        self.set_to.setdefault(name, []).append(value)

    def _names(self, name: Node | None, value: Node | None) -> None:
        if name is None or value is None:
            return
        if name.type == "object_pattern":
            for part in name.named_children:
                own = part.child_by_field_name("key") or part
                taken = self.text(part.child_by_field_name("value") or own).split("=")[0].strip()
                self.taken.setdefault(taken, []).append((value, self.text(own).split("=")[0].strip()))
            return
        member = name.type == "member_expression"
        if member:
            name = name.child_by_field_name("property")
        key = self.text(name).strip("\"'")
        if value.type in FUNCTIONS:
            self._functions.setdefault(key, value)
        else:
            self.set_to.setdefault(key, []).append(value)
            if member:
                self.put.setdefault(key, []).append(value)

    @cached_property
    def functions(self) -> dict[str, Function]:
        """Those that have a name, by it."""
        return {name: Function(node.id, self.parameters(node), body) for name, node in self._functions.items()
                if (body := node.child_by_field_name("body")) is not None}

    def parameters(self, function: Node) -> tuple[str, ...]:
        """Their names, in order."""
        held = function.child_by_field_name("parameters") or function.child_by_field_name("parameter")
        inner: list[Node] = []
        if held is not None:
            inner = [held] if held.type == "identifier" else held.named_children
        return tuple(self.text(one).split("=")[0].strip() for one in inner)

    @cached_property
    def names_of_functions(self) -> dict[int, str]:
        return {function.id: name for name, function in self.functions.items()}

    @cached_property
    def sites(self) -> dict[str, list[Node]]:
        """Calls by the name of what they call."""
        sites: dict[str, list[Node]] = {}
        for call in self.calls:
            if call.type == "call_expression":
                sites.setdefault(self.last_name(call.child_by_field_name("function")), []).append(call)
        return sites

    def key(self, pair: Node) -> str:
        """``url`` of ``url: …`` and of ``'url': …``."""
        return self.text(pair.child_by_field_name("key")).strip("\"'")

    def last_name(self, callee: Node | None) -> str:
        """``ajax`` of ``$.ajax``."""
        if callee is not None and callee.type == "member_expression":
            callee = callee.child_by_field_name("property")
        return self.text(callee)

    def comes_from_elsewhere(self, name: str) -> bool:
        """Whether a name is one of a module that these scripts import and do not hold."""
        return name in self._imported and self._imported[name] not in self._exported

    def settings(self) -> Iterator[tuple[str, Node]]:
        """What each name is set to, as often as it is set."""
        for name, nodes in self.set_to.items():
            for node in nodes:
                yield name, node

    def calls_of(self, name: str) -> list[Node]:
        """Where a function is called, by other modules' names for it as well."""
        names = {name, *(alias for alias, other in self._imported.items() if self._exported.get(other) == name)}
        return [site for each in names for site in self.sites.get(each, ())]
