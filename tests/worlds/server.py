"""A world on 127.0.0.1: a forward proxy that plays every host of it and writes down each request."""

import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

from tests.worlds.engine import Site
from tests.worlds.parts import Asked, Request


class _Proxy(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, world: Site) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.world, self.lock, self.open = world, threading.Lock(), Counter[str]()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # head and body are two writes; a client on a kept connection would wait 40 ms
    server: _Proxy

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        host = (parts.netloc or self.headers.get("Host", "")).lower().removesuffix(":80")
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        request = Request(self.command, host, path, {k.lower(): v for k, v in self.headers.items()}, body)
        with self.server.lock:
            self.server.open[host] += 1
            open_now = self.server.open[host]
        began = time.monotonic()
        try:
            answer = self.server.world.answer(request)
        finally:
            with self.server.lock:
                self.server.open[host] -= 1
        self.server.world.log.append(Asked(
            self.command, host, path, body.decode("utf-8", "replace"), answer.status, answer.tag,
            request.headers.get("referer", ""), open_now, began))
        data = answer.data(self.server.world.charset)
        self.send_response(answer.status)
        for name, value in (("Content-Type", answer.kind), *answer.headers, ("Content-Length", str(len(data)))):
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(data)

    do_POST = do_HEAD = do_GET

    def do_CONNECT(self) -> None:
        host = self.path.removesuffix(":443").lower()
        self.server.world.log.append(Asked("CONNECT", host, "", "", 502, "https", "", 1, time.monotonic()))
        self.send_response(502)
        self.send_header("Content-Length", "0")
        self.end_headers()
        self.close_connection = True

    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def served(world: Site) -> Iterator[str]:
    """The proxy's address while the world is up."""
    server = _Proxy(world)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
