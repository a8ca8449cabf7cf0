"""A web server that misbehaves on purpose, by path, and writes down everything it is asked.

    with RudeServer() as rude:
        ... fetch rude.url("/drip") ...
        assert [seen.path for seen in rude.seen] == ["/robots.txt", "/drip"]

What ``/robots.txt`` answers is the `robots` argument (a body, or a function taking the handler). A path of `pages`
answers as given there (bytes, or a function taking the handler); all other paths are the methods below, ``/page/…``
being an ordinary page.
"""

import gzip
import ssl
import threading
import time
import zlib
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import pairwise
from socket import AF_INET, SOCK_STREAM, socket
from types import TracebackType
from typing import Any
from urllib.parse import parse_qs, urlsplit

Answer = bytes | Callable[["Handler"], None]


@dataclass
class Seen:
    """One request: `began` and `ended` on the monotonic clock, `open_then` requests open on this server meanwhile."""

    path: str
    headers: dict[str, str]
    began: float
    open_then: int
    ended: float = 0.0


@dataclass
class Book:
    seen: list[Seen] = field(default_factory=list)
    open_now: int = 0
    times_asked: dict[str, int] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = 20
    disable_nagle_algorithm = True  # else each answer waits 40 ms for a delayed acknowledgement
    server: "_Server"

    def log_message(self, *args: Any) -> None:
        pass

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        self.query = {key: values[0] for key, values in parse_qs(parts.query).items()}
        book = self.server.book
        with book.lock:
            book.open_now += 1
            book.times_asked[self.path] = self.times = book.times_asked.get(self.path, 0) + 1
            seen = Seen(self.path, dict(self.headers.items()), time.monotonic(), book.open_now)
            book.seen.append(seen)
        try:
            self._answer(parts.path)
        except OSError:  # the client had enough
            self.close_connection = True
        finally:
            with book.lock:
                book.open_now -= 1
                seen.ended = time.monotonic()

    def do_CONNECT(self) -> None:
        self.do_GET()

    def do_POST(self) -> None:
        self.do_GET()

    def _answer(self, path: str) -> None:
        given = self.server.robots if path == "/robots.txt" else self.server.pages.get(self.path)
        if self.server.proxied is not None:
            given = self.server.proxied
        if isinstance(given, bytes):
            self.send(given, "text/plain" if path == "/robots.txt" else "text/html; charset=utf-8")
        elif given is not None:
            given(self)
        elif path == "/robots.txt":
            self.send(b"no such page", status=404)
        else:
            name = path.strip("/").split("/")[0] or "page"
            getattr(self, f"be_{name}", self.be_missing)()

    def send(self, body: bytes, content_type: str = "text/html; charset=utf-8", *, status: int = 200,
             **headers: str) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        if content_type:
            self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def head(self, **headers: str) -> None:
        """A 200 without Content-Length; the body ends with the connection."""
        self.send_response(200)
        for name, value in ({"Content_Type": "text/html"} | headers).items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.close_connection = True

    # Paths ---------------------------------------------------------------------------------------------------------

    def be_page(self) -> None:
        self.send(f"<html><title>{self.path}</title><p>政府信息公开</p><a href='/page/2'>二</a></html>".encode())

    def be_missing(self) -> None:
        self.send("<html>您访问的页面不存在</html>".encode(), status=404)

    def be_drip(self) -> None:
        """A byte every tenth of a second, for longer than anyone waits."""
        self.head(Content_Length="100000")
        for _ in range(150):
            self.wfile.write(b".")
            self.wfile.flush()
            if self.server.closing.wait(0.1):
                return

    def be_silence(self) -> None:
        self.server.closing.wait(15)
        self.close_connection = True

    def be_hangup(self) -> None:
        self.close_connection = True

    def be_cut(self) -> None:
        """Announces 1,000 bytes, sends 10 and closes; answers properly from the time ``?then=`` on."""
        if self.times >= int(self.query.get("then", "1000")):
            self.be_page()
            return
        self.head(Content_Length="1000")
        self.wfile.write(b"0123456789")

    def be_endless(self) -> None:
        self.head()
        while not self.server.closing.is_set():
            self.wfile.write(b"x" * 65536)

    def be_announced(self) -> None:
        self.head(Content_Length=str(10 * 2**30))
        self.wfile.write(b"x" * 1000)

    def be_headers(self) -> None:
        """A header section without end."""
        self.wfile.write(b"HTTP/1.1 200 OK\r\n")
        while not self.server.closing.is_set():
            self.wfile.write(b"X-More: " + b"x" * 8000 + b"\r\n")

    def be_garbage(self) -> None:
        self.wfile.write(b"\x00\x01\x02 this is not HTTP\r\n\r\n")
        self.close_connection = True

    def be_bomb(self) -> None:
        """64 MiB of zeros in the coding of the last path segment."""
        coding = self.path.rsplit("/", 1)[-1]
        self.send(bomb(coding), Content_Encoding=coding)

    def be_packed(self) -> None:
        """An honest page in the coding of the last path segment."""
        coding = self.path.rsplit("/", 1)[-1]
        self.send(packed(f"<html><p>{coding} 政府信息公开</p></html>".encode(), 1, coding), Content_Encoding=coding)

    def be_layers(self) -> None:
        self.send(b"x", Content_Encoding=", ".join(["gzip"] * 50))

    def be_forced(self) -> None:
        """gzip that nobody asked for and no header names."""
        self.send(gzip.compress("<html><p>强制压缩</p></html>".encode()))

    def be_mislabelled(self) -> None:
        self.send("<html><p>没有压缩</p></html>".encode(), Content_Encoding="gzip")

    def be_charset(self) -> None:
        """GBK text under a header that says ISO-8859-1."""
        text = ("<html><meta charset='utf-8'><title>信息公开</title><p>某市人民政府信息公开工作年度报告，"
                "根据《中华人民共和国政府信息公开条例》</p>")
        self.send(text.encode("gbk"), "text/html; charset=iso-8859-1")

    def be_chain(self) -> None:
        left = int(self.path.rsplit("/", 1)[-1])
        self.to(f"/chain/{left - 1}" if left else "/page/end")

    def be_loop(self) -> None:
        self.to(self.path)

    def be_to(self) -> None:
        self.to(self.query["url"])

    def to(self, location: str, status: int = 302, **headers: str) -> None:
        self.send(b"", "", status=status, Location=location, **headers)

    def be_status(self) -> None:
        """``/status/503?after=1&then=2``: that status, with that Retry-After, until asked for the time `then`."""
        if self.times >= int(self.query.get("then", "1000")):
            self.be_page()
            return
        extra = {"Retry_After": self.query["after"]} if "after" in self.query else {}
        self.send(b"<html>busy</html>", status=int(urlsplit(self.path).path.rsplit("/", 1)[-1]), **extra)

    def be_cookie(self) -> None:
        """302 to itself until the cookie comes back."""
        if "CT6T=1" in self.headers.get("Cookie", ""):
            self.be_page()
        else:
            self.to(self.path, Set_Cookie="CT6T=1; path=/")

    def be_script(self) -> None:
        """The cookie in a line of script, in clear."""
        if "C3VK=ab12cd" in self.headers.get("Cookie", ""):
            self.be_page()
        else:
            self.send(b'<html><script>document.cookie="C3VK=ab12cd; path=/; max-age=300";'
                      b'location.reload();</script></html>')

    def be_etag(self) -> None:
        if self.headers.get("If-None-Match") == '"v1"':
            self.send(b"", "", status=304, ETag='"v1"')
        else:
            self.send(b"<html><p>fresh</p></html>", ETag='"v1"')

    def be_challenge(self) -> None:
        status, body = CHALLENGES[urlsplit(self.path).path.strip("/").split("/")[1]]
        self.send(body.encode(), status=status)


