"""The OCR worker: one warm process, started with the first scan, that reads page pictures behind limits of its own.

A reading that stands still longer than a page may take, or that kills the worker, ends with the pages read until then,
as ``limit`` or ``failed`` where there are none; the next scan starts a new worker. Nobody pays for it who has no scans,
and without the ``[ocr]`` extra it never starts.
"""

import contextlib
import importlib.util
import os
import resource
import select
import signal
import socket
import struct
import subprocess
import sys
import threading
import time
import weakref
from dataclasses import replace
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from gongkai.document import Document
from gongkai.settings import Settings

_DOCUMENT = TypeAdapter(Document)
_FRAME = struct.Struct(">cQ")
_ASKED = struct.Struct(">dH")  # seconds, and how long the format's name is
_ALL, _UNREAD, _PAGE, _DONE, _ERROR, _READY = b"a", b"u", b"p", b"d", b"e", b"+"
_OUTPUT_LIMIT_BYTES = 64 << 20
_CHUNK_BYTES = 1 << 20


def is_installed() -> bool:
    """Whether the extra is there; nothing is loaded."""
    return all(importlib.util.find_spec(name) is not None for name in ("rapidocr", "onnxruntime", "cv2"))


class Scanner:
    """Safe to call from several threads: scans wait for one another, one page of one needs a gigabyte."""

    def __init__(self, settings: Settings) -> None:
        self._memory_mib = settings.ocr_memory_mib
        self._page_s = settings.ocr_page_s
        self._wall_s = settings.ocr_wall_s
        self._lock = threading.Lock()
        self._gate: socket.socket | None = None
        self._process: subprocess.Popen[bytes] | None = None
        self._finalizer: weakref.finalize | None = None
        self._is_up = False

    def read(self, data: bytes, doc_format: str, *, everything: bool = False, within_s: float | None = None
             ) -> Document:
        """The document in a scan; `everything` asks for the pages too whose text could be read without looking. Never
        raises for the file's sake. When `within_s` is over, from its turn on, the pages read so far are the document
        and the others are named; the worker itself stops before it where it can foresee it."""
        so_far: list[bytes] = []
        asked = _ALL if everything else _UNREAD
        with self._lock:
            over = time.monotonic() + (self._wall_s if within_s is None else within_s)
            try:
                gate = self._started(over)
                gate.settimeout(self._page_s)
                left = over - time.monotonic()
                gate.sendall(_FRAME.pack(asked, len(data)) + _ASKED.pack(left, len(doc_format)) + doc_format.encode())
                gate.sendall(data)
                kind, answer = self._answer(gate, over, so_far)
            except TimeoutError:
                if self._is_up:  # one that is still starting is there for the next
                    self._stop()
                says = f"a page was not read within {self._page_s:g} s"
                return _cut(so_far, "limit", doc_format, "its time was up" if time.monotonic() >= over else says)
            except (OSError, EOFError) as problem:
                code = self._stop()
                if code in (3, -signal.SIGKILL):
                    return _cut(so_far, "limit", doc_format, f"needs more than {self._memory_mib} MiB of memory")
                return _cut(so_far, "failed", doc_format, f"the OCR worker ended ({problem or code})")
        if kind == _DONE:
            with contextlib.suppress(ValidationError):
                return _DOCUMENT.validate_json(answer)
        return _cut(so_far, "failed", doc_format, answer[:200].decode("utf-8", "replace"))

    def close(self) -> None:
        with self._lock:
            self._stop()

    def _answer(self, gate: socket.socket, over: float, so_far: list[bytes]) -> tuple[bytes, bytes]:
        """Frames up to the last one; each page in between gives the next one its full time, and becomes `so_far`."""
        while True:
            deadline = min(time.monotonic() + self._page_s, over)
            kind, length = _FRAME.unpack(_take(gate, _FRAME.size, deadline))
            if length > _OUTPUT_LIMIT_BYTES:
                raise OSError("its answer is too long")
            body = _take(gate, length, deadline)
            if kind != _PAGE:
                return kind, body
            so_far[:] = [body]

    def _started(self, over: float) -> socket.socket:
        """The gate of a worker that is ready; the wait for it is part of the scan's time."""
        if self._gate is None or self._process is None or self._process.poll() is not None:
            self._stop()
            self._gate, self._process = self._launched()
            self._finalizer = weakref.finalize(self, _finish, self._gate, self._process)
        if not self._is_up:
            if _take(self._gate, 1, over) != _READY:
                raise OSError("it did not start")
            self._is_up = True
        return self._gate

    def _launched(self) -> "tuple[socket.socket, subprocess.Popen[bytes]]":
        ours, theirs = socket.socketpair()
        with theirs:
            places = os.pathsep.join(place or str(Path.cwd()) for place in sys.path)
            return ours, subprocess.Popen(
                [sys.executable, "-m", "crawler.normalise.scanner", str(theirs.fileno()), str(self._memory_mib)],
                pass_fds=[theirs.fileno()], start_new_session=True, env=os.environ | {"PYTHONPATH": places},
                stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def _stop(self) -> int | None:
        process = self._process
        if self._finalizer is not None:
            self._finalizer()
        self._gate = self._process = self._finalizer = None
        self._is_up = False
        return process.returncode if process is not None else None


def _finish(gate: socket.socket, process: "subprocess.Popen[bytes]") -> None:
    """Close the door, which ends a worker that waits; one that is reading is killed."""
    gate.close()
    try:
        process.wait(0.5)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _bad(status: str, doc_format: str, says: str) -> Document:
    return Document("limit" if status == "limit" else "failed", doc_format, warnings=(f"ocr: {says}",))


def _cut(so_far: list[bytes], status: str, doc_format: str, says: str) -> Document:
    """What was read before the reading was broken off; it names the pages it lacks."""
    if so_far:
        with contextlib.suppress(ValidationError):
            read = _DOCUMENT.validate_json(so_far[0])
            if read.status in ("ok", "partial"):
                return replace(read, status="partial", warnings=(*read.warnings, f"ocr: broken off: {says}"))
    return _bad(status, doc_format, says)


def _take(gate: socket.socket, size: int, deadline: float) -> bytes:
    data = bytearray()
    while len(data) < size:
        ready, _, _ = select.select([gate], [], [], max(0.0, deadline - time.monotonic()))
        if not ready:
            raise TimeoutError
        chunk = gate.recv(min(size - len(data), _CHUNK_BYTES))
        if not chunk:
            raise EOFError("it closed the connection")
        data += chunk
    return bytes(data)


def main() -> None:
    """The worker: frames in, frames out, until nobody is there any more."""
    gate, memory = socket.socket(fileno=int(sys.argv[1])), int(sys.argv[2]) << 20
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    for limit, most in ((resource.RLIMIT_AS, memory), (resource.RLIMIT_CORE, 0), (resource.RLIMIT_FSIZE, 0)):
        ceiling = resource.getrlimit(limit)[1]
        allowed = most if ceiling == resource.RLIM_INFINITY else min(most, ceiling)
        resource.setrlimit(limit, (allowed, allowed))
    from crawler.normalise.allowance import Allowance
    from crawler.normalise.scan import read_scan, start_engine

    allowance = Allowance()
    engine = start_engine(allowance)
    gate.sendall(_READY)

    def tell(so_far: Document) -> None:
        _send(gate, _PAGE, _DOCUMENT.dump_json(so_far))

    with gate.makefile("rb") as incoming:
        while head := incoming.read(_FRAME.size):
            asked, length = _FRAME.unpack(head)
            within_s, name_length = _ASKED.unpack(incoming.read(_ASKED.size))
            doc_format = incoming.read(name_length).decode()
            data = incoming.read(length)
            try:
                document = read_scan(data, doc_format, engine, tell, everything=asked == _ALL, within_s=within_s,
                                     allowance=allowance)
                kind, body = _DONE, _DOCUMENT.dump_json(document)
            except MemoryError:
                os._exit(3)
            except Exception as problem:  # OpenCV, PDFium and Pillow raise anything on damaged pictures
                kind, body = _ERROR, f"{type(problem).__name__}: {problem}".encode()
            _send(gate, kind, body)


def _send(gate: socket.socket, kind: bytes, body: bytes) -> None:
    gate.sendall(_FRAME.pack(kind, len(body)) + body)


if __name__ == "__main__":
    main()
