"""Which agencies of the archive may be one body under two ids, with what speaks for it."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import permutations
from typing import Literal

from gongkai.chinese import fold
from gongkai.succession import may_precede
from storage import AgencyRecord


@dataclass(frozen=True)
class Suggestion:
    """`one` may be the same body as `other`, under whose id it would be filed."""

    one: AgencyRecord
    other: AgencyRecord
    evidence: Literal["same name", "succession"]
    detail: str

    def as_json(self) -> dict[str, object]:
        return {"one": self.one.as_json(), "other": self.other.as_json(), "evidence": self.evidence,
                "detail": self.detail}


def suggestions(agencies: Iterable[AgencyRecord]) -> Iterator[Suggestion]:
    """Only for a person to judge. The same name where one region is unknown or holds the other; in one region a name
    that the agency may have carried before a reform, with reports for earlier years only."""
    known = list(agencies)
    for same in _alike(known, lambda a: fold(a.agency)):
        for one, other in permutations(same, 2):
            if _holds(one.region_code, other.region_code):
                yield Suggestion(one, other, "same name",
                                 f"region {one.region_code or 'unknown'} and {other.region_code or 'unknown'}")
    for near in _alike([a for a in known if a.region_code], lambda a: a.region_code or ""):
        for one, other in permutations(near, 2):
            if one.last_year is None or other.first_year is None or one.last_year >= other.first_year:
                continue
            if may_precede(one.agency, other.agency, one.last_year):
                yield Suggestion(one, other, "succession",
                                 f"reports up to {one.last_year}, then from {other.first_year}")


def _alike(agencies: Sequence[AgencyRecord], key: Callable[[AgencyRecord], str]) -> list[list[AgencyRecord]]:
    groups: dict[str, list[AgencyRecord]] = {}
    for agency in agencies:
        groups.setdefault(key(agency), []).append(agency)
    return [group for group in groups.values() if len(group) > 1]


def _holds(wide: str | None, narrow: str | None) -> bool:
    """Whether the region is unknown beside a known one, or a province or prefecture that holds the other."""
    if not wide or not narrow:
        return not wide and bool(narrow)
    return wide != narrow and narrow.startswith(wide.rstrip("0").ljust(2, "0"))
