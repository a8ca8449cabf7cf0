"""What is asked of the search index, and its counts."""

from dataclasses import dataclass
from typing import Literal, NamedTuple

Order = Literal["newest", "relevance"]
NEWEST = 1500
"""Hits of words that are looked at one by one, the newest: weighed for relevance, counted by kind. A common word stands
in every report."""


@dataclass(frozen=True)
class SearchQuery:
    """Every term of `text` must occur, and every given condition hold. `agency` is an agency id or part of a name;
    `region` a code or its beginning; `failed` asks whether an identity of the form does not hold, `changed` whether
    the report was published in more than one state. An empty text asks for no words; `storage.browse` takes it."""

    text: str
    agency: str | None = None
    year: int | None = None
    region: str | None = None
    agency_type: str | None = None
    form: str | None = None
    failed: bool | None = None
    level: str | None = None
    changed: bool | None = None


@dataclass(frozen=True)
class Counts:
    """Reports found, by report year (0 where unknown) and by the province's two digits (empty where unknown)."""

    total: int
    by_year: dict[int, int]
    by_region: dict[str, int]


class Rank(NamedTuple):
    """Where a hit stands by relevance: by `weight`, and the newer entry first among equals. It was weighed among the
    hits between two entries, whose texts have `usual` tokens on average; from these and its own text its weight follows
    again, so that a listing goes on behind it whatever came in meanwhile."""

    oldest: int
    newest: int
    usual: int
    weight: int
    entry: int
