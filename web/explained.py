"""What crawls say of themselves, for people: their phrases in the visitor's language, from explained.yaml."""

import re
from functools import cache
from typing import Any

from gongkai.vocabularies import vocabulary
from web.words import Language


def explained(text: str, language: Language) -> str:
    """In Chinese phrase by phrase; one that is not known stays as it is."""
    if language != "zh" or not text:
        return text
    return "；".join(_phrase(part) for part in text.split("; "))


def incident(kind: str, language: Language) -> str:
    known: str = _data()["incidents"].get(kind, kind) if language == "zh" else kind
    return known


def _phrase(part: str) -> str:
    for pattern, words in _patterns():
        if found := pattern.fullmatch(part):
            return words.format(*_groups(found), kind=_data()["kinds"].get(found[1], "") if found.groups() else "")
    return part


def _groups(found: re.Match[str]) -> list[str]:
    """A part that need not be there brings its own words."""
    parts = _data()["parts"]
    return [parts[at].format(said) if said and at in parts else said or "" for at, said in enumerate(found.groups())]


@cache
def _patterns() -> list[tuple[re.Pattern[str], str]]:
    return [(re.compile(pattern), words) for pattern, words in _data()["phrases"].items()]


@cache
def _data() -> dict[str, Any]:
    found: dict[str, Any] = vocabulary("web", "explained.yaml")
    return found
