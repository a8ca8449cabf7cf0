"""When two printings name the same row, column or section: labels compared after everything printers vary is gone."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from functools import lru_cache

from gongkai.chinese import fold

_ENUMERATOR = re.compile(r"^(?:[一二三四五六七八九十]{1,3}[、.,:]|\([一二三四五六七八九十]{1,3}\)[、.,]?"
                         r"|\(?\d{1,2}(?:[.、,]|\)))")
_BRACKET = re.compile(r"\([^()]{0,200}\)?")
_PUNCTUATION = re.compile(r"[、，,。.．:：;；/／\\\-—_·*#|()（）\[\]【】<>《》?!]+")
_LONGEST = 240
_FUZZY_FROM = 8  # shorter labels differ from their neighbours by one character (行政许可, 行政处罚)


@lru_cache(maxsize=65536)
def label_key(text: str) -> str:
    """What is left of a label without enumerator, bracketed instructions and punctuation; empty for running text."""
    folded = fold(text[: _LONGEST + 1].replace("*", ""))
    if len(folded) > _LONGEST:
        return ""
    bare = _ENUMERATOR.sub("", folded, count=1)
    without = _PUNCTUATION.sub("", _BRACKET.sub("", bare))
    return without or _PUNCTUATION.sub("", bare)


@dataclass(frozen=True, eq=False)
class Label:
    """A printed name of the form, one object for each. `contains` tells it even when the rest is cut or padded with
    instructions."""

    key: str
    names: tuple[str, ...]
    contains: str = ""
    keys: tuple[str, ...] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "keys", tuple(dict.fromkeys(label_key(name) for name in self.names)))

    def likeness(self, key: str) -> float:
        return max(_alike(key, own) for own in self.keys)


def find_label(text: str, labels: Iterable[Label]) -> Label | None:
    """The label a text prints: the same words, else the telling part, else one slip in a label of 8+ characters."""
    key = label_key(text)
    if key.isascii():  # figures, and nothing at all
        return None
    return _found(key, tuple(labels))


@lru_cache(maxsize=65536)
def _alike(one: str, other: str) -> float:
    return SequenceMatcher(None, one, other, autojunk=False).ratio()


@lru_cache(maxsize=65536)
def _found(key: str, candidates: tuple[Label, ...]) -> Label | None:
    """Reports of one form print the same labels: a tenth of the time a report takes went here before it was kept."""
    for label in candidates:
        if key in label.keys:
            return label
    telling = [label for label in candidates
               if label.contains and label.contains in key and len(key) <= max(map(len, label.keys)) + 12]
    if telling:
        return max(telling, key=lambda label: len(label.contains))
    for label in candidates:
        if any(len(own) >= _FUZZY_FROM and within_one_edit(key, own) for own in label.keys):
            return label
    return None


def within_one_edit(left: str, right: str) -> bool:
    """One character written wrong, missing or added."""
    if abs(len(left) - len(right)) > 1:
        return False
    start = 0
    while start < min(len(left), len(right)) and left[start] == right[start]:
        start += 1
    a, b = left[start:], right[start:]
    return a[1:] == b[1:] or a[1:] == b or a == b[1:]
