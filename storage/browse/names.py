"""Agencies by a part of their name. No index of a database answers that: in a catalog of a hundred thousand agencies
each question read every name, for 30 ms and more. There the names stand in memory, as one text to look through."""

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import accumulate, islice
from typing import Any

from sqlalchemy import Connection, func, select

from gongkai.chinese import fold
from gongkai.site import region_prefix
from storage.browse.kept import Kept
from storage.catalog.engine import Catalog
from storage.catalog.schema import agencies, agency_counts, followed_agencies

AgencyKey = tuple[str, str, str]
"""Region, name, id: the order of agencies."""
FEW = 20_000
"""So many are read through in a few milliseconds, and then as they are this moment."""
_BETWEEN = "|"
_TABLES: dict[str, Any] = {"all": agencies, "followed": followed_agencies}


@dataclass(frozen=True)
class NameList:
    """Agencies in order; `folded` are their names with `_BETWEEN` between them, `starts` where each begins."""

    keys: Sequence[AgencyKey]
    folded: str
    starts: "array[int]"

    @classmethod
    def of(cls, keys: Sequence[AgencyKey]) -> "NameList":
        names = [name.replace(_BETWEEN, " ").replace("｜", " ") for _, name, _ in keys]
        folded = fold(_BETWEEN.join(names)).split(_BETWEEN)
        if len(folded) != len(keys):
            folded = [fold(name) for name in names]
        starts = array("I", accumulate((len(name) + 1 for name in folded[:-1]), initial=0))
        return cls(keys, _BETWEEN.join(folded), starts)

    def holding(self, part: str, region: str | None, after: AgencyKey | None) -> Iterator[AgencyKey]:
        """Those whose names hold `part`, in order, on from the one behind `after`."""
        prefix = region_prefix(region or "")
        first = bisect_left(self.keys, (prefix, "", ""))
        last = bisect_left(self.keys, (prefix + "\x7f", "", "")) if prefix else len(self.keys)
        if after is not None:
            first = max(first, bisect_right(self.keys, after))
        wanted = fold(part).replace(_BETWEEN, " ")
        at = self.starts[first] if first < last else len(self.folded)
        end = self.starts[last] if last < len(self.keys) else len(self.folded)
        while wanted and (at := self.folded.find(wanted, at, end)) >= 0:
            found = bisect_right(self.starts, at) - 1
            yield self.keys[found]
            at = self.starts[found + 1] if found + 1 < len(self.keys) else end


@dataclass
class Names:
    """One for an open archive."""

    _lists: dict[str, Kept[NameList]] = field(
        default_factory=lambda: {whose: Kept(f"names of agencies ({whose})") for whose in _TABLES})

    def find(self, catalog: Catalog, whose: str, part: str, region: str | None, limit: int,
             after: AgencyKey | None) -> list[AgencyKey] | None:
        """None where there are few, and before they were read the first time: the catalog is to be asked itself."""
        if catalog.read(partial(_number, whose)) < FEW:
            return None
        names = self._lists[whose].ready(lambda: catalog.read(partial(_listed, whose)))
        return None if names is None else list(islice(names.holding(part, region, after), limit))


def _number(whose: str, connection: Connection) -> int:
    return int(connection.execute(select(func.sum(agency_counts.c.agencies)).where(
        agency_counts.c.whose == whose, agency_counts.c.level == 2)).scalar() or 0)


def _listed(whose: str, connection: Connection) -> NameList:
    table = _TABLES[whose].c
    order = (table.region_code, table.agency, table.agency_id)
    places: dict[str, str] = {}
    return NameList.of([(places.setdefault(region, region), name, agency_id)
                        for region, name, agency_id in connection.execute(select(*order).order_by(*order))])
