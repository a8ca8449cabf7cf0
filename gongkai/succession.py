"""Renamed agencies: may a body have carried an earlier name before a reform (机构改革)?"""

import re
from dataclasses import dataclass
from functools import cache, lru_cache

from gongkai.chinese import fold
from gongkai.vocabularies import vocabulary


@dataclass(frozen=True)
class _Lines:
    until: int
    organ: re.Pattern[str]
    unit: re.Pattern[str]
    words: dict[str, re.Pattern[str]]


@cache
def _lines() -> _Lines:
    data = vocabulary("gongkai", "vocabulary/successions.yaml")
    return _Lines(
        data["until"],
        re.compile(data["organ"]),
        re.compile(data["unit"]),
        {line: re.compile("|".join(map(re.escape, words))) for line, words in data["lines"].items()},
    )


@lru_cache(maxsize=4096)
def may_precede(earlier: str, current: str, year: int | None = None) -> bool:
    """Whether `earlier` may be what `current` was called in report year `year`.

    Both are full names with their place (清沅市水利局, 清沅市水务局). True only for two organs of one place in one line
    of duty, and not after the last reform; it says nothing of which report is whose where both bodies exist side by
    side, so callers ask only about reports found where the agency's own stand.
    """
    lines = _lines()
    old, new = fold(earlier), fold(current)
    if old == new or (year is not None and year > lines.until):
        return False
    if not (lines.organ.search(old) and lines.organ.search(new)) or lines.unit.search(old):
        return False
    if old.startswith(new) or new.startswith(old):
        return False
    place = _common_place(old, new)
    if place is None:
        return False
    old, new = old[len(place) :], new[len(place) :]
    return any(words.search(old) and words.search(new) for words in lines.words.values())


def _common_place(one: str, other: str) -> str | None:
    """The place both names begin with; None when their places differ. Empty when neither names one."""
    places = [
        m.group()
        if (m := re.match(r"(?:[\u3400-\u9fff]{2,9}?(?:省|自治区|自治州|地区|市|盟|县|区|旗))+(?=..)", name))
        else ""
        for name in (one, other)
    ]
    return places[0] if places[0] == places[1] else None
