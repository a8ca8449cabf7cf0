"""A JSON answer of a site's own interface: the body in one of its strings, title and date beside it."""

import json
from collections.abc import Iterator
from typing import Any

from crawler.normalise.vocabulary import ordered

_MIN_CHARS = 200
_MAX_DEPTH = 40


def beside_body(text: str) -> tuple[str, dict[str, str]]:
    """The longest string of the answer (its body) and the short strings that stand beside it, by lower-case name.
    Empty where the text is no JSON."""
    try:
        answer = json.loads(text)
    except (ValueError, RecursionError):
        return "", {}
    best: tuple[str, dict[str, Any]] = ("", {})
    for record in _records(answer, 0):
        longest = max((value for value in record.values() if isinstance(value, str)), key=len, default="")
        if len(longest) > max(len(best[0]), _MIN_CHARS - 1):
            best = longest, record
    body, record = best
    return body, {key.lower(): value for key, value in record.items() if isinstance(value, str) and len(value) <= 300}


def titled(fields: dict[str, str]) -> tuple[str, dict[str, str]]:
    """Title and metadata under the names pages use, from the names interfaces use."""
    title = next((fields[name] for name in ordered("answer_titles") if fields.get(name)), "")
    date = next((fields[name] for name in ordered("answer_dates") if fields.get(name)), "")
    return title, {"pubdate": date} if date else {}


def _records(value: Any, depth: int) -> Iterator[dict[str, Any]]:
    if depth > _MAX_DEPTH:
        return
    if isinstance(value, dict):
        yield value
    for inner in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        if isinstance(inner, dict | list):
            yield from _records(inner, depth + 1)
