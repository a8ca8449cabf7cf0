"""The catalog's connection: SQLite tuned for one writer at a time or a PostgreSQL server, migrations run forward on
opening."""

import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, closing, contextmanager
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import quote

from sqlalchemy import Connection, Engine, create_engine, event, inspect, make_url, text
from sqlalchemy.engine import URL
from sqlalchemy.exc import ArgumentError, NoSuchModuleError

from gongkai.errors import ConfigurationError, StorageError
from storage.catalog import schema
from storage.catalog.server import ServerLocks, patiently, server_engine, take_turn
from storage.failures import CatalogUnreadableError, catalog_failures, file_failures
from storage.locks import document_lock, exclusively

T = TypeVar("T")
_BUSY_S = 60
_BESIDE = "gongkai_rebuild"
_WRITING = "gongkai_writing"


class Catalog:
    """Short transactions only: no object is read or written while one is open."""

    def __init__(self, url: str | URL, state: Path, *, read_only: bool, schema_name: str | None = None,
                 is_index: bool = False) -> None:
        """`is_index`: the search index's file beside a catalog's. What is taken off the catalog's queue must be in it:
        there a commit outlives a power cut."""
        self.url = parsed_url(url)
        self._synchronous, self._is_index = "FULL" if is_index else "NORMAL", is_index
        self._schema = schema_name
        self.name = self.url.render_as_string(hide_password=True)
        self._read_only = read_only
        self._state = state
        self._engine = self._open(self.url)
        self._prepared: os.stat_result | None = None
        self._locks = ServerLocks(self.url, self.name) if self.file is None and not read_only else None
        self._reached = self._writes = False

    @property
    def file(self) -> Path | None:
        """The SQLite file, None on a database server."""
        return _sqlite_file(self.url)

    def read(self, ask: Callable[[Connection], T]) -> T:
        """What `ask` finds in one transaction. A server that is away for a while is waited for; see `patiently`."""
        def once() -> T:
            with self.reading() as connection:
                return ask(connection)

        return patiently(self.name, once) if self._is_waited_for() else once()

    def write(self, enter: Callable[[Connection], T]) -> T:
        """As `read`, with the write lock. Should the server go away while it commits, `enter` runs once more."""
        def once() -> T:
            with self.writing() as connection:
                return enter(connection)

        return patiently(self.name, once) if self._is_waited_for() else once()

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        with self._failures(), self._engine.begin() as connection:
            yield connection
        self._reached = True

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """Takes the write lock at once, so that what is read inside stays true until the end."""
        if self._read_only:
            raise StorageError(f"catalog {self.name} was opened for reading only")
        self.still_there()
        with self._failures(), self._engine.connect() as plain:
            connection = plain.execution_options(**{_WRITING: True})
            with connection.begin():
                if self._locks is not None:
                    self._rejoin()
                    take_turn(connection)
                yield connection
        self._reached = True

    def prepare(self) -> bool:
        """Brings the tables up to date; True when they were made just now. Raises StorageError for a newer schema."""
        if self._read_only and self.file is not None and not self.file.is_file():
            raise CatalogUnreadableError(f"there is no catalog {self.file}; make it from the objects with: "
                                         "gongkai rebuild")
        if self._read_only:
            revision = self._revision()
            return False if revision == schema.HEAD else self._refuse_old(revision)
        # One at a time: switching a new file to WAL fails at once, without waiting, while another looks at it.
        with exclusively(self._state / "locks" / "migrate.lock"):
            self._make_concurrent()
            revision = self._revision()
            if revision != schema.HEAD:
                _migrate(self)
        self._remember()
        return revision is None

    @contextmanager
    def document_lock(self, document_id: str) -> Iterator[None]:
        """Version numbers of one document are given out one at a time, by whichever thread, process and machine."""
        with ExitStack() as stack:
            stack.enter_context(document_lock(self._state, document_id))
            if self._locks is not None:
                stack.enter_context(self._locks.holding(f"gongkai/document/{document_id}"))
            yield

    def join_writers(self) -> None:
        """Lets `try_alone` of other machines know, where they can share this catalog."""
        self._writes = True
        if self._locks is not None:
            self._locks.join_writers()

    def try_alone(self) -> bool:
        return self._locks is None or self._locks.try_alone()

    def share(self) -> None:
        if self._locks is not None:
            self._locks.share()

    def _is_waited_for(self) -> bool:
        """Not on a first attempt, when the address may be wrong, nor by a person who only looks something up."""
        return self._reached and not self._read_only and self.file is None

    def _rejoin(self) -> None:
        if self._writes and self._locks is not None:
            self._locks.join_writers()

    def make_concurrent(self) -> None:
        """Readers beside a writer, in a file that has no migrations."""
        with exclusively(self._state / "locks" / "migrate.lock"):
            self._make_concurrent()

    def _make_concurrent(self) -> None:
        if self.file is not None:
            self._outside_transactions("PRAGMA journal_mode=WAL")

    def discard_file(self) -> None:
        """The file goes, and the next use makes an empty one. The caller keeps every other writer out."""
        self._engine.dispose()
        if self.file is not None:
            _remove(self.file)
        self._engine = self._open(self.url)

    def still_there(self) -> None:
        """SQLite writes on into a file that was removed, where nobody will ever read it."""
        if self.file is None or self._prepared is None:
            return
        try:
            same = os.path.samestat(self._prepared, self.file.stat())
        except (FileNotFoundError, NotADirectoryError):
            same = False
        if not same:
            raise StorageError(f"the catalog {self.file} is gone, or another stands in its place, since it was opened. "
                               "The objects are the truth: make it again with: gongkai rebuild")

    def beside(self) -> "Catalog":
        """A catalog beside this one, in a new file or in a schema of its own, for `take_over`: empty, or as a rebuild
        that was broken off left it."""
        file = self.file
        if file is None:
            with self.writing() as connection:
                connection.execute(text(f"CREATE SCHEMA IF NOT EXISTS {_BESIDE}"))
            catalog = Catalog(self.url, self._state, read_only=False, schema_name=_BESIDE)
        else:
            catalog = Catalog(self.url.set(database=f"{file}.rebuild"), self._state, read_only=False)
        try:
            catalog.prepare()
        except CatalogUnreadableError:  # torn: begun anew
            catalog.close()
            self._discard_beside()
            raise StorageError("what an earlier rebuild had left was not readable and is gone; run gongkai rebuild "
                               "again") from None
        return catalog

    def _discard_beside(self) -> None:
        if self.file is not None:
            _remove(Path(f"{self.file}.rebuild"))
            return
        with self.writing() as connection:
            connection.execute(text(f"DROP SCHEMA IF EXISTS {_BESIDE} CASCADE"))

    def take_over(self, other: "Catalog") -> None:
        """`other` becomes this catalog in one step. The caller keeps every other writer out meanwhile."""
        if self.file is None:
            other.close()
            self._take_over_tables()
        else:
            self._take_over_file(other)

    def _take_over_tables(self) -> None:
        with self.writing() as connection:
            here = connection.execute(text("SELECT current_schema()")).scalar_one()
            for table in ("alembic_version", *schema.metadata.tables):
                connection.execute(text(f'DROP TABLE IF EXISTS "{here}"."{table}"'))
                connection.execute(text(f'ALTER TABLE {_BESIDE}."{table}" SET SCHEMA "{here}"'))
            connection.execute(text(f"DROP SCHEMA {_BESIDE} CASCADE"))

    def _take_over_file(self, other: "Catalog") -> None:
        file, new = self.file, other.file
        assert file is not None and new is not None
        other._outside_transactions("PRAGMA wal_checkpoint(TRUNCATE)")
        other.close()
        self._engine.dispose()
        with file_failures(f"replace the catalog {file}"):
            # A log left by the old file would be played into the new one, so it goes first: should we die in between,
            # the old catalog lacks its last rows and the next rebuild mends that.
            _remove(file, only_logs=True)
            new.replace(file)
            _remove(new, only_logs=True)
        self._engine = self._open(self.url)
        self._remember()

    def close(self) -> None:
        self._engine.dispose()
        if self._locks is not None:
            self._locks.close()

    def _failures(self) -> AbstractContextManager[None]:
        return catalog_failures(self.name, is_index=self._is_index)

    def _remember(self) -> None:
        self._prepared = self.file.stat() if self.file is not None and self.file.exists() else None

    def _outside_transactions(self, statement: str) -> None:
        with self._failures(), closing(self._engine.raw_connection()) as connection:
            connection.cursor().execute(statement)

    def _open(self, url: URL) -> Engine:
        file = _sqlite_file(url)
        if file is None:
            return server_engine(url, self._schema, keep=5 if self._read_only else 1)
        if self._read_only:
            engine = create_engine(f"sqlite:///file:{quote(str(file.absolute()))}?{_read_mode(file)}&uri=true",
                                   connect_args={"timeout": _BUSY_S})
        else:
            with file_failures(f"make the directory {file.parent}"):
                file.parent.mkdir(parents=True, exist_ok=True)
            engine = create_engine(url, connect_args={"timeout": _BUSY_S})
        event.listen(engine, "connect", self._tune)
        event.listen(engine, "begin", _begin)
        return engine

    def _tune(self, connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # the driver's own transactions are off; `_begin` says when one starts
        cursor = connection.cursor()
        cursor.execute(f"PRAGMA busy_timeout={_BUSY_S * 1000}")
        if not self._read_only:
            # NORMAL: a power cut may cost the last rows, which the objects give back.
            cursor.execute(f"PRAGMA synchronous={self._synchronous}")
        cursor.close()

    def _revision(self) -> str | None:
        with self.reading() as connection:
            if not inspect(connection).has_table("alembic_version"):
                return None
            revision: str | None = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
        if revision is not None and revision > schema.HEAD:
            raise StorageError(f"catalog {self.name} was made by a newer gongkai (schema {revision}, this program "
                               f"knows {schema.HEAD}). Use that release, or name another catalog with "
                               "GONGKAI_CATALOG and run gongkai rebuild")
        return revision

    def _refuse_old(self, revision: str | None) -> bool:
        found = f"schema {revision}" if revision else "empty"
        raise StorageError(f"catalog {self.name} is {found}, this program needs schema {schema.HEAD}; a command that "
                           "writes (gongkai crawl, gongkai rebuild) brings it up to date")


def parsed_url(url: str | URL) -> URL:
    """Raises ConfigurationError."""
    try:
        parsed = make_url(url)
        if parsed.drivername in ("postgresql", "postgres"):
            parsed = parsed.set(drivername="postgresql+psycopg")
        parsed.get_dialect().import_dbapi()
    except (ArgumentError, NoSuchModuleError) as problem:
        raise ConfigurationError(f"GONGKAI_CATALOG: {problem}. Expected an SQLAlchemy URL, for example "
                                 "sqlite:////var/lib/gongkai/catalog.db or "
                                 "postgresql+psycopg://user@host/database") from None
    except ModuleNotFoundError as problem:
        raise ConfigurationError(f"GONGKAI_CATALOG needs the Python module {problem.name}; install the extra: "
                                 "pip install 'gongkai[postgres]'") from None
    return parsed


def _sqlite_file(url: URL) -> Path | None:
    return Path(url.database) if url.get_backend_name() == "sqlite" and url.database else None


def _read_mode(file: Path) -> str:
    """SQLite keeps two files beside a catalog even to read it. Where none can be made, on a read-only disk, it may
    read without them, provided that nothing waits in the log."""
    log = Path(f"{file}-wal")
    waiting = log.is_file() and log.stat().st_size > 0
    return "mode=ro" if os.access(file.parent, os.W_OK) or waiting else "immutable=1"


def _begin(connection: Connection) -> None:
    writing = connection.get_execution_options().get(_WRITING)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")


def _migrate(catalog: Catalog) -> None:
    from alembic import command  # 0.1 s to import, and needed once in the life of an archive
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations").replace("%", "%%"))
    with catalog.writing() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


def _remove(file: Path, *, only_logs: bool = False) -> None:
    for name in (f"{file}-wal", f"{file}-shm", *(() if only_logs else (str(file),))):
        Path(name).unlink(missing_ok=True)
