"""How the season of one report year went: who published by which day, who was late, who is missing."""

from collections import Counter
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, func, select, true, tuple_

from gongkai.site import region_prefix
from storage.catalog.counts import UNDATED
from storage.catalog.engine import Catalog
from storage.catalog.queries import record
from storage.catalog.regions import region_range
from storage.catalog.schema import (
    agencies,
    agency_counts,
    coverage_counts,
    followed_agencies,
    reports,
    season_counts,
)
from storage.coverage import AgencyKey, ExpectedAgency, has_registry
from storage.deadlines import EARLY, LATE, deadline, due
from storage.records import ReportRecord

_PLACES_AT_ONCE = 50
DAYS = 366
"""Days after New Year the curve is followed; what comes later is counted with `later`."""
ReportKey = tuple[str, str, str]
"""Region, agency, report id."""


@dataclass(frozen=True)
class Deadline:
    """What is due on `day`: by how many agencies, and how many reports came in time, late, or on a day unknown."""

    day: date
    agencies: int
    on_time: int
    late: int
    undated: int

    @property
    def missing(self) -> int:
        return max(0, self.agencies - self.on_time - self.late - self.undated)


@dataclass(frozen=True)
class Season:
    """`published` are cumulative numbers by day, from 1 January after the report year on, a day after the other up to
    the last one on which something was published; `before` came earlier than that, `later` after `DAYS`."""

    report_year: int
    region: str
    agencies: int
    published: tuple[tuple[date, int], ...]
    before: int
    later: int
    undated: int
    deadlines: tuple[Deadline, ...]

    @property
    def there(self) -> int:
        return sum(one.on_time + one.late + one.undated for one in self.deadlines)


def season(catalog: Catalog, year: int, region: str | None) -> Season:
    return catalog.read(partial(_season, year, region_prefix(region or "")))


def late_reports(catalog: Catalog, year: int, region: str | None, limit: int, after: ReportKey | None,
                 ) -> list[tuple[ReportRecord, int]]:
    """Reports that came late, with the days, in order of region and agency."""
    order = (reports.c.region_code, reports.c.agency, reports.c.report_id)

    def ask(connection: Connection) -> list[Any]:
        asked = select(reports).where(reports.c.report_year == year, reports.c.coverage == "late",
                                      _in(reports.c.region_code, region)).order_by(*order).limit(limit)
        if has_registry(connection):
            asked = asked.where(reports.c.agency_id.in_(select(followed_agencies.c.agency_id)))
        if after is not None:
            asked = asked.where(tuple_(*order) > tuple_(*after))
        return list(connection.execute(asked))

    return [(record(row), row.days_late) for row in catalog.read(ask)]


def missing_agencies(catalog: Catalog, year: int, region: str | None, limit: int, after: AgencyKey | None,
                     ) -> list[ExpectedAgency]:
    """Agencies that are expected and have no report of the year, in order of region and name. Places whose counts lack
    nobody are passed over: asking agency by agency through a country that is nearly whole took half a second."""
    return catalog.read(partial(_missing, year, region_prefix(region or ""), limit, after))


def _missing(year: int, prefix: str, limit: int, after: AgencyKey | None, connection: Connection,
             ) -> list[ExpectedAgency]:
    whose, table = ("followed", followed_agencies) if has_registry(connection) else ("all", agencies)
    start, found = after[0] if after is not None else "", list[ExpectedAgency]()
    for province in _lacking(connection, whose, year, 2, prefix[:2]):
        if province < start[:2]:
            continue
        counties = [place for place in _lacking(connection, whose, year, 6, prefix if len(prefix) > 2 else province)
                    if place >= start and place[:2] == province]
        for at in range(0, len(counties), _PLACES_AT_ONCE):
            found += _missing_in(connection, table, year, counties[at:at + _PLACES_AT_ONCE], limit - len(found), after)
            if len(found) >= limit:
                return found
    return found


def _missing_in(connection: Connection, table: Any, year: int, places: list[str], limit: int,
                after: AgencyKey | None) -> list[ExpectedAgency]:
    order = (table.c.region_code, table.c.agency, table.c.agency_id)
    there = select(reports.c.report_id).where(
        reports.c.agency_id == table.c.agency_id, reports.c.report_year == year).exists()
    asked = select(*order).where(table.c.region_code.in_(places), ~there).order_by(*order).limit(limit)
    if after is not None:
        asked = asked.where(tuple_(*order) > tuple_(*after))
    return [ExpectedAgency(row.agency_id, row.agency, row.region_code) for row in connection.execute(asked)]


