"""What a page's scripts say without being run: their calls, functions and the values of their expressions.

tree-sitter gives the tree of the code, however broken. A value is followed when every part of it is written out, is a
name that the scripts set to one thing, stands in the page's markup or address where the script would look it up, or is
a page number or page size by its name. Nothing is guessed beyond that.
"""

import re
from collections.abc import Mapping
from functools import cached_property, lru_cache
from typing import Any

from lxml.html import HtmlElement
from tree_sitter import Node

from spiders import places
from spiders.document import Document, query_of
from spiders.lookups import LOOKING, UNKNOWN, Unknown, attribute, form_fields, looked_up, property_of
from spiders.markup import LONGEST_SCRIPTS
from spiders.outline import Outline
from spiders.sent import Encoded, Stringified, as_query
from spiders.strings import METHODS, encoded, made_by, unescaped
from spiders.syntax import FUNCTIONS, arguments_of, character, first_of
from spiders.vocabulary import records

_DEEPEST = 24
_MOST_STEPS = 300_000
_LONGEST_VALUE = 300_000
_MOST_SITES = 4
_LONGEST_ROOT = 40
_SELECTING = frozenset({"$", "jQuery", "getElementById", "querySelector", "querySelectorAll", "getElementsByName",
                        "getElementsByClassName", "getElementsByTagName", "find"})
_ASKS_ADDRESS = re.compile(r"^get.*(?:query|param|url|request|arg)|^(?:query|param|urlparam|request)\w*$|^get$", re.I)
_ROUTE = re.compile(r"(?:^|[.$])(?:(router?)(?:\(\))?|\w+)\.(query|params)$")
_NO_MATTER = re.compile(r"\bDate\b|Math\.random|timestamp|^(?:this\.)?\w*(?:success|error|callback|done)\w*$", re.I)
_CODING = {"encodeURIComponent": encoded, "decodeURIComponent": unescaped, "decodeURI": unescaped,
           "unescape": unescaped, "atob": places.decoded}
_THROUGH = frozenset({"String", "Number", "parseInt", "encodeURI", "escape", "trim", "toString", "valueOf", "Object",
                      "reactive", "ref"})


