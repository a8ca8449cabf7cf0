"""What worked on one agency of a prefecture is tried first on the next: in one prefecture one vendor builds alike.

Kept in one small file for all sites: under which path of which domain lists of reports were found. It is a hint and no
more: where the file cannot be read or written, the crawl goes on without.
"""

import logging
import re
import sqlite3
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path
from urllib.parse import urlsplit

logger = logging.getLogger(__name__)

_SCHEMA = (
    "CREATE TABLE IF NOT EXISTS lists "
    "(domain TEXT, path TEXT, host TEXT, years INTEGER, PRIMARY KEY (domain, path, host))"
)
_FEWEST_YEARS = 3
_MOST_GUESSES = 2


class Neighbours:
    def __init__(self, file: str | Path | None) -> None:
        self._path = Path(file) if file else None

    def guesses(self, site: str) -> list[tuple[str, int]]:
        """Addresses worth trying on a site, with the number of its neighbours that list their reports there. None for a
        site that is a part of another's host, and none for what has its own page ids in the path."""
        parts = urlsplit(site)
        if (
            self._path is None
            or not self._path.exists()
            or parts.path not in ("", "/")
            or (domain := _domain(site)) is None
        ):
            return []
        try:
            with closing(self._open()) as db:
                rows = db.execute(
                    "SELECT path, count(*) FROM lists WHERE domain = ? AND host != ? GROUP BY path "
                    "ORDER BY count(*) DESC, max(years) DESC, path LIMIT ?",
                    (domain, parts.netloc, _MOST_GUESSES),
                ).fetchall()
        except sqlite3.Error as problem:
            logger.warning("what was learnt of the neighbours (%s) cannot be read: %s", self._path, problem)
            return []
        return [(f"{parts.scheme}://{parts.netloc}{path}", count) for path, count in rows]

    def learn(self, site: str, lists: Iterable[tuple[str, int]]) -> None:
        """`lists`: address and number of years of each list of a site's own reports."""
        domain, host = _domain(site), urlsplit(site).netloc
        rows = [
            (domain, _path(url), host, years)
            for url, years in lists
            if years >= _FEWEST_YEARS
            and urlsplit(url).netloc == host
            and not re.search(r"\d{3,}|[0-9a-f]{16}", _path(url))
        ]
        if self._path is None or domain is None or not rows:
            return
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            with closing(self._open()) as db, db:
                db.executemany("INSERT OR REPLACE INTO lists VALUES (?, ?, ?, ?)", rows)
        except (sqlite3.Error, OSError) as problem:
            logger.warning("what was learnt for the neighbours cannot be kept in %s: %s", self._path, problem)

    def _open(self) -> sqlite3.Connection:
        assert self._path is not None
        db = sqlite3.connect(self._path, timeout=10)
        db.execute(_SCHEMA)
        return db


def _domain(site: str) -> str | None:
    """``xm.gov.cn`` for cgj.xm.gov.cn: the part that agencies of one government share."""
    labels = (urlsplit(site).hostname or "").split(".")
    return ".".join(labels[1:]) if len(labels) >= 4 else None


def _path(url: str) -> str:
    parts = urlsplit(url)
    return parts.path + (f"?{parts.query}" if parts.query else "")