def _lacking(connection: Connection, whose: str, year: int, level: int, prefix: str) -> list[str]:
    """Places with more agencies than reports of the year, in order."""
    def of(table: Any) -> ColumnElement[bool]:
        return and_(table.c.whose == whose, table.c.level == level,
                    region_range(table.c.place, prefix) if prefix else true())

    expected: Counter[str] = Counter()
    for place, number in connection.execute(select(agency_counts.c.place, agency_counts.c.agencies).where(
            of(agency_counts))):
        expected[place] += number
    for place, number in connection.execute(select(coverage_counts.c.place, coverage_counts.c.reports).where(
            of(coverage_counts), coverage_counts.c.report_year == year)):
        expected[place] -= number
    return sorted(place for place, left in expected.items() if left > 0)


def _season(year: int, prefix: str, connection: Connection) -> Season:
    whose = "followed" if has_registry(connection) else "all"
    counted = _by_day(connection, whose, year, prefix)
    expected = _expected(connection, whose, year, prefix)
    by_day: Counter[date] = Counter()
    sums = {until: Counter[str]() for until in (EARLY, LATE)}
    for (until, days), number in counted.items():
        sums[until]["undated" if days == UNDATED else "late" if days > 0 else "on_time"] += number
        if days != UNDATED:
            by_day[date.fromisoformat(f"{year + 1:04d}-{until}") + timedelta(days=days)] += number
    deadlines = tuple(Deadline(date.fromisoformat(f"{year + 1:04d}-{until}"), expected[until], sums[until]["on_time"],
                               sums[until]["late"], sums[until]["undated"])
                      for until in (EARLY, LATE) if expected[until] or sums[until])
    start = date(year + 1, 1, 1)
    end = start + timedelta(days=DAYS)
    before = sum(number for day, number in by_day.items() if day < start)
    return Season(year, prefix, sum(expected.values()), _cumulative(by_day, start, end, before), before,
                  sum(number for day, number in by_day.items() if day >= end),
                  sum(one["undated"] for one in sums.values()), deadlines)


def _cumulative(by_day: Counter[date], start: date, end: date, before: int) -> tuple[tuple[date, int], ...]:
    last = max((day for day in by_day if start <= day < end), default=start)
    found, total, day = [], before, start
    while day <= last:
        total += by_day[day]
        found.append((day, total))
        day += timedelta(days=1)
    return tuple(found)


def _by_day(connection: Connection, whose: str, year: int, prefix: str) -> dict[tuple[str, int], int]:
    if len(prefix) <= 2:
        counted = season_counts.c
        asked = select(counted.deadline, counted.days_late, func.sum(counted.reports)).where(
            counted.whose == whose, counted.report_year == year,
            counted.place == prefix if prefix else true()).group_by(counted.deadline, counted.days_late)
        return {(row[0], row[1]): int(row[2]) for row in connection.execute(asked) if row[2]}
    found: Counter[tuple[str, int]] = Counter()
    kind = (reports.c.agency_type, reports.c.scope, reports.c.days_late)
    narrow = select(*kind, func.count()).where(
        reports.c.report_year == year, region_range(reports.c.region_code, prefix)).group_by(*kind)
    if whose == "followed":
        narrow = narrow.where(reports.c.agency_id.in_(select(followed_agencies.c.agency_id)))
    for agency_type, scope, days, number in connection.execute(narrow):
        found[deadline(year, agency_type, scope), UNDATED if days is None else days] += number
    return found


def _expected(connection: Connection, whose: str, year: int, prefix: str) -> Counter[str]:
    level = max(2, len(prefix))
    kinds = connection.execute(select(agency_counts.c.agency_type, func.sum(agency_counts.c.agencies)).where(
        agency_counts.c.whose == whose, agency_counts.c.level == level,
        agency_counts.c.place == prefix if prefix else true()).group_by(agency_counts.c.agency_type))
    found: Counter[str] = Counter()
    for kind, number in kinds:
        found[due(year, kind).isoformat()[5:]] += int(number)
    return found


def _in(column: Any, region: str | None) -> ColumnElement[bool]:
    return region_range(column, region) if region is not None else and_(true())
