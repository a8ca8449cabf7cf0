"""Pages of a listing: a cursor says after which entry the next one goes on, in a form nobody need understand."""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, Generic, TypeVar

from gongkai.errors import ConfigurationError

T = TypeVar("T")
Key = tuple[str | int | None, ...]
LONGEST = 600
"""Characters a cursor may have."""


@dataclass(frozen=True)
class Page(Generic[T]):
    """`after` is the cursor of the next page, None on the last one."""

    items: tuple[T, ...]
    after: str | None

    @classmethod
    def of(cls, found: Iterable[T], size: int, key: Callable[[T], Sequence[Any]]) -> "Page[T]":
        """`found` holds at least one entry more than `size`, if there is one."""
        items = tuple(islice(found, size + 1))
        shown = items[:size]
        return cls(shown, cursor(key(shown[-1])) if len(items) > size else None)


def cursor(key: Sequence[Any]) -> str:
    text = json.dumps(list(key), ensure_ascii=False, separators=(",", ":"))
    return urlsafe_b64encode(text.encode()).decode().rstrip("=")


def position(after: str | None, *kinds: type) -> Key | None:
    """What `cursor` was made of. Raises ConfigurationError unless it holds values of just these kinds."""
    if after is None:
        return None
    try:
        padded = after[:LONGEST] + "=" * (-len(after[:LONGEST]) % 4)
        key = json.loads(urlsafe_b64decode(padded.encode("ascii")))
    except (ValueError, RecursionError):
        key = None
    if not isinstance(key, list) or len(key) != len(kinds) or not all(map(_is, key, kinds)):
        raise ConfigurationError("after: not a cursor of this listing; take `next` from the page before, or leave it "
                                 "out for the first page")
    return tuple(key)


def _is(value: Any, kind: type) -> bool:
    if kind is int:
        return type(value) is int and abs(value) < 2**62
    return isinstance(value, kind) and "\x00" not in str(value)
