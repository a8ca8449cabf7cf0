"""The registered sites with what their crawls came to, and the dates decided for them."""

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, bindparam, func, select, update

from gongkai.address import place_of
from gongkai.clock import stamp
from gongkai.site import AgencySite
from storage.catalog.dialect import insert_missing
from storage.catalog.schema import crawl_counts, site_runs, sites
from storage.timetable.history import blank
from storage.timetable.records import Due, SiteRun

_AT_ONCE = 500


def site_runs_listed(connection: Connection, due_by: datetime | None) -> list[SiteRun]:
    asked = _asked().order_by(site_runs.c.next_due, sites.c.site_id)
    if due_by is not None:
        asked = asked.where(site_runs.c.next_due <= stamp(due_by))
    return [_record(row) for row in connection.execute(asked)]


def site_run(connection: Connection, site: str) -> SiteRun | None:
    row = connection.execute(_asked().where(sites.c.site_id == site)).first()
    return _record(row) if row is not None else None


def decide(connection: Connection, decisions: list[Due]) -> None:
    for start in range(0, len(decisions), _AT_ONCE):
        some = {due.site_id: due for due in decisions[start:start + _AT_ONCE]}
        known = connection.execute(select(sites.c.site_id, sites.c.url).where(sites.c.site_id.in_(some))).all()
        insert_missing(connection, site_runs, [blank(row.site_id, row.url) for row in known])
        connection.execute(
            update(site_runs).where(site_runs.c.site_id == bindparam("named")).values(
                next_due=bindparam("at"), rest_until=bindparam("rest"), why=bindparam("words"),
                rhythm=bindparam("rhythm_name")),
            [{"named": due.site_id, "at": stamp(due.at) if due.at else None,
              "rest": stamp(due.rest_until) if due.rest_until else None, "words": due.why, "rhythm_name": due.rhythm}
             for due in some.values()])


def counts(connection: Connection, since: str) -> dict[tuple[str, str], int]:
    asked = select(crawl_counts.c.what, crawl_counts.c.label, func.sum(crawl_counts.c.number)).where(
        crawl_counts.c.day >= since).group_by(crawl_counts.c.what, crawl_counts.c.label)
    return {(what, label): int(number) for what, label, number in connection.execute(asked)}


_SITE = (sites.c.url, sites.c.agency, sites.c.region_code, sites.c.former_names, sites.c.schedule, sites.c.site_id,
         sites.c.added_at)
_RUN = tuple(site_runs.c[name] for name in (
    "host", "last_run_at", "last_outcome", "last_why", "last_requests", "last_reports", "last_ok_at", "yielded_at",
    "failures", "next_due", "rest_until", "why", "rhythm", "crawl_id"))


def _asked() -> Select[Any]:
    return select(*_SITE, *_RUN).select_from(sites.outerjoin(
        site_runs, site_runs.c.site_id == sites.c.site_id)).where(sites.c.retired.is_(False))


def _record(row: Row[Any]) -> SiteRun:
    """By place: asking the rows of a whole country for their columns by name takes longer than all the rest."""
    (url, agency, region_code, former_names, schedule, site_id, added_at, host, last_run_at, last_outcome, last_why,
     last_requests, last_reports, last_ok_at, yielded_at, failures, next_due, rest_until, why, rhythm,
     crawl_id) = tuple(row)
    return SiteRun(
        site_id=site_id, site=AgencySite(url, agency or None, region_code or None, tuple(former_names), schedule),
        host=host or place_of(url), added_at=added_at, last_run_at=last_run_at, last_outcome=last_outcome or "",
        last_why=last_why or "", last_requests=last_requests or 0, last_reports=last_reports or 0,
        last_ok_at=last_ok_at, yielded_at=yielded_at, failures=failures or 0, next_due=next_due,
        rest_until=rest_until, why=why or "", rhythm=rhythm or "", crawl_id=crawl_id or "")
