"""A service that stumbles: stands before a real S3 server and does to some requests what networks and servers do."""

import http.client
import random
import threading
import time
from collections.abc import Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType

SLOW_S = 0.05
MISHAPS = ("refused", "lost", "error", "slow", "torn")
"""Cut before the request is passed on; cut after it took effect; answered 500 after it took effect; answered late; half
of the answer, and cut."""
Chances = Mapping[str, float]


class _Handler(BaseHTTPRequestHandler):
    server: "_Server"
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def _any(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        mishap = self.server.mishap(self.command)
        if mishap == "refused":
            self._cut()
            return
        status, headers, answer = self._ask(body)
        if mishap == "lost":
            self._cut()
            return
        if mishap == "slow":
            time.sleep(SLOW_S)
        if mishap == "error":
            status, headers, answer = 500, [], b"<Error><Code>InternalError</Code><Message>?</Message></Error>"
        self.send_response_only(status)
        for name, value in headers:
            self.send_header(name, value)
        if not any(name.lower() == "content-length" for name, _ in headers):
            self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        if self.command == "HEAD":
            return
        if mishap == "torn" and len(answer) > 1:
            self.wfile.write(answer[:len(answer) // 2])
            self._cut()
        else:
            self.wfile.write(answer)

    do_GET = do_PUT = do_HEAD = do_DELETE = do_POST = _any

    def _ask(self, body: bytes) -> tuple[int, list[tuple[str, str]], bytes]:
        behind = http.client.HTTPConnection(self.server.behind, timeout=60)
        try:
            behind.putrequest(self.command, self.path, skip_host=True, skip_accept_encoding=True)
            for name, value in self.headers.items():
                if name.lower() != "connection":
                    behind.putheader(name, value)
            behind.endheaders(body or None)
            answer = behind.getresponse()
            data = answer.read()
            dropped = {"transfer-encoding", "connection"}
            return answer.status, [(k, v) for k, v in answer.getheaders() if k.lower() not in dropped], data
        finally:
            behind.close()

    def _cut(self) -> None:
        self.close_connection = True
        self.connection.close()

    def log_message(self, format: str, *args: object) -> None:
        """Nothing on stderr."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, behind: str, seed: str, chances: Chances) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.behind, self.chances, self._random, self._lock = behind, chances, random.Random(seed), threading.Lock()
        self.done: dict[str, int] = {}

    def mishap(self, method: str) -> str:
        with self._lock:
            at, chance = self._random.random(), 0.0
            for name in MISHAPS:
                chance += self.chances.get(name, 0.0)
                if at < chance:
                    told = f"{name} {method}"
                    self.done[told] = self.done.get(told, 0) + 1
                    return name
            return ""

    def handle_error(self, request: object, client_address: object) -> None:
        """Cut connections are what it is for."""


class Unruly:
    """`chances` are those of each mishap, by name; `calm` ends them all."""

    def __init__(self, behind: str, seed: str, chances: Chances) -> None:
        assert set(chances) <= set(MISHAPS)
        self._server = _Server(behind, seed, chances)

    @property
    def endpoint(self) -> str:
        return f"127.0.0.1:{self._server.server_address[1]}"

    @property
    def done(self) -> dict[str, int]:
        """What was done to how many requests."""
        return dict(self._server.done)

    def calm(self) -> None:
        self._server.chances = {}

    def __enter__(self) -> "Unruly":
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(self, kind: type[BaseException] | None, problem: BaseException | None,
                 trace: TracebackType | None) -> None:
        self._server.shutdown()
        self._server.server_close()
