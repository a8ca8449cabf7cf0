"""How many reports there are of each kind, for narrowing a listing down.

Small answers are counted when asked for. The whole country is not: three million entries take a second and more, so
their counts by kind are kept in memory and made anew beside the questions.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from sqlalchemy import Connection

from gongkai.site import region_prefix
from storage.browse.kept import Kept
from storage.browse.of_place import kinds_of_country, kinds_of_place
from storage.catalog.engine import Catalog
from storage.search.asked import NEWEST, SearchQuery
from storage.search.index import SearchIndex

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


@dataclass(frozen=True)
class _Country:
    """`kinds` by province, the whole country under ""; `answers` are summed from them, until they are made anew."""

    kinds: dict[str, list[Kind]]
    answers: dict[SearchQuery, FacetCounts]


@dataclass
class Facets:
    """One for an open archive; shared by threads."""

    _country: Kept[_Country] = field(default_factory=lambda: Kept("counts of reports by kind"))

    def counts(self, catalog: Catalog, index: SearchIndex, query: SearchQuery) -> FacetCounts:
        region = region_prefix(query.region or "")
        if query.text:
            kinds = _told(index.kinds(query, min(len(region) + 2, 6), NEWEST + 1))
            return _summed(kinds, more=sum(kind[-1] for kind in kinds) > NEWEST)
        if query.agency is not None:
            return _summed(_told(index.kinds(query, min(len(region) + 2, 6))))
        if len(region) > 2:
            return _summed(_told(catalog.read(partial(kinds_of_place, query, min(len(region) + 2, 6)))))
        country = self._country.fresh(lambda: _Country(catalog.read(_by_province), {}))
        if query not in country.answers:
            found = _summed([kind for kind in country.kinds.get(region, []) if _fits(kind, query)])
            if len(country.answers) < _MOST_ANSWERS:
                country.answers[query] = found
            return found
        return country.answers[query]


def _by_province(connection: Connection) -> dict[str, list[Kind]]:
    fine = _told(kinds_of_country(4, connection))
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