class Code(Outline):
    """Scripts of one page, `source` and `url` being that page's."""

    def __init__(self, scripts: str, url: str = "", source: str = "") -> None:
        self.url, self._source = url, source
        super().__init__(scripts[:LONGEST_SCRIPTS])
        self._known: dict[str, Any] = {}
        self._steps = 0
        self._asking: set[str] = set()
        self.lost = 0
        """How often a part of what was asked for could not be told: an entry of an object, the root of an address."""

    def environments(self, node: Node) -> list[dict[str, Any]]:
        """What the parameters of the function around a node stand for, once for each place that calls it; one empty
        environment where nobody does."""
        around = node.parent
        while around is not None and around.id not in self.names_of_functions:
            around = around.parent
        if around is None:
            return [{}]
        name = self.names_of_functions[around.id]
        sites, parameters = self.calls_of(name), self.functions[name].parameters
        found = [{p: value for p, one in zip(parameters, arguments_of(site), strict=False)
                  if not isinstance(value := self.value(one), Unknown)} for site in sites[:_MOST_SITES]]
        return [env for env in found if env] or [{}]

    # ---- values --------------------------------------------------------------------------------------------------
    def value(self, node: Node | None, name: str = "", env: Mapping[str, Any] | None = None, depth: int = 0) -> Any:
        """A str, int, bool, None, dict or list, or UNKNOWN. `name` is the parameter the value is for; `env` holds what
        a function's own parameters stand for."""
        self._steps += 1
        if node is None or depth > _DEEPEST or self._steps > _MOST_STEPS:
            return UNKNOWN
        made = getattr(self, f"_{node.type}", None)
        value = made(node, name, env or {}, depth + 1) if made is not None else UNKNOWN
        return UNKNOWN if isinstance(value, str) and len(value) > _LONGEST_VALUE else value

    def _string(self, node: Node, *_: Any) -> str:
        return "".join(character(self.text(part)) if part.type == "escape_sequence" else self.text(part)
                       for part in node.named_children)

    def _template_string(self, node: Node, name: str, env: Mapping[str, Any], depth: int) -> Any:
        parts = []
        for part in node.named_children:
            if part.type != "template_substitution":
                parts.append(character(self.text(part)) if part.type == "escape_sequence" else self.text(part))
            elif isinstance(value := self.value(first_of(part), "", env, depth), Encoded):
                parts.append(as_query(value))
            elif isinstance(value, str | int):
                parts.append(str(value))
            elif part == node.named_children[0] and "}/" in self.text(node)[:_LONGEST_ROOT]:
                self.lost += 1  # the site's root, as below
            else:
                return UNKNOWN
        return "".join(parts)

    def _number(self, node: Node, *_: Any) -> Any:
        text = self.text(node)
        return int(text) if text.isdigit() else text

    def _true(self, *_: Any) -> bool:
        return True

    def _false(self, *_: Any) -> bool:
        return False

    def _identifier(self, node: Node, name: str, env: Mapping[str, Any], depth: int) -> Any:
        return self._named(self.text(node), name, env, depth)

    _shorthand_property_identifier = _identifier

    def _named(self, own: str, name: str, env: Mapping[str, Any], depth: int) -> Any:
        if own in env:
            return env[own]
        value, counts = self._constant(own, env, depth), own.lower() in records().page_parameters
        if counts and value not in (0, 1, "0", "1"):
            return 1
        if not isinstance(value, Unknown):
            return value
        if name.lower() in records().page_parameters:
            return 1
        return 20 if {own.lower(), name.lower()} & set(records().size_parameters) else UNKNOWN

    def constant(self, name: str) -> Any:
        """What a name is set to, if it is one thing; UNKNOWN otherwise."""
        return self._constant(name, {}, 0)

    def _constant(self, own: str, env: Mapping[str, Any], depth: int) -> Any:
        """What a name is set to, if it is one thing; set to nothing first, as variables are, does not count."""
        if own in self._asking:
            return UNKNOWN
        if own in self._known and not env:
            return self._known[own]
        self._asking.add(own)
        try:
            told = (*(self.value(node, "", env, depth) for node in self.set_to.get(own, ())[:12]),
                    *(self._field_of(node, field, env, depth) for node, field in self.taken.get(own, ())[:4]))
            known = [value for value in told if not isinstance(value, Unknown) and value not in ("", None, ...)]
        finally:
            self._asking.discard(own)
        value = known[0] if known and all(value == known[0] for value in known) else UNKNOWN
        if not env:
            self._known[own] = value
        return value

    def _member_expression(self, node: Node, name: str, env: Mapping[str, Any], depth: int) -> Any:
        owner, own = node.child_by_field_name("object"), self.text(node.child_by_field_name("property"))
        held = self._field_of(owner, own, env, depth)
        return self._named(own, name, env, depth) if held is ... else held

    def _field_of(self, owner: Node | None, own: str, env: Mapping[str, Any], depth: int) -> Any:
        """``owner.own`` where the owner tells of it; else ``...``."""
        if owner is not None and (found := self._found(owner, own, env, depth)) is not ...:
            return found
        if owner is not None and owner.type in ("identifier", "member_expression", "object", "call_expression"):
            held_value = self.value(owner, "", env, depth)
            if isinstance(held_value, dict) and (own in held_value or own == "value"):  # Vue's ref holds it as value
                return held_value.get(own, held_value)
        return ...

    def _found(self, owner: Node, own: str, env: Mapping[str, Any], depth: int) -> Any:
        """``owner.own`` where that is looked up in the page, its address or one of its elements; else ``...``."""
        held = self.text(owner)
        found: Any = ...
        route = _ROUTE.search(held)
        here = self.document
        named = (here.query if route.group(2) == "query" else here.route) if route else {}
        if route and (own in named or route.group(1)):
            found = named.get(own, UNKNOWN)
        elif held.endswith("location") or (held == "document" and own in ("URL", "documentURI")):
            found = self.document.of_address(own)
        elif held.endswith(".dataset"):
            inner, name = owner.child_by_field_name("object"), re.sub(r"([A-Z])", r"-\1", own).lower()
            mark = self._place(inner, env)
            found = places.looked_up_in(mark, "data", name) if mark else attribute(
                self._element(inner, env, depth), f"data-{name}")
        elif (element := self._element(owner, env, depth)) is not None:
            found = property_of(element, own)
        elif held in ("this", "props") and (told := here.bound(own)) is not UNKNOWN:
            found = told
        elif own in ("value", "options") and places.is_place(mark := self.value(owner, "", env, depth)):
            found = mark
        elif (mark := self._place(owner, env)) and (told := places.property_in(mark, own)) is not UNKNOWN:
            found = told
        return found

    def _subscript_expression(self, node: Node, name: str, env: Mapping[str, Any], depth: int) -> Any:
        held = self.value(node.child_by_field_name("object"), "", env, depth)
        if places.is_place(held):
            return held
        index = self.value(node.child_by_field_name("index"), "", env, depth)
        try:
            return held[index] if isinstance(held, dict | list) else UNKNOWN
        except (KeyError, IndexError, TypeError):
            return UNKNOWN

    def _parenthesized_expression(self, node: Node, name: str, env: Mapping[str, Any], depth: int) -> Any:
        return self.value(first_of(node), name, env, depth)

    _await_expression = _parenthesized_expression

    def _binary_expression(self, node: Node, name: str, env: Mapping[str, Any], depth: int) -> Any:
        sides = [node.child_by_field_name(side) for side in ("left", "right")]
        sign = self.text(node.child_by_field_name("operator"))
        left, right = (self.value(side, name if sign != "+" else "", env, depth) for side in sides)
        if sign in ("||", "??"):
            return left or right
        if sign in ("-", "*") and isinstance(left, int) and isinstance(right, int):
            return left - right if sign == "-" else left * right
        right = as_query(right) if isinstance(right, Encoded) else right
        if sign != "+" or not isinstance(right, str | int):
            return UNKNOWN
        # A leading name that nobody sets is the site's root (ctx, basePath, domain).
        if isinstance(left, Unknown) and sides[0] is not None and sides[0].type in ("identifier", "member_expression") \
                and str(right).startswith("/"):
            left, self.lost = "", self.lost + 1
        if isinstance(left, int) and isinstance(right, int):
            return left + right
        return f"{left}{right}" if isinstance(left, str | int) else UNKNOWN

    def _ternary_expression(self, node: Node, name: str, env: Mapping[str, Any], depth: int) -> Any:
        ways = (self.value(node.child_by_field_name(way), name, env, depth) for way in ("consequence", "alternative"))
        return next((value for value in ways if not isinstance(value, Unknown)), UNKNOWN)

    def _array(self, node: Node, name: str, env: Mapping[str, Any], depth: int) -> list[Any]:
        return [self.value(one, "", env, depth) for one in node.named_children[:200]]

    def _object(self, node: Node, name: str, env: Mapping[str, Any], depth: int) -> dict[str, Any]:
        """Without the entries that only running the script would tell."""
        fields: dict[str, Any] = {}
        for one in node.named_children[:200]:
            if one.type == "pair":
                key = self.key(one)
                fields[key] = self._field(key, one.child_by_field_name("value"), env, depth)
            elif one.type == "shorthand_property_identifier":
                fields[self.text(one)] = self.value(one, self.text(one), env, depth)
            elif one.type == "spread_element" and isinstance(
                    more := self.value(first_of(one), "", env, depth), dict):
                fields |= more
        told = {key: value for key, value in fields.items() if not isinstance(value, Unknown)}
        self.lost += any(
            one.type == "pair" and self._matters(one.child_by_field_name("value")) for one in node.named_children
            if self.key(one) not in told)
        return told

    def _field(self, key: str, node: Node | None, env: Mapping[str, Any], depth: int) -> Any:
        """An entry of an object; one that is empty until the scripts put something there (``q.id = …``) is that; what
        counts pages by its name stands at the first, however it is worked out."""
        value = self.value(node, key, env, depth)
        if value in ("", None) and key in self.put:
            later = self._constant(key, env, depth)
            return value if isinstance(later, Unknown) else later
        if isinstance(value, Unknown) and node is not None and node.type not in FUNCTIONS:
            name = key.lower()
            return (1 if name in records().page_parameters else 20 if name in records().size_parameters
                    else 0 if name in records().offset_parameters else value)
        return value

    def _matters(self, value: Node | None) -> bool:
        """Call-backs and what only keeps caches out do not."""
        return value is not None and value.type not in FUNCTIONS and not _NO_MATTER.search(self.text(value)[:60])

    def _new_expression(self, node: Node, name: str, env: Mapping[str, Any], depth: int) -> Any:
        arguments, made = arguments_of(node), self.text(node.child_by_field_name("constructor"))
        if made == "URL" and arguments:
            address, query = self.value(arguments[0], "", env, depth), self._added_to(node, env, depth, ".searchParams")
            return f"{address}?{as_query(query)}" if isinstance(address, str) and query else address
        if not made.endswith(("FormData", "SearchParams", "HttpParams")):
            return UNKNOWN
        held: Any = self.value(arguments[0], "", env, depth) if arguments else {}
        if isinstance(held, Unknown) and (form := self._element(arguments[0], env, depth)) is not None:
            held = form_fields(form)
        fields = held if isinstance(held, dict) else query_of(held) if isinstance(held, str) else {}
        return Encoded({**fields, **self._added_to(node, env, depth)})

    def _added_to(self, made: Node, env: Mapping[str, Any], depth: int, part: str = "") -> dict[str, Any]:
        """What ``fd.append('page', 1)`` adds to the variable that something new is put into, or to a part of that."""
        around = made.parent
        kept = (around.child_by_field_name("name") or around.child_by_field_name("left")) if around else None
        added: dict[str, Any] = {}
        for site in (*self.sites.get("append", ()), *self.sites.get("set", ())) if kept is not None else ():
            callee, arguments = site.child_by_field_name("function"), arguments_of(site)
            owner = callee.child_by_field_name("object") if callee is not None else None
            if self.text(owner) == self.text(kept) + part and len(arguments) == 2:
                added |= self._entry(arguments, env, depth)
        return added

    def _entry(self, arguments: list[Node], env: Mapping[str, Any], depth: int) -> dict[str, Any]:
        """``('page', n)`` as what it puts into a form."""
        key = self.value(arguments[0], "", env, depth)
        value = self._field(key, arguments[1], env, depth) if isinstance(key, str) else UNKNOWN
        self.lost += isinstance(value, Unknown)
        return {} if isinstance(value, Unknown) else {key: value}

    def _call_expression(self, node: Node, name: str, env: Mapping[str, Any], depth: int) -> Any:
        callee, arguments = node.child_by_field_name("function"), arguments_of(node)
        last = self.last_name(callee)
        owner = callee.child_by_field_name("object") if callee is not None else None
        given = self.value(arguments[0], name, env, depth) if arguments else UNKNOWN
        if owner is not None and (found := self._asked_of(owner, last, given, env, depth)) is not ...:
            return found
        if last in METHODS or (last in ("set", "append") and len(arguments) == 2):
            held = self.value(owner, "", env, depth)
            if isinstance(held, Encoded) and last in ("set", "append"):
                return Encoded({**held, **self._entry(arguments, env, depth)})
            if (made := made_by(last, held, [self.value(one, "", env, depth) for one in arguments])) is not UNKNOWN:
                return made
        value: Any
        if last in ("stringify", "param", "serialize") and isinstance(given, dict):
            value = Stringified(given) if self.text(callee) == "JSON.stringify" else Encoded(given)
        elif last == "assign":
            parts = [self.value(one, "", env, depth) for one in arguments]
            value = {key: inner for one in parts if isinstance(one, dict) for key, inner in one.items()}
        elif last in _CODING:
            value = _CODING[last](given)
        elif last in _THROUGH:
            value = given if arguments else self.value(owner, name, env, depth)
        elif _ASKS_ADDRESS.match(last) and isinstance(given, str) and given in self.document.query:
            value = self.document.query[given]
        else:
            value = self._returned(last, arguments, env, depth)
        return value

    def _asked_of(self, owner: Node, how: str, given: Any, env: Mapping[str, Any], depth: int) -> Any:
        """``owner.how(given)`` where that looks something up in an element of the page, or decodes; else ``...``."""
        found: Any = ...
        if how in LOOKING and (element := self._element(owner, env, depth)) is not None:
            found = looked_up(element, how, given)
        elif how in LOOKING and (mark := self._place(owner, env)) is not None:
            found = places.looked_up_in(mark, how, given)
        elif how in ("serialize", "serializeArray") and (form := self._element(owner, env, depth)) is not None:
            found = Encoded(form_fields(form))
        elif how == "decode" and self.text(owner).endswith("ase64"):
            found = places.decoded(given)
        elif how == "parse" and self.text(owner) == "JSON" and isinstance(given, str):
            found = places.parsed(given)
        return found

    def _returned(self, name: str, arguments: list[Node], env: Mapping[str, Any], depth: int) -> Any:
        """What a function of the page's own gives back, where it does nothing else."""
        function = self.functions.get(name)
        if function is None or depth > _DEEPEST // 2:
            return UNKNOWN
        inner = {p: self.value(a, "", env, depth) for p, a in zip(function.parameters, arguments, strict=False)}
        if function.body.type != "statement_block":
            return self.value(function.body, "", inner, depth)
        last = function.body.named_children[-1] if function.body.named_children else None
        if last is None or last.type != "return_statement":
            return UNKNOWN
        return self.value(first_of(last), "", inner, depth)

    def _place(self, node: Node | None, env: Mapping[str, Any]) -> str | None:
        """The place that ``o`` or ``$(o)`` is, where a parameter stands for an element."""
        if node is not None and node.type == "call_expression" and (arguments := arguments_of(node)) \
                and self.text(node.child_by_field_name("function")) in ("$", "jQuery"):
            node = arguments[0]
        held = env.get(self.text(node)) if node is not None and node.type == "identifier" else None
        return held if places.is_place(held) else None

    # ---- where a script looks things up ----------------------------------------------------------------------------
    @cached_property
    def document(self) -> Document:
        routes = (self._string(node) for node in self.set_to.get("path", ()) if node.type == "string")
        return Document(self.url, self._source, routes)

    def element(self, node: Node | None, env: Mapping[str, Any] | None = None) -> HtmlElement | None:
        """The element of the page that an expression stands for."""
        return self._element(node, env or {}, 0)

    def _element(self, node: Node | None, env: Mapping[str, Any], depth: int) -> HtmlElement | None:
        found: HtmlElement | None = None
        if node is None or depth > _DEEPEST:
            return found
        if node.type in ("this", "identifier"):
            held, set_to = env.get(self.text(node)), self.set_to.get(self.text(node), ())[:3]
            found = held if isinstance(held, HtmlElement) else next(
                (one for call in set_to if call.type == "call_expression"
                 and (one := self._element(call, env, depth + 8)) is not None), None)
        elif node.type == "subscript_expression":
            found = self._element(node.child_by_field_name("object"), env, depth + 1)
        elif node.type == "member_expression" and self.text(node) == "document.body":
            found = self.document.selected("body")
        elif node.type == "member_expression" and self.text(node).endswith((".options", ".selectedOptions")):
            found = self._element(node.child_by_field_name("object"), env, depth + 1)
        elif node.type == "call_expression" and (arguments := arguments_of(node)):
            found = self._chosen(self.last_name(node.child_by_field_name("function")), arguments[0], env, depth)
        return found

    def _chosen(self, how: str, what: Node, env: Mapping[str, Any], depth: int) -> HtmlElement | None:
        """``$(this)``, ``getElementById('list')``."""
        if how not in _SELECTING:
            return None
        if what.type in ("this", "identifier") and isinstance(held := env.get(self.text(what)), HtmlElement):
            return held
        wanted = self.value(what, "", env, depth)
        option = env.get("this")
        forms = {"getElementById": "[id='{}']", "getElementsByName": "[name='{}']", "getElementsByClassName": ".{}"}
        selector = forms.get(how, "{}").format(wanted) if isinstance(wanted, str) and wanted else ""
        found = self.document.selected(selector) if selector else None
        chosen = isinstance(option, HtmlElement) and option.tag == "option" and found in option.iterancestors("select")
        return option if chosen else found

@lru_cache(maxsize=8)
def code_of(scripts: str, url: str = "", source: str = "") -> Code:
    """The same code is asked several things of."""
    return Code(scripts, url, source)
