"""The words in ``page.yaml``, compiled once."""

import re
from functools import cache
from typing import Any

from gongkai.vocabularies import vocabulary


@cache
def _page() -> dict[str, Any]:
    return dict(vocabulary("crawler.normalise", "page.yaml"))


@cache
def words(key: str) -> frozenset[str]:
    """The set under a top-level key, or under ``index.strong``-like dotted keys."""
    node: Any = _page()
    for part in key.split("."):
        node = node[part]
    return frozenset(node)


@cache
def pattern(key: str) -> re.Pattern[str]:
    """A regular expression, or a list of them as alternatives."""
    source = _page()[key]
    return re.compile("|".join(f"(?:{s})" for s in source) if isinstance(source, list) else source, re.I)


@cache
def ordered(key: str) -> tuple[str, ...]:
    return tuple(_page()[key])
