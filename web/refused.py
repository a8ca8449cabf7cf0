"""Why something is refused, in the visitor's language: refusals.yaml."""

import re
from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any

from gongkai.vocabularies import vocabulary
from web.words import Language


def refused(message: str, language: Language) -> str:
    """A message of ours; as it is where it is not known in Chinese."""
    if language == "zh":
        for pattern, words in _patterns():
            if found := pattern.fullmatch(message):
                return words.format(*found.groups())
    return message


def wrong_values(errors: Iterable[Mapping[str, Any]], language: Language) -> str:
    """Of a request's parameters, each with its name."""
    return ("；" if language == "zh" else "; ").join(_wrong_value(error, language) for error in errors)


def _wrong_value(error: Mapping[str, Any], language: Language) -> str:
    name, words = ".".join(map(str, error["loc"][1:])), _read()["values"].get(error["type"])
    if language == "zh" and words is not None:
        return f"{name}：{words.format_map(error.get('ctx') or {}).replace(' or ', '、')}"
    return f"{name}: {error['msg']}"


@cache
def _patterns() -> list[tuple[re.Pattern[str], str]]:
    return [(re.compile(pattern, re.DOTALL), words) for pattern, words in _read()["messages"].items()]


@cache
def _read() -> dict[str, Any]:
    found: dict[str, Any] = vocabulary("web", "refusals.yaml")
    return found
