"""Where in a text the terms stand, cut out for reading. Made from the stored text: the index holds none."""

import html
import re
from collections.abc import Sequence
from dataclasses import dataclass

from gongkai.chinese import SearchPlaces, printable, search_form

_AROUND = 30
_MOST = 3
_SOON = 1200
"""Most words stand among the first characters of a text. A word or number of ASCII could be cut off there."""


@dataclass(frozen=True)
class Snippet:
    """Pieces of text in order, those found marked."""

    pieces: tuple[tuple[str, bool], ...]

    def as_html(self) -> str:
        """Escaped: the only markup is ours."""
        return "".join(f"<mark>{html.escape(text)}</mark>" if found else html.escape(text)
                       for text, found in self.pieces)

    def as_text(self) -> str:
        return "".join(f"【{text}】" if found else text for text, found in self.pieces)


def snippets(text: str, terms: Sequence[str], most: int = _MOST) -> tuple[Snippet, ...]:
    """The first place of each term, and what stands around it; places that lie close together share one."""
    spans = _spans(text[:_SOON], terms)
    if len(text) > _SOON and (len(spans) < len(terms) or any(one[0].isascii() or one[-1].isascii() for one in terms)):
        spans = _spans(text, terms)
    found: list[list[tuple[int, int]]] = []
    for begin, end in spans:
        if found and begin - found[-1][-1][1] < _AROUND:
            found[-1].append((begin, max(end, begin)))
        else:
            found.append([(begin, end)])
    return tuple(_cut(text, marks) for marks in found[:most])


def _spans(text: str, terms: Sequence[str]) -> list[tuple[int, int]]:
    """The first places of those terms that stand in it, in order."""
    found = SearchPlaces(text)
    spans = sorted(span for term in terms
                   if (span := _first(found.form, search_form(term).replace(" ", ""))) is not None)
    return [(found.place(begin), found.place(end - 1) + 1) for begin, end in spans]


def _first(form: str, term: str) -> tuple[int, int] | None:
    """A word or number of ASCII only where it stands by itself."""
    begins = r"(?<![a-z0-9])" if term[0].isascii() and term[0].isalnum() else ""
    ends = r"(?![a-z0-9])" if term[-1].isascii() and term[-1].isalnum() else ""
    match = re.search(begins + re.escape(term) + ends, form) or re.search(re.escape(term), form)
    return match.span() if match else None


def _cut(text: str, marks: Sequence[tuple[int, int]]) -> Snippet:
    begin, end = max(0, marks[0][0] - _AROUND), min(len(text), marks[-1][1] + _AROUND)
    pieces: list[tuple[str, bool]] = [("…", False)] if begin else []
    place = begin
    for first, stop in marks:
        if stop <= place:
            continue
        start = max(first, place)
        pieces += [(text[place:start], False), (text[start:stop], True)]
        place = stop
    pieces += [(text[place:end], False), ("…", False)] if end < len(text) else [(text[place:end], False)]
    plain = tuple((printable(re.sub(r"\s+", " ", piece)), mark) for piece, mark in pieces if piece)
    return Snippet(plain)
