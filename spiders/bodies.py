"""Texts that a page shows only when its scripts have asked for them (``/api/article?id=7``), or in a frame."""

import re
from collections.abc import Iterator
from typing import Any

from spiders.page import Page

_FEW_CHARS = 300
_ENOUGH_CHARS = 200
_DEEPEST = 12
_CHINESE = re.compile(r"[\u3400-\u9fff]")


def lacks_text(page: Page) -> bool:
    """Whether a page named as a report shows nothing that could be one, though its scripts may."""
    return (page.kind == "page" and page.data is None and page.loose_chars < _FEW_CHARS and page.held_chars < 500
            and not page.files and not page.images and bool(page.scripts.strip() or page.loads or page.frames))


def holds_text(page: Page) -> bool:
    """Whether an answer holds a text: in one of its strings, or as a piece of markup."""
    if page.data is not None:
        return any(len(_CHINESE.findall(text)) >= _ENOUGH_CHARS for text in _strings(page.data, 0))
    return page.kind in ("page", "report") and page.loose_chars >= _ENOUGH_CHARS


def _strings(value: Any, depth: int) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif depth < _DEEPEST:
        inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
        for one in inner:
            yield from _strings(one, depth + 1)