CHALLENGES: dict[str, tuple[int, str]] = {
    "ruishu": (412, "<html><head><script>$_ts=window['$_ts'];if(!$_ts)$_ts={};$_ts.nsd=10;</script></head></html>"),
    "jiasule": (521, "<script>document.cookie=('_')+('_')+('j')+'sl_clearance_s=1;';location.href='/'</script>"),
    "firewall": (403, "<html><h1>您的请求存在安全风险，已被网站防火墙拦截</h1></html>"),
    "slider": (200, "<html><body><div>请拖动滑块完成验证</div></body></html>"),
    "same": (200, "<html><body><img src='/shield.png'></body></html>" + " " * 1100),
    "computed": (200, "<html><script>document.cookie='k='+eval('1+1');location.reload();</script></html>"),
}


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64

    def __init__(self, robots: Answer | None, pages: dict[str, Answer], proxied: Answer | None) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.robots, self.pages, self.proxied = robots, pages, proxied
        self.book = Book()
        self.closing = threading.Event()

    def handle_error(self, request: Any, client_address: Any) -> None:
        pass


class RudeServer:
    """`tls` makes it speak https with that context; `proxied` makes it answer every address the same, as a proxy."""

    def __init__(self, robots: Answer | None = None, pages: dict[str, Answer] | None = None, *,
                 tls: ssl.SSLContext | None = None, proxied: Answer | None = None) -> None:
        self._server = _Server(robots, pages or {}, proxied)
        self._scheme = "https" if tls else "http"
        if tls:
            self._server.socket = tls.wrap_socket(self._server.socket, server_side=True, do_handshake_on_connect=False)
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)

    def __enter__(self) -> "RudeServer":
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None,
                 trace: TracebackType | None) -> None:
        self._server.closing.set()
        self._server.shutdown()
        self._server.server_close()

    @property
    def port(self) -> int:
        return int(self._server.server_address[1])

    def url(self, path: str) -> str:
        return f"{self._scheme}://127.0.0.1:{self.port}{path}"

    @property
    def seen(self) -> list[Seen]:
        with self._server.book.lock:
            return list(self._server.book.seen)

    @property
    def paths(self) -> list[str]:
        return [seen.path for seen in self.seen]

    def shortest_gap(self) -> float:
        """Seconds between the beginnings of two requests next to each other, the shortest there was."""
        begins = sorted(seen.began for seen in self.seen)
        return min(later - earlier for earlier, later in pairwise(begins))

    def most_open(self) -> int:
        return max(seen.open_then for seen in self.seen)


