"""Coverage by place and year, from the country down to the county, and there agency by agency."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any

from sqlalchemy import ColumnElement, Connection, Table, and_, func, select, true

from gongkai.errors import ConfigurationError
from gongkai.site import region_prefix
from storage.browse.names import Names
from storage.catalog.engine import Catalog
from storage.catalog.queries import AGENCY_ID
from storage.catalog.regions import region_range
from storage.catalog.schema import agency_counts, coverage_counts
from storage.coverage import (
    AgencyKey,
    CoverageCell,
    CoverageQuery,
    ExpectedAgency,
    cells_of,
    expected_agencies,
    has_registry,
)


@dataclass(frozen=True)
class PlaceYear:
    """Of the agencies expected there how many reported for a year: on time, late, on time and changed since."""

    report_year: int
    expected: int
    present: int
    late: int
    changed: int

    @property
    def there(self) -> int:
        return self.present + self.late + self.changed

    @property
    def missing(self) -> int:
        return max(0, self.expected - self.there)

    @property
    def share(self) -> float | None:
        """None where nobody is expected; whoever reported without being expected counts no more than once."""
        return min(1.0, self.there / self.expected) if self.expected else None


@dataclass(frozen=True)
class PlaceCoverage:
    """`place` are the first digits of a division code, two to six; empty for the country, or where it is unknown."""

    place: str
    agencies: int
    years: tuple[PlaceYear, ...]


@dataclass(frozen=True)
class CoverageMap:
    """A region as a whole and what lies directly in it."""

    whole: PlaceCoverage
    parts: tuple[PlaceCoverage, ...]


@dataclass(frozen=True)
class AgencyYears:
    agency_id: str
    agency: str
    region_code: str
    cells: tuple[CoverageCell, ...]

    @property
    def key(self) -> AgencyKey:
        return self.region_code, self.agency, self.agency_id


def coverage_map(catalog: Catalog, region: str | None, years: range) -> CoverageMap:
    prefix = region_prefix(region or "")
    if len(prefix) % 2 or len(prefix) > 6:
        raise ConfigurationError(f"region: {region} is no division code; give 2, 4 or 6 digits, for example 350200")
    return catalog.read(partial(_map, prefix, years))


def agency_years(catalog: Catalog, query: CoverageQuery, today: date, limit: int, after: AgencyKey | None,
                 names: Names) -> list[AgencyYears]:
    """Agencies in order of region and name, on from the one behind `after`."""
    named: list[AgencyKey] | None = None
    if query.agency is not None and not AGENCY_ID.fullmatch(query.agency):
        whose = "followed" if catalog.read(has_registry) else "all"
        named = names.find(catalog, whose, query.agency, query.region, limit, after)

    def ask(connection: Connection) -> list[AgencyYears]:
        page = ([ExpectedAgency(agency_id, name, region) for region, name, agency_id in named] if named is not None
                else list(expected_agencies(connection, query, after, limit)))
        cells = cells_of(page, query.years(today), connection)
        return [_with_years(agency, cells[agency.agency_id]) for agency in page]

    return catalog.read(ask)


def _with_years(agency: ExpectedAgency, cells: list[CoverageCell]) -> AgencyYears:
    return AgencyYears(agency.agency_id, agency.agency, agency.region_code, tuple(cells))


def _map(prefix: str, years: range, connection: Connection) -> CoverageMap:
    whose = "followed" if has_registry(connection) else "all"
    inside = min(6, len(prefix) + 2)
    agencies, states = _counted(connection, whose, prefix, inside, years)
    parts = tuple(_place(place, agencies.get(place, 0), states.get(place, {}), years)
                  for place in sorted({*agencies, *states}, key=lambda place: (not place, place)))
    whole = PlaceCoverage(prefix, sum(part.agencies for part in parts), tuple(
        PlaceYear(year, sum(part.years[at].expected for part in parts), sum(part.years[at].present for part in parts),
                  sum(part.years[at].late for part in parts), sum(part.years[at].changed for part in parts))
        for at, year in enumerate(years)))
    return CoverageMap(whole, parts)


def _counted(connection: Connection, whose: str, prefix: str, level: int, years: range,
             ) -> tuple[dict[str, int], dict[str, dict[tuple[int, str], int]]]:
    def here(table: Table) -> ColumnElement[bool]:
        return and_(table.c.whose == whose, table.c.level == level,
                    region_range(table.c.place, prefix) if prefix else true())

    agencies: dict[str, int] = {row[0]: int(row[1]) for row in connection.execute(select(
        agency_counts.c.place, func.sum(agency_counts.c.agencies)).where(here(agency_counts)).group_by(
        agency_counts.c.place)) if row[1]}
    states: dict[str, dict[tuple[int, str], int]] = {}
    counted = coverage_counts.c
    for place, year, state, number in connection.execute(select(
            counted.place, counted.report_year, counted.coverage, counted.reports).where(
            here(coverage_counts), counted.report_year.between(years.start, years.stop - 1), counted.reports > 0)):
        states.setdefault(place, {})[year, state] = number
    return agencies, states


def _place(place: str, agencies: int, states: Mapping[tuple[int, str], int], years: range) -> PlaceCoverage:
    def of(year: int) -> dict[str, Any]:
        return {state: states.get((year, state), 0) for state in ("present", "late", "changed")}

    return PlaceCoverage(place, agencies, tuple(PlaceYear(year, agencies, **of(year)) for year in years))
