"""How much there is, from counts that are kept: a front page is asked for more often than anything else."""

from dataclasses import dataclass

from sqlalchemy import Connection, func, select

from storage.catalog.engine import Catalog
from storage.catalog.schema import agency_counts, archive_totals, coverage_counts, crawls


@dataclass(frozen=True)
class Numbers:
    """`versions` counts the states of reports, copies and other formats left out; `last_crawl` is when the newest crawl
    began."""

    reports: int
    agencies: int
    versions: int
    first_year: int | None
    last_year: int | None
    last_crawl: str | None


def numbers(catalog: Catalog) -> Numbers:
    return catalog.read(_ask)


def _ask(connection: Connection) -> Numbers:
    counted = coverage_counts.c
    provinces = (counted.whose == "all") & (counted.level == 2)
    reports = connection.execute(select(func.sum(counted.reports)).where(provinces)).scalar()
    first, last = connection.execute(select(func.min(counted.report_year), func.max(counted.report_year)).where(
        provinces, counted.report_year > 0, counted.reports > 0)).one()
    known = connection.execute(select(func.sum(agency_counts.c.agencies)).where(
        agency_counts.c.whose == "all", agency_counts.c.level == 2)).scalar()
    return Numbers(
        int(reports or 0), int(known or 0),
        int(connection.execute(select(func.sum(archive_totals.c.number)).where(
            archive_totals.c.name == "states")).scalar() or 0), first, last,
        connection.execute(select(func.max(crawls.c.started_at))).scalar())
