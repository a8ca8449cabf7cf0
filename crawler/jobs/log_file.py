"""The log of one site's crawl, for a person at two in the morning: the crawl's own lines, and what went wrong."""

import contextlib
import logging
import sqlite3
import time
from pathlib import Path

from crawler.jobs.log_lines import formatter
from gongkai.errors import GongkaiError

_SAID = (GongkaiError, sqlite3.Error)
"""Failures that `crawler.session` puts into one line; where in the code they came from helps nobody."""


def open_log(path: Path, level: str, style: str = "human") -> None:
    """Takes over the root logger. Below DEBUG, what Scrapy says of itself (versions, settings, classes, figures) and
    warnings for programmers stay out."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handler = logging.FileHandler(path, encoding="utf-8")
    handler.setFormatter(formatter(style))
    if level != "DEBUG":
        handler.addFilter(_tells_of_the_crawl)
    logging.raiseExceptions = False  # the archive's disk is full: that is said by whoever writes to the archive
    logging.basicConfig(handlers=[handler], level=level)


def sweep_logs(folder: Path, days: int) -> int:
    """Removes logs nobody has written to for so many days; returns how many. What they say of fetches stands in the
    archive's crawl logs."""
    before, gone = time.time() - days * 86_400, 0
    for path in folder.glob("*.log"):
        with contextlib.suppress(OSError):  # another runner was here, or the clock of the disk is odd
            if path.stat().st_mtime < before:
                path.unlink()
                gone += 1
    return gone


def _tells_of_the_crawl(record: logging.LogRecord) -> bool:
    if not record.name.startswith(("scrapy", "twisted", "py.warnings")):
        return True
    said = record.exc_info is not None and isinstance(record.exc_info[1], _SAID)
    return record.levelno >= logging.WARNING and record.name != "py.warnings" and not said