@cache
def bomb(coding: str) -> bytes:
    """64 MiB of zeros. A test of short patience makes it beforehand: packing takes a loaded machine a second."""
    return packed(b"\0" * 2**20, 64, coding)


def packed(block: bytes, times: int, coding: str) -> bytes:
    """`block` repeated `times`, compressed without ever being in memory whole where the coding allows."""
    if coding == "gzip":
        packer = zlib.compressobj(9, wbits=31)
        return b"".join([*(packer.compress(block) for _ in range(times)), packer.flush()])
    if coding == "br":
        import brotli

        return bytes(brotli.compress(block * times, quality=5))
    import zstandard

    return zstandard.ZstdCompressor().compress(block * times)


def refused_port() -> int:
    """A port of this machine where nothing listens."""
    with socket(AF_INET, SOCK_STREAM) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def self_signed(host: str = "127.0.0.1", *, days: int = 1, legacy: bool = False) -> ssl.SSLContext:
    """A server context nobody vouches for; its certificate expired for negative `days`, TLS 1.0 only when `legacy`."""
    import tempfile
    from datetime import timedelta
    from ipaddress import ip_address

    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import rsa

    from gongkai.clock import utc_now

    key = rsa.generate_private_key(65537, 2048)
    name = x509.Name([x509.NameAttribute(x509.oid.NameOID.COMMON_NAME, host)])
    ends = utc_now() + timedelta(days=days)
    certificate = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key()).serial_number(7)
        .not_valid_before(ends - timedelta(days=30)).not_valid_after(ends)
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address(host))]), False)
        .sign(key, hashes.SHA256()))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    if legacy:
        context.minimum_version = context.maximum_version = ssl.TLSVersion.TLSv1
        context.set_ciphers("ALL:@SECLEVEL=0")
    with tempfile.NamedTemporaryFile(suffix=".pem") as file:
        file.write(key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8,
                                     serialization.NoEncryption()))
        file.write(certificate.public_bytes(serialization.Encoding.PEM))
        file.flush()
        context.load_cert_chain(file.name)
    return context


def short_keys() -> ssl.SSLContext:
    """A server context of TLS 1.2 that agrees on keys only by Diffie-Hellman over 1,024 bits (RFC 2409, group 2)."""
    import tempfile

    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric import dh

    prime = int(
        "FFFFFFFFFFFFFFFFC90FDAA22168C234C4C6628B80DC1CD129024E088A67CC74020BBEA63B139B22514A08798E3404DD"
        "EF9519B3CD3A431B302B0A6DF25F14374FE1356D6D51C245E485B576625E7EC6F44C42E9A637ED6B0BFF5CB6F406B7ED"
        "EE386BFB5A899FA5AE9F24117C4B1FE649286651ECE65381FFFFFFFFFFFFFFFF", 16)
    context = self_signed()
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    context.set_ciphers("DHE-RSA-AES128-GCM-SHA256:@SECLEVEL=0")
    with tempfile.NamedTemporaryFile(suffix=".pem") as file:
        file.write(dh.DHParameterNumbers(prime, 2).parameters().parameter_bytes(
            serialization.Encoding.PEM, serialization.ParameterFormat.PKCS3))
        file.flush()
        context.load_dh_params(file.name)
    return context
