"""How many reports there are of each kind, for narrowing a listing down.

Small answers are counted when asked for. The whole country is not: three million entries take a second and more, so
their counts by kind are kept in memory and made anew beside the questions.
"""

import logging
import threading
import time
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from gongkai.errors import GongkaiError
from gongkai.site import region_prefix
from storage.search.asked import SearchQuery
from storage.search.index import SearchIndex

logger = logging.getLogger(__name__)

MOST = 5000
"""Hits of words that are counted, the newest; a common word stands in every report."""
_REST = 10
_AT_ONCE_S = 0.05
_MOST_ANSWERS = 500

Kind = tuple[str, int, str, str, str, bool, bool, int]
"""Region, year, level, type, form, failed, changed, number; empty and 0 where unknown."""


@dataclass(frozen=True)
class FacetCounts:
    """`region` counts what lies directly in the region asked for: provinces by two digits, prefectures by four,
    counties by six; the region itself and what is unknown under its own code or "". With `more` there are more hits
    than were counted."""

    total: int
    more: bool
    region: dict[str, int]
    year: dict[int, int]
    level: dict[str, int]
    type: dict[str, int]
    form: dict[str, int]
    failed: int
    changed: int


@dataclass
class Facets:
    """One for an open archive; shared by threads."""

    _lock: threading.Lock = field(default_factory=threading.Lock)
    _kinds: dict[str, list[Kind]] = field(default_factory=dict)
    """By province; the whole country under ""."""
    _answers: dict[SearchQuery, FacetCounts] = field(default_factory=dict)
    """Summed from `_kinds`, until these are made anew."""
    _made_at: float = 0.0
    _took_s: float = 0.0
    _making: bool = False

    def counts(self, index: SearchIndex, query: SearchQuery) -> FacetCounts:
        region = region_prefix(query.region or "")
        if query.text:
            kinds = _told(index.kinds(query, min(len(region) + 2, 6), MOST + 1))
            return _summed(kinds, more=sum(kind[-1] for kind in kinds) > MOST)
        if query.agency is not None or len(region) > 2:
            return _summed(_told(index.kinds(query, min(len(region) + 2, 6))))
        kept, answers = self._fresh(index)
        if query not in answers:
            found = _summed([kind for kind in kept.get(region, []) if _fits(kind, query)])
            if len(answers) < _MOST_ANSWERS:
                answers[query] = found
            return found
        return answers[query]

    def _fresh(self, index: SearchIndex) -> tuple[dict[str, list[Kind]], dict[SearchQuery, FacetCounts]]:
        """As of ten times as long ago as counting takes: of some milliseconds in a small archive, of half a minute in
        the largest."""
        with self._lock:
            age = time.monotonic() - self._made_at
            if not self._kinds or (age > _REST * self._took_s and self._took_s < _AT_ONCE_S):
                self._make(index)
            elif age > _REST * self._took_s and not self._making:
                self._making = True
                threading.Thread(target=self._make_beside, args=(index,), name="facets", daemon=True).start()
            return self._kinds, self._answers

    def _make_beside(self, index: SearchIndex) -> None:
        try:
            self._make(index)
        except GongkaiError as problem:
            logger.warning("the counts by kind stay as they were: %s", problem)
        finally:
            self._making = False

    def _make(self, index: SearchIndex) -> None:
        begun = time.monotonic()
        self._kinds, self._answers = _by_province(index), {}
        self._made_at = time.monotonic()
        self._took_s = self._made_at - begun


def _by_province(index: SearchIndex) -> dict[str, list[Kind]]:
    fine = _told(index.kinds(SearchQuery(""), 4))
    found: dict[str, list[Kind]] = {}
    country: Counter[tuple[Any, ...]] = Counter()
    for kind in fine:
        found.setdefault(kind[0][:2], []).append(kind)
        country[(kind[0][:2], *kind[1:-1])] += kind[-1]
    found[""] = [(*kind, number) for kind, number in country.items()]
    return found


def _told(rows: Iterable[Sequence[Any]]) -> list[Kind]:
    return [(region or "", year or 0, level or "", kind or "", form or "", bool(failed), bool(changed), number)
            for region, year, level, kind, form, failed, changed, number in rows]


def _fits(kind: Kind, query: SearchQuery) -> bool:
    _, year, level, agency_type, form, failed, changed, _ = kind
    return (query.year in (None, year) and query.level in (None, level) and query.agency_type in (None, agency_type)
            and query.form in (None, form) and query.failed in (None, failed) and query.changed in (None, changed))


def _summed(kinds: Iterable[Kind], *, more: bool = False) -> FacetCounts:
    total = failing = changing = 0
    named: tuple[Counter[Any], ...] = (Counter(), Counter(), Counter(), Counter(), Counter())
    for *keys, failed, changed, number in kinds:
        total += number
        for counter, key in zip(named, keys, strict=True):
            counter[key] += number
        failing += number if failed else 0
        changing += number if changed else 0
    region, of_year, level, agency_type, form = map(dict, named)
    return FacetCounts(total, more, region, of_year, level, agency_type, form, failing, changing)
