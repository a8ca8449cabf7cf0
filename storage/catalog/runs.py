"""A crawl that ended, entered in the history of its site and in the counts of its day."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, insert, select, update

from gongkai.clock import utc_now
from storage.catalog.dialect import put_row
from storage.catalog.schema import crawl_counts, site_runs
from storage.identity import site_id
from storage.timetable.history import after

Tally = Mapping[tuple[str, str], int]


def enter_run(connection: Connection, crawl: Mapping[str, Any], tally: Tally) -> None:
    """Once for each crawl."""
    name = site_id(crawl["site_url"])
    known = connection.execute(select(site_runs).where(site_runs.c.site_id == name)).first()
    put_row(connection, site_runs, after(dict(known._mapping) if known is not None else None, crawl, name,
                                         utc_now()))
    day = crawl["started_at"][:10]
    for (what, label), number in sorted(tally.items()):
        named = (crawl_counts.c.day == day) & (crawl_counts.c.what == what) & (crawl_counts.c.label == label)
        added = update(crawl_counts).where(named).values(number=crawl_counts.c.number + number)
        if connection.execute(added).rowcount == 0:
            connection.execute(insert(crawl_counts), {"day": day, "what": what, "label": label, "number": number})
