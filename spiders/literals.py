"""Object and array literals in a page's scripts: data handed to code, wherever it stands in the code.

chompjs reads one literal well, JavaScript's own spellings included, but not one inside a function's braces; so the
literals are found here, by their brackets, and read there.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import chompjs

_LONGEST = 1_500_000
_MOST = 400
_OPENS = re.compile(
    r"[{\[](?=\s*(?:[\"'][^\"'\r\n]{1,60}[\"']\s*:|[A-Za-z_$][\w$-]{0,60}\s*:|[{\[]|[\"'][^\"'\r\n]{0,200}[\"']\s*[,\]]))"
)
_TOKEN = re.compile(
    r'"[^"\\\r\n]*+(?:\\.[^"\\\r\n]*+)*+"'
    r"|'[^'\\\r\n]*+(?:\\.[^'\\\r\n]*+)*+'"
    r"|`[^`\\]*+(?:\\.[^`\\]*+)*+`"
    r"|//[^\r\n]*+|/\*.*?\*/|[{}\[\]]",
    re.S,
)
_PARSED_JSON = re.compile(r"""JSON\.parse\(\s*("(?:[^"\\]|\\.)*+"|'(?:[^'\\]|\\.)*+')\s*\)""")


@dataclass(frozen=True)
class Literal:
    """`before` are the up to 120 characters of code in front: the variable or the call that takes the value."""

    value: Any
    before: str


def literals(script: str) -> Iterator[Literal]:
    """The outermost literals of a script that can be read, in order; at most 400."""
    code, place, found = script[:_LONGEST], 0, 0
    for quoted in _PARSED_JSON.finditer(code):
        text = read_literal(f"[{quoted.group(1)}]")
        if text and (value := read_literal(str(text[0]))) is not None:
            yield Literal(value, code[max(0, quoted.start() - 120) : quoted.start()])
    while found < _MOST and (opening := _OPENS.search(code, place)):
        end = closing(code, opening.start())
        value = read_literal(code[opening.start() : end]) if end else None
        if value:
            found += 1
            yield Literal(value, code[max(0, opening.start() - 120) : opening.start()])
        place = end if value else opening.start() + 1


def read_literal(text: str) -> Any:
    """The value of one literal in JavaScript's or JSON's spelling; None when it is neither object nor array."""
    try:
        return chompjs.parse_js_object(text)
    except (ValueError, RecursionError):
        return None


def closing(code: str, start: int) -> int:
    """Just behind the bracket that closes the one at `start`; 0 when none does."""
    depth = 0
    for token in _TOKEN.finditer(code, start):
        if token.group() in "{[":
            depth += 1
        elif token.group() in "}]":
            depth -= 1
            if depth == 0:
                return token.end()
    return 0
