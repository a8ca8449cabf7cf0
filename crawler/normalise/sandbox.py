"""Reading files nobody vouches for: one forked child a file, with limits; whatever happens comes back as a status."""

import contextlib
import json
import os
import select
import signal
import socket
import subprocess
import sys
import threading
import time
import weakref
from dataclasses import replace
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from crawler.normalise.forkserver import OUTPUT_LIMIT_BYTES
from crawler.normalise.readers import LENGTH, readers_of
from crawler.normalise.scanner import Scanner, is_installed
from crawler.normalise.sniff import inflate, sniff
from crawler.normalise.unread import ICON_BYTES, is_scan
from gongkai.document import Document
from gongkai.settings import Settings

_DOCUMENT = TypeAdapter(Document)
_START_S = 60.0
_GRACE_S = 5.0
_TO_STOP = 0.1  # the part of a file's time in which an OCR that does not end is ended
_CHUNK_BYTES = 1 << 20


class Sandbox:
    """Reads files in children of a small server process, which starts with the first file and ends with this object (or
    with the process that owns it). Safe to call from several threads at once."""

    def __init__(self, settings: Settings) -> None:
        self._memory_mib = settings.sandbox_memory_mib
        self._cpu_s = settings.sandbox_cpu_s
        self._wall_s = settings.sandbox_wall_s
        self._ocr_wall_s = settings.ocr_wall_s
        self._scanner = Scanner(settings)
        self._lock = threading.Lock()
        self._gate: socket.socket | None = None
        self._is_up = False
        self._finalizer: weakref.finalize | None = None

    def read(self, data: bytes, *, url: str | None = None, content_type: str | None = None, way: str = "",
             spent_s: float = 0.0) -> Document:
        """`crawler.normalise.normalise` behind limits. Never raises for the file's sake: a child that dies gives
        ``failed``, one that meets a limit gives ``limit``; pictures there is no time for are named and stay unread.
        `spent_s` is what other ways to read the file took of its time."""
        began = time.monotonic() - spent_s
        wall_s = self._wall_s - spent_s
        if way == "ocr":
            return self._scanned(Document("unsupported", sniff(data, url=url)), inflate(data), began, everything=True)
        if wall_s <= 0:
            return self._bad("limit", data, url, f"no time left of {self._wall_s:g} s to read it another way")
        request = json.dumps({"url": url, "content_type": content_type, "way": way}).encode()
        try:
            answer, end = self._ask(request, data, wall_s)
        except OSError as problem:
            return self._bad("failed", data, url, f"the reader could not be started: {problem}")
        document = self._judge(answer, end, data, url)
        pictured = is_scan(document) and len(data) >= ICON_BYTES
        return self._scanned(document, inflate(data), began) if pictured else document

    def close(self) -> None:
        self._scanner.close()
        with self._lock:
            self._stop()

    def __enter__(self) -> "Sandbox":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _scanned(self, document: Document, data: bytes, began: float, *, everything: bool = False) -> Document:
        """Pictures of pages, read by the OCR worker where its extra is installed; else they stay unread and pending.
        Where only some pages are pictures and OCR fails, what was read of the others stays, and OCR has what is left of
        the file's own time; a scan has more, for nothing else reads it."""
        if not is_installed():
            return replace(document, warnings=(*document.warnings, "install gongkai[ocr] to read pictures of pages"))
        wall_s = self._ocr_wall_s if document.status == "unsupported" else min(self._ocr_wall_s, self._wall_s)
        left = (1 - _TO_STOP) * wall_s - (time.monotonic() - began)
        read = self._scanner.read(data, document.doc_format, everything=everything, within_s=left)
        if document.status == "partial" and read.status not in ("ok", "partial"):
            return replace(document, warnings=(*document.warnings, *read.warnings))
        return read

    def _ask(self, request: bytes, data: bytes, wall_s: float) -> tuple[bytes, dict[str, int | bool]]:
        """The child's answer (maybe cut short) and how it ended; a server that has gone is started once more."""
        limits = json.dumps({"memory_bytes": self._memory_mib << 20, "cpu_s": self._cpu_s, "wall_s": wall_s,
                             "readers": readers_of(data)}).encode()
        for last in (False, True):
            ours, theirs = socket.socketpair()
            report, reported = os.pipe()
            try:
                with self._lock:
                    try:
                        socket.send_fds(self._started(), [limits], [theirs.fileno(), reported])
                    except OSError:
                        self._stop()
                        if last:
                            raise
                        continue
                theirs.close()
                os.close(reported)
                reported = -1
                deadline = time.monotonic() + wall_s + _GRACE_S
                answer = _converse(ours, LENGTH.pack(len(request)) + request + data, deadline)
                return answer, _end(report, deadline)
            finally:
                ours.close()
                theirs.close()
                os.close(report)
                if reported >= 0:
                    os.close(reported)
        raise OSError("the reader's server does not stay up")

    def _judge(self, answer: bytes, end: dict[str, int | bool], data: bytes, url: str | None) -> Document:
        code = end.get("code")
        if code == 0 and len(answer) <= OUTPUT_LIMIT_BYTES:
            with contextlib.suppress(ValidationError):
                return _DOCUMENT.validate_json(answer)
        if end.get("late"):
            return self._bad("limit", data, url, f"not read within {self._wall_s:g} s")
        if code in (-signal.SIGXCPU, -signal.SIGKILL):
            return self._bad("limit", data, url, f"not read within {self._cpu_s} s of processor time, or out of memory")
        if code == 3:
            return self._bad("limit", data, url, f"needs more than {self._memory_mib} MiB of memory")
        if len(answer) > OUTPUT_LIMIT_BYTES:
            return self._bad("limit", data, url, "its text is too long")
        name = signal.Signals(-code).name if isinstance(code, int) and -65 < code < 0 else f"exit code {code}"
        return self._bad("failed", data, url, f"the reader died ({name})")

    def _bad(self, status: str, data: bytes, url: str | None, says: str) -> Document:
        doc_format = sniff(data[:1 << 20], url=url)
        return Document("limit" if status == "limit" else "failed", doc_format, warnings=(f"{doc_format}: {says}",))

    def _started(self) -> socket.socket:
        """The gate of a server that answers."""
        gate = self._launched()
        if self._is_up:
            return gate
        gate.settimeout(_START_S)
        try:
            self._is_up = gate.recv(1) == b"+"
        except OSError:
            self._is_up = False
        if not self._is_up:
            self._stop()
            raise OSError("its server did not come up")
        gate.settimeout(None)
        return gate

    def _launched(self) -> socket.socket:
        if self._gate is not None:
            return self._gate
        ours, theirs = socket.socketpair()
        with theirs:
            places = os.pathsep.join(place or str(Path.cwd()) for place in sys.path)
            process = subprocess.Popen(
                [sys.executable, "-m", "crawler.normalise.forkserver", str(theirs.fileno())],
                pass_fds=[theirs.fileno()], start_new_session=True, env=os.environ | {"PYTHONPATH": places},
                stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self._gate, self._finalizer = ours, weakref.finalize(self, _finish, ours, process)
        return ours

    def _stop(self) -> None:
        if self._finalizer is not None:
            self._finalizer()
        self._gate = self._finalizer = None
        self._is_up = False


def _finish(gate: socket.socket, process: "subprocess.Popen[bytes]") -> None:
    """Close the door; the server sees it and goes, taking its children along."""
    gate.close()
    try:
        process.wait(_GRACE_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _converse(peer: socket.socket, message: bytes, deadline: float) -> bytes:
    """Send all, then read to the end; both may stop half-way when the child does. Nothing waits past the deadline."""
    answer = bytearray()
    view = memoryview(message)
    peer.setblocking(False)
    sending = True
    while (left := deadline - time.monotonic()) > 0 and len(answer) <= OUTPUT_LIMIT_BYTES:
        readable, writable, _ = select.select([peer], [peer] if sending else [], [], left)
        try:
            if writable:
                view = view[peer.send(view[:_CHUNK_BYTES]):]
                if not view:
                    sending = False
                    peer.shutdown(socket.SHUT_WR)
            if readable:
                chunk = peer.recv(_CHUNK_BYTES)
                if not chunk:
                    break
                answer += chunk
        except (BrokenPipeError, ConnectionResetError):
            break
    return bytes(answer)


def _end(report: int, deadline: float) -> dict[str, int | bool]:
    ready, _, _ = select.select([report], [], [], max(deadline - time.monotonic(), 0.1))
    said = os.read(report, 512) if ready else b""
    return dict(json.loads(said)) if said else {}
