"""Orders taken along when the catalog is made again: no object tells of them."""

import logging

from sqlalchemy import select

from gongkai.errors import StorageError
from storage.catalog.dialect import insert_missing
from storage.catalog.engine import Catalog
from storage.catalog.schema import crawl_orders
from storage.failures import CatalogAwayError

logger = logging.getLogger(__name__)

_AT_ONCE = 500


def carry_orders(old: Catalog, new: Catalog) -> None:
    """As far as the old catalog can still be read. Nobody is crawling now, so what was running waits again."""
    try:
        with old.reading() as connection:
            rows = [dict(row._mapping) for row in connection.execute(select(crawl_orders))]
    except CatalogAwayError:
        raise
    except StorageError as problem:
        logger.warning("crawl orders are not taken along, because the old catalog cannot be read (%s)", problem)
        return
    for row in rows:
        if row["state"] == "running":
            row |= {"state": "waiting", "runner": None}
    with new.writing() as connection:
        for start in range(0, len(rows), _AT_ONCE):
            insert_missing(connection, crawl_orders, rows[start:start + _AT_ONCE])
