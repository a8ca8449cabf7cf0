"""Whose turns and rests a crawl goes by: those of the catalog's server, or of this machine's files."""

import logging
from pathlib import Path
from weakref import WeakKeyDictionary

from scrapy.crawler import Crawler
from scrapy.settings import BaseSettings

from crawler.fetching.rests import RestFiles, Rests, SharedRests
from crawler.fetching.turns import FileTurns, SharedTurns, Turns
from gongkai.settings import load_settings
from storage.shared import Shared, open_shared

logger = logging.getLogger(__name__)

_MARGIN_S = 10.0
_OPENED: WeakKeyDictionary[Crawler, Shared | None] = WeakKeyDictionary()


def turns_of(crawler: Crawler) -> Turns:
    given = crawler.settings
    longest_rest_s = given.getfloat("GONGKAI_MAX_BACKOFF_S")
    if (shared := _shared(crawler)) is None:
        return FileTurns(_directory(given), longest_rest_s)
    drawn_s = given.getfloat("GONGKAI_BROWSER_TIMEOUT_S") if given.getbool("GONGKAI_BROWSER") else 0.0
    longest_s = max(given.getfloat("DOWNLOAD_TIMEOUT"), drawn_s) + _MARGIN_S
    return SharedTurns(shared.hosts, longest_s, longest_rest_s)


def rests_of(crawler: Crawler) -> Rests:
    length_s = crawler.settings.getfloat("GONGKAI_REST_H") * 3600
    if (shared := _shared(crawler)) is None:
        return RestFiles(_directory(crawler.settings), length_s)
    return SharedRests(shared.hosts, length_s)


def _shared(crawler: Crawler) -> Shared | None:
    """Opened once a crawl. Raises StorageError where there is a server and it does not answer: a crawl that cannot take
    turns with those of other machines must not begin."""
    if crawler not in _OPENED:
        asked = crawler.settings.getbool("GONGKAI_SHARED_HOSTS")
        _OPENED[crawler] = open_shared(load_settings()) if asked else None
    return _OPENED[crawler]


def _directory(settings: BaseSettings) -> Path | None:
    named = settings.get("TURNS_DIR")
    return Path(named).absolute() if named else None
