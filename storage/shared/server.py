"""The door to what machines share: there where the catalog is on a database server, None where it is a file."""

from collections.abc import Callable
from typing import TypeVar

from sqlalchemy import Connection, text

from gongkai.settings import Settings
from storage.catalog.engine import parsed_url
from storage.catalog.server import advisory_key, patiently, server_engine
from storage.failures import catalog_failures
from storage.shared.hosts import SharedHosts
from storage.shared.memories import SharedMemories
from storage.shared.tables import metadata

SCHEMA = "gongkai_jobs"
"""The jobs' queue stands in it, too (`crawler.jobs.queue`)."""
T = TypeVar("T")


class Shared:
    """May be used by several threads. Raises StorageError; CatalogAwayError after minutes of waiting for the server."""

    def __init__(self, settings: Settings) -> None:
        url = parsed_url(settings.catalog_url)
        self.name = url.render_as_string(hide_password=True)
        self._engine = server_engine(url, SCHEMA, keep=1)
        self.hosts = SharedHosts(self.do)
        self.memories = SharedMemories(self.do)

    def do(self, work: Callable[[Connection], T], *, wait: bool = True) -> T:
        """One short transaction. `work` must be well done twice: the server may go away while it commits."""
        def once() -> T:
            with catalog_failures(self.name), self._engine.begin() as connection:
                return work(connection)

        return patiently(self.name, once) if wait else once()

    def prepare(self) -> "Shared":
        """Makes the schema and what it lacks."""
        def make(connection: Connection) -> None:
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": advisory_key("gongkai/shared")})
            connection.execute(text(f"CREATE SCHEMA IF NOT EXISTS {SCHEMA}"))
            metadata.create_all(connection)

        self.do(make, wait=False)
        return self

    def pause(self) -> None:
        """Keeps no connection until the next use."""
        self._engine.dispose()

    def close(self) -> None:
        self._engine.dispose()


def open_shared(settings: Settings) -> Shared | None:
    """None where the catalog is a file, and one machine's own files do."""
    if parsed_url(settings.catalog_url).get_backend_name() == "sqlite":
        return None
    return Shared(settings).prepare()
