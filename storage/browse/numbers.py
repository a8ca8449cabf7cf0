"""How much there is, from counts that are kept: a front page is asked for more often than anything else."""

from dataclasses import dataclass

from sqlalchemy import Connection, func, select

from storage.catalog.engine import Catalog
from storage.catalog.schema import agencies, coverage_counts, crawls, versions


@dataclass(frozen=True)
class Numbers:
    """`last_crawl` is when the newest crawl began."""

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
    reports = connection.execute(select(func.sum(counted.reports))).scalar()
    first, last = connection.execute(select(func.min(counted.report_year), func.max(counted.report_year)).where(
        counted.report_year > 0, counted.reports > 0)).one()
    return Numbers(
        int(reports or 0), connection.execute(select(func.count()).select_from(agencies)).scalar_one(),
        connection.execute(select(func.count()).select_from(versions)).scalar_one(), first, last,
        connection.execute(select(func.max(crawls.c.started_at))).scalar())
