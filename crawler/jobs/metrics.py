"""Metrics over HTTP for as long as a runner runs: ``GET /metrics`` on 127.0.0.1."""

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from gongkai.errors import ConfigurationError, StorageError
from storage import Archive
from storage.timetable.metrics import CONTENT_TYPE

logger = logging.getLogger(__name__)

HOST = "127.0.0.1"


@contextmanager
def serving(archive: Archive, port: int | None) -> Iterator[int | None]:
    """The port it listens on; None where none was asked for. 0 takes a free one."""
    if port is None:
        yield None
        return

    class Handler(_Handler):
        asked = archive

    try:
        server = ThreadingHTTPServer((HOST, port), Handler)
    except OSError as problem:
        raise ConfigurationError(f"--metrics-port {port}: cannot listen on {HOST} ({problem.strerror}); give another "
                                 "port, or 0 for a free one") from None
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _Handler(BaseHTTPRequestHandler):
    asked: Archive
    timeout = 10

    def do_GET(self) -> None:
        if self.path.split("?")[0] != "/metrics":
            self._answer(404, "text/plain; charset=utf-8", "GET /metrics\n")
            return
        try:
            self._answer(200, CONTENT_TYPE, self.asked.metrics())
        except StorageError as problem:
            self._answer(503, "text/plain; charset=utf-8", f"{problem}\n")

    def _answer(self, status: int, content_type: str, text: str) -> None:
        body = text.encode()
        self.send_response(status)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        """A scrape every fifteen seconds is no news."""
