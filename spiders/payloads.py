"""Data that a framework packs into a page for its own start, in forms that are no plain literal.

Nuxt calls a function with the values (``window.__NUXT__=(function(a,b){return {title:a,url:b}}("…","/x"))``) or writes
one flat table whose numbers point to other places in it; Next sends lines of JSON through ``__next_f.push``; scripts by
hand split one long string (``"2021年报|/a.html;2020年报|/b.html".split(";")``), decode one, or keep names and
addresses in two lists.
"""

import json
import re
from collections.abc import Iterator
from typing import Any

from tree_sitter import Node

from spiders.code import Code, code_of
from spiders.literals import literals
from spiders.lookups import Unknown
from spiders.places import decoded
from spiders.records import ADDRESS
from spiders.strings import unescaped
from spiders.syntax import FUNCTIONS, arguments_of, first_of

_CALLED_AT_ONCE = re.compile(r"\(\s*function\s*\(\s*[\w$]|\(\s*\(\s*[\w$][\w$,\s]*\)\s*=>")
_FLIGHT = re.compile(r"__next_f\.push\(\s*\[\s*1\s*,\s*(\"(?:[^\"\\]|\\.)*+\")\s*\]\s*\)")
_LINE = re.compile(r"^[0-9a-f]*:[A-Z]{0,3}(?=[\[{\"])")
_SPLITTING = re.compile(r"\.split\(\s*([\"'])((?:\\.|[^\\\"']){1,4})\1")
_QUOTED = re.compile(r"\"([^\"\\\r\n]*+(?:\\.[^\"\\\r\n]*+)*+)|'([^'\\\r\n]*+(?:\\.[^'\\\r\n]*+)*+)")
"""Strings, also where nothing closes them: then the search goes on behind them, not within."""
_SHORTEST_PACK = 40
_PUT = re.compile(r"\b([\w$]{1,40})\[(\d{1,3})\]\s*=\s*([\"'])([^\"'\r\n]{1,400})\3")
_CODED = re.compile(r"\b(atob|decode|decodeURIComponent|unescape)\(\s*[\"']([A-Za-z0-9+/=%_.!~*()-]{40,})[\"']\s*\)")
_LISTS = re.compile(r"=\s*\[\s*[\"']")
_FEWEST_ROWS = 2
_CHINESE = re.compile(r"[\u3400-\u9fff]")
_FEWEST_ARGUMENTS = 3
_MOST_PLACES = 100_000
_MOST_NODES = 60_000
_DEEPEST = 12


def payloads_in(script: str) -> Iterator[Any]:
    """What one script element holds, as plain dicts and lists."""
    if "__next_f" in script:
        yield from _flight(script)
    elif script.lstrip().startswith("[{") and (table := _json(script)) is not None:
        yield from _pointed(table)
    else:
        for quoted in _CODED.finditer(script):
            coded = quoted.group(2)
            text = decoded(coded) if quoted.group(1) in ("atob", "decode") else unescaped(coded)
            if isinstance(text, str) and text.lstrip().startswith(("{", "[")) and (value := _json(text)) is not None:
                yield value
        if _CHINESE.search(script) and (len(_LISTS.findall(script)) > 1 or _PUT.search(script)):
            yield from _side_by_side(script)
        if ".split(" in script and _CHINESE.search(script):
            yield from _packed(script)
        if _CALLED_AT_ONCE.search(script) and _CHINESE.search(script):
            yield from _handed_over(code_of(script))


def _handed_over(code: Code) -> Iterator[Any]:
    """What functions give back that are called where they stand, with values in place of their parameters."""
    for call in code.calls:
        function = call.child_by_field_name("function")
        while function is not None and function.type == "parenthesized_expression":
            function = first_of(function)
        arguments = arguments_of(call)
        if function is None or function.type not in FUNCTIONS or len(arguments) < _FEWEST_ARGUMENTS:
            continue
        env = {name: value for name, one in zip(code.parameters(function), arguments, strict=False)
               if not isinstance(value := code.value(one), Unknown)}
        given = next((n for n in _returns(function.child_by_field_name("body"))), None)
        if given is not None and not isinstance(value := code.value(given, "", env), Unknown):
            yield value


def _returns(body: Node | None) -> Iterator[Node]:
    for node in body.named_children if body is not None and body.type == "statement_block" else ():
        if node.type == "return_statement" and (value := first_of(node)) is not None:
            yield value
    if body is not None and body.type != "statement_block":
        yield body


def _pointed(table: Any) -> Iterator[Any]:
    """A table whose objects and lists hold places of the table (devalue, as Nuxt 3 and SvelteKit write it)."""
    first = table[0] if isinstance(table, list) and table else None
    held = list(first.values()) if isinstance(first, dict) else []
    if not held or len(table) > _MOST_PLACES or not all(type(n) is int and n < len(table) for n in held):
        return
    left = [_MOST_NODES]

    def at(place: Any, depth: int) -> Any:
        left[0] -= 1
        if type(place) is not int or not 0 <= place < len(table) or depth > _DEEPEST or left[0] < 0:
            return None
        value = table[place]
        if isinstance(value, dict):
            return {key: at(inner, depth + 1) for key, inner in value.items()}
        if isinstance(value, list):
            wrapped = value and isinstance(value[0], str)  # ["Reactive", 4]
            return at(value[1], depth + 1) if wrapped and len(value) > 1 else [at(one, depth + 1) for one in value]
        return value

    yield at(0, 0)


def _flight(script: str) -> Iterator[Any]:
    """Lines ``7:["$","ul",null,{…}]``, which may be cut anywhere between two pushes."""
    text = "".join(str(_json(quoted) or "") for quoted in _FLIGHT.findall(script))
    for line in text.split("\n"):
        if (start := _LINE.match(line)) and (value := _json(line[start.end():])) is not None:
            yield value


def _packed(script: str) -> Iterator[Any]:
    """Rows of a long string, by what the script splits strings at: between rows the one met less often."""
    marks = {mark.encode().decode("unicode_escape") if "\\" in mark else mark for _, mark in _SPLITTING.findall(script)}
    for double, single in _QUOTED.findall(script):
        text = double or single
        if len(text) < _SHORTEST_PACK:
            continue
        met = sorted((mark for mark in marks if mark in text), key=text.count)
        if len(met) > 1 and _CHINESE.search(text) and "/" in text:
            yield [row.split(met[1]) for row in text.split(met[0])]


def _side_by_side(script: str) -> Iterator[Any]:
    """Lists of one length, of which one holds names and another addresses: ``titles[3]``, ``links[3]``."""
    lists: dict[str, dict[int, str]] = {}
    for name, place, _, text in _PUT.findall(script):
        lists.setdefault(name, {})[int(place)] = text
    found = [[held[place] for place in sorted(held)] for held in lists.values()]
    found += [value for one in literals(script) if isinstance(value := one.value, list) and len(value) >= _FEWEST_ROWS
              and all(isinstance(text, str) for text in value)]
    for links in found:
        if len(links) >= _FEWEST_ROWS and all(ADDRESS.match(text) for text in links):
            beside = [other for other in found if other is not links and len(other) == len(links)]
            if any(_CHINESE.search(other[0]) for other in beside):
                yield [list(row) for row in zip(links, *beside, strict=True)]


def _json(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None
