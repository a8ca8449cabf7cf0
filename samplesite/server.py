"""Serves the sample site on 127.0.0.1 and writes down every request; answers conditional requests with 304."""

import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from urllib.parse import unquote, urlsplit

from gongkai.digest import sha256_hex
from samplesite import prose
from samplesite.site import Published, Site


@dataclass(frozen=True)
class Request:
    method: str
    path: str
    status: int
    user_agent: str
    conditional: bool


class _Handler(BaseHTTPRequestHandler):
    server: "_Server"
    protocol_version = "HTTP/1.1"
    timeout = 30  # seconds a silent connection may hold its thread
    disable_nagle_algorithm = True  # head and body are two writes; the second would wait 40 ms for the first's receipt

    def do_GET(self) -> None:
        answer = self.server.site.pages.get(unquote(urlsplit(self.path).path))
        if answer is None:
            self._answer(404, "text/html; charset=utf-8", "<title>404</title><p>您访问的页面不存在</p>".encode(), None)
            return
        etag = f'"{sha256_hex(answer.body)[:20]}"'
        if etag in self.headers.get("If-None-Match", ""):
            self._answer(304, answer.content_type, b"", etag)
        else:
            self._answer(200, answer.content_type, answer.body, etag)

    do_HEAD = do_GET

    def _answer(self, status: int, content_type: str, body: bytes, etag: str | None) -> None:
        self.server.requests.append(Request(self.command, self.path, status, self.headers.get("User-Agent", ""),
                                            "If-None-Match" in self.headers))
        self.send_response(status)
        if etag:
            self.send_header("ETag", etag)
        if status != 304:
            self.send_header("Content-Type", content_type)
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if status != 304 and self.command != "HEAD":
            self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Nothing on stderr: the log is `requests`."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    site: Site

    def __init__(self, port: int) -> None:
        super().__init__(("127.0.0.1", port), _Handler)
        self.requests: list[Request] = []


@dataclass
class SampleSite:
    """A running sample site; use it as a context manager or call `stop`. `agency` is the name in use now."""

    seed: str = "gongkai"
    port: int = 0
    agency: str = prose.AGENCY
    former_names: tuple[str, ...] = (prose.FORMER_NAME,)
    _server: _Server = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self._server = _Server(self.port)
        self.port = self._server.server_address[1]
        self._server.site = Site(self.url.rstrip("/"), self.seed)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), name="samplesite", daemon=True)
        self._thread.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/"

    @property
    def truth(self) -> list[Published]:
        return list(self._server.site.truth)

    @property
    def requests(self) -> list[Request]:
        """Every request so far, in order; clear it between crawls with ``requests.clear()``."""
        return self._server.requests

    def reissue(self) -> Published:
        """Edits one report where it stands; a later crawl finds a further version of it."""
        return self._server.site.reissue()

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def __enter__(self) -> "SampleSite":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None,
                 trace: TracebackType | None) -> None:
        self.stop()


def serve(port: int = 0, seed: str = "gongkai") -> SampleSite:
    """Starts the site; port 0 takes a free one."""
    return SampleSite(seed=seed, port=port)
