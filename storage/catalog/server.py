"""What a catalog on a database server needs besides: patience with a restart, and locks that hold between machines."""

import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine, create_engine, text
from sqlalchemy.engine import URL
from sqlalchemy.exc import DBAPIError

from gongkai.digest import sha256_hex
from storage.failures import CatalogAwayError, catalog_failures

logger = logging.getLogger(__name__)
T = TypeVar("T")

PATIENCE_S = 600.0
"""How long a crawl waits for a server that answered before: a restart takes seconds, an upgrade minutes."""
_FIRST_WAIT_S, _LONGEST_WAIT_S = 0.2, 10.0
_WRITING, _WRITERS = "gongkai/writing", "gongkai/writers"


def server_engine(url: URL, schema: str | None = None, *, keep: int = 5) -> Engine:
    """`keep` connections stay open between uses. One is enough for a crawl, and there are many crawls: at five, three
    workers of eight crawls took all the hundred that PostgreSQL allows."""
    options: dict[str, Any] = {"connect_timeout": 10}
    if schema is not None:
        options["options"] = f"-csearch_path={schema}"
    return create_engine(url, pool_pre_ping=True, pool_size=keep, max_overflow=10, connect_args=options)


def patiently(name: str, work: Callable[[], T]) -> T:
    """Tries again while the server is away. What `work` does must be whole or nothing, and well done twice."""
    limit, wait = time.monotonic() + PATIENCE_S, _FIRST_WAIT_S
    while True:
        try:
            return work()
        except CatalogAwayError as problem:
            if time.monotonic() + wait > limit:
                raise
            logger.warning("catalog %s is away (%s); trying again in %.1f s", name,
                           str(problem.__cause__).splitlines()[0], wait)
            time.sleep(wait)
            wait = min(wait * 2, _LONGEST_WAIT_S)


def take_turn(connection: Connection) -> None:
    """One writer at a time, as in SQLite, until the transaction ends: a report's row is made from what several others
    say, and two that did it at once would each miss what the other wrote."""
    connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": advisory_key(_WRITING)})


class ServerLocks:
    """Session locks on connections of their own, so that who holds one never waits for a connection to work with. A
    lock ends with its connection: a server that restarts forgets it, and the holder's next write takes it again."""

    def __init__(self, url: URL, name: str) -> None:
        self._name = name
        self._engine = create_engine(url, pool_pre_ping=True, pool_size=1, max_overflow=60,
                                     isolation_level="AUTOCOMMIT", connect_args={"connect_timeout": 10})
        self._presence: Connection | None = None

    @contextmanager
    def holding(self, what: str) -> Iterator[None]:
        connection = patiently(self._name, lambda: self._locked(what))
        try:
            yield
        finally:
            with suppress(DBAPIError):
                connection.execute(text("SELECT pg_advisory_unlock(:key)"), {"key": advisory_key(what)})
            connection.close()

    def join_writers(self) -> None:
        """Says that this process writes, until `close`. Called again it looks whether the server still knows."""
        if self._presence is not None:
            try:
                self._presence.execute(text("SELECT 1"))
                return
            except DBAPIError:
                self._presence.invalidate()
                self._presence.close()
                self._presence = None  # the server may still be away, and this be asked again
        self._presence = self._locked(_WRITERS, "pg_advisory_lock_shared")

    def try_alone(self) -> bool:
        """Whether no other process, on whichever machine, is writing; it stays so until `share`."""
        self.join_writers()
        assert self._presence is not None
        with catalog_failures(self._name):
            return bool(self._presence.execute(text("SELECT pg_try_advisory_lock(:key)"),
                                               {"key": advisory_key(_WRITERS)}).scalar())

    def share(self) -> None:
        if self._presence is not None:
            with suppress(DBAPIError):
                self._presence.execute(text("SELECT pg_advisory_unlock(:key)"), {"key": advisory_key(_WRITERS)})

    def close(self) -> None:
        if self._presence is not None:
            with suppress(DBAPIError):  # ending the session alone lets go of it a moment later
                self._presence.execute(text("SELECT pg_advisory_unlock_all()"))
            self._presence.invalidate()
            self._presence.close()
            self._presence = None
        self._engine.dispose()

    def _locked(self, what: str, how: str = "pg_advisory_lock") -> Connection:
        with catalog_failures(self._name):
            connection = self._engine.connect()
            try:
                connection.execute(text(f"SELECT {how}(:key)"), {"key": advisory_key(what)})
            except BaseException:
                connection.close()
                raise
            return connection


def advisory_key(what: str) -> int:
    """The number PostgreSQL knows a lock by."""
    return int(sha256_hex(what)[:15], 16)
