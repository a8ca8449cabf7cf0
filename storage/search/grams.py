"""Texts and queries cut alike: overlapping pairs of characters, whole words and numbers of ASCII.

Each character begins a pair, and the last one of a run stands alone, so that any two or more characters are found as a
phrase of pairs exactly where they stand, and one character by the pairs it begins.
"""

import re
import sys
from dataclasses import dataclass
from operator import add

from gongkai.chinese import search_form
from gongkai.errors import ConfigurationError

# What looks like one endless word, a picture in base64, is cut: PostgreSQL refuses a token of 2,047 bytes.
_RUN = re.compile(r"[a-z0-9]{1,200}|[^a-z0-9 ]+")
_TERM = re.compile(r'["“”「『]([^"“”「」『』]+)["“”」』]|([^\s"“”「」『』]+)')
# A row of dashes under a table's head, and what else of Markdown nobody looks for.
_MARKS = re.compile(r"^\|(?: --- \|)+$|^#+ |\\(?=\|)", re.MULTILINE)
MARK = "\uf8ff"
"""Begins what stands in the index and is no part of a text; see `marks`."""
# The tokenizers keep every character but ASCII's blanks, capitals and punctuation; those move out of their way.
ASIDE = {code: 0xE000 + code for code in range(128) if not re.match("[a-z0-9]", chr(code))} | {ord(MARK): 0xE0FF}
_MOVED = re.compile(f"[^a-z0-9 \x80-{chr(sys.maxunicode)}]|{MARK}")
_LONGEST_QUERY = 400


@dataclass(frozen=True)
class Phrase:
    """Tokens that stand side by side; of the last one the beginning is enough where `open_end`."""

    tokens: tuple[str, ...]
    open_end: bool


def text_tokens(text: str) -> list[str]:
    tokens: list[str] = []
    for run in _RUN.findall(_aside(search_form(_MARKS.sub("", text)))):
        if run.isascii():
            tokens.append(run)
        else:
            tokens.extend(map(add, run, run[1:]))
            tokens.append(run[-1])
    return tokens


def _aside(form: str) -> str:
    """As `ASIDE` says, but for blanks: a dozen kinds of character in a text, where `translate` looks each one up."""
    for character in set(_MOVED.findall(form)):
        form = form.replace(character, chr(ASIDE[ord(character)]))
    return form


def plain(text: str) -> str:
    """A stored text without the marks of its tables and headings, for showing."""
    return re.sub(r" *\| *", " ", _MARKS.sub("", text))


def terms(query: str) -> list[str]:
    """The terms as typed: words parted by blanks, and phrases in quotation marks. Raises ConfigurationError where
    there is nothing to look for."""
    found = [quoted or plain for quoted, plain in _TERM.findall(query[:_LONGEST_QUERY])]
    found = [term for term in found if search_form(term)]
    if not found:
        raise ConfigurationError(f"{query!r} holds nothing to look for; give words or a phrase in quotation marks")
    return found


def phrase(term: str) -> Phrase:
    runs = _RUN.findall(_aside(search_form(term)))
    tokens: list[str] = []
    for position, run in enumerate(runs):
        if run.isascii():
            tokens.append(run)
            continue
        tokens.extend(map(add, run, run[1:]))
        if position < len(runs) - 1 or len(run) == 1:
            tokens.append(run[-1])
    return Phrase(tuple(tokens), open_end=len(runs[-1]) == 1 and not runs[-1].isascii())


def inner_phrase(part: str) -> Phrase | None:
    """What must stand in a text wherever this part of it does: words and numbers of ASCII at its ends may be halves.
    None where nothing is left."""
    inside = re.sub(r"^[a-z0-9 ]+|[a-z0-9 ]+$", "", search_form(part))
    return phrase(inside) if inside else None
