"""A body that stands in a string of a script or of JSON: found, unescaped, given back as markup."""

import base64
import html
import re
from urllib.parse import unquote

_MIN_CHARS = 200
_LITERAL = re.compile(
    r'"([^"\\\r\n]*+(?:\\.[^"\\\r\n]*+)*+)"'
    r'|\'([^\'\\\r\n]*+(?:\\.[^\'\\\r\n]*+)*+)\''
    r'|`([^`\\]*+(?:\\.[^`\\]*+)*+)`', re.S
)
_MARKUP = re.compile(r"<(?:p|table|div|br|span|td|h[1-6])\b|&lt;(?:p|table|div|br)\b", re.I)
_ESCAPE = re.compile(r"\\(u\{[0-9a-fA-F]{1,6}\}|u[0-9a-fA-F]{4}|x[0-9a-fA-F]{2}|\r\n|.)", re.S)
_PERCENT = re.compile(r"%3C(?:p|table|div|br|span|td|h[1-6])\b", re.I)
_PERCENT_U = re.compile(r"%u([0-9a-fA-F]{4})")
_BASE64 = re.compile(r"[A-Za-z0-9+/\-_\s]++={0,2}+\s*+")
_URL_SAFE = str.maketrans("-_", "+/")
_MAX_NESTED = 3
_CONTROL = {"n": "\n", "t": "\t", "r": "\r", "b": "", "f": "", "v": "", "0": "", "\n": "", "\r\n": ""}


def markup_in(script: str) -> str | None:
    """Markup from the long string literals of a script, or None. One that dwarfs the others is the body; a body glued
    from pieces is joined in order."""
    found = []
    for match in _LITERAL.finditer(script):
        literal = match.group(1) or match.group(2) or match.group(3) or ""
        if len(literal) >= _MIN_CHARS and (text := _as_markup(literal)):
            found.append(text)
    if not found:
        return None
    longest = max(found, key=len)
    return longest if len(longest) >= 0.6 * sum(map(len, found)) else "\n".join(found)


def _as_markup(literal: str, depth: int = 0) -> str | None:
    text = unescape(literal)
    if _BASE64.fullmatch(text):
        text = _plain(text)
    if _PERCENT.search(text):  # what escape() and encodeURIComponent() make of markup
        text = _percent_decoded(text)
    if depth < _MAX_NESTED and text.lstrip().startswith(("{", "[")) and (inner := _nested(text, depth)):
        return inner
    if not _MARKUP.search(text):
        return None
    return html.unescape(text) if "&lt;" in text and not re.search(r"<(?:p|table|div|br)\b", text, re.I) else text


def _plain(text: str) -> str:
    """What base64 stands for, where that is text: pages hand it to ``atob`` or ``Base64.decode``."""
    squeezed = "".join(text.split()).translate(_URL_SAFE)
    try:
        return base64.b64decode(squeezed + "=" * (-len(squeezed) % 4), validate=True).decode("utf-8")
    except ValueError:  # a picture, or no base64 at all
        return text


def _nested(text: str, depth: int) -> str | None:
    """The longest markup in JSON that is itself a string of JSON."""
    found = [markup for match in _LITERAL.finditer(text) if len(match.group(1) or "") >= _MIN_CHARS
             and (markup := _as_markup(match.group(1), depth + 1))]
    return max(found, key=len, default=None)


def _percent_decoded(text: str) -> str:
    wide = _PERCENT_U.sub(lambda match: chr(int(match.group(1), 16)), text)
    return unquote(wide, errors="replace").encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def unescape(literal: str) -> str:
    """The value of a JavaScript or JSON string literal."""
    if "\\" not in literal:
        return literal
    value = _ESCAPE.sub(_character, literal)
    return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")  # pairs written as two \u escapes


def _character(match: re.Match[str]) -> str:
    code = match.group(1)
    if len(code) > 1 and code[0] in "ux":
        number = int(code.strip("ux{}"), 16)
        return chr(number) if number < 0x110000 else "\ufffd"
    return _CONTROL.get(code, code)
