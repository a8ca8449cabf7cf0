"""A crawl's lines while it runs: appended to a local file, sealed into one compressed object when it ends.

The writer holds the kernel's lock on its journal, so a journal nobody holds belongs to a process that died; the next
archive opened for writing seals it. Process id and start time stand in the first line for people, not for the program.
"""

import json
import os
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from storage.failures import file_failures
from storage.locks import FileLock

Line = dict[str, Any]


class Journal:
    """Appends whole lines, each flushed to the system before `append` returns, so that only a power cut loses any."""

    def __init__(self, path: Path, first: Line) -> None:
        self.path = path
        self._mutex = threading.Lock()
        hidden = path.with_name(f".{path.name}")
        # Locked before it gets the name by which others look for orphans.
        self._lock = _locked(hidden)
        with file_failures(f"write the journal {path}"):
            self._handle = os.open(hidden, os.O_WRONLY | os.O_APPEND | os.O_CLOEXEC)
        self.append(first)
        with file_failures(f"write the journal {path}"):
            hidden.rename(path)

    def append(self, *lines: Line, durable: bool = False) -> None:
        with self._mutex:
            self._append(encoded(lines), durable=durable)

    def end(self, last: Callable[[list[Line]], Line]) -> None:
        """Appends `last` of all lines so far, durably; no other line comes in between."""
        with self._mutex:
            self._append(_encoded(last(lines_of(self.read()))), durable=True)

    def _append(self, data: bytes, *, durable: bool) -> None:
        with file_failures(f"write the journal {self.path}"):
            end = os.fstat(self._handle).st_size
            try:
                written = 0
                while written < len(data):
                    written += os.write(self._handle, data[written:])
                if durable:
                    os.fsync(self._handle)
            except OSError:
                os.ftruncate(self._handle, end)  # a torn line would swallow the next one
                raise

    def read(self) -> bytes:
        with file_failures(f"read the journal {self.path}"):
            return self.path.read_bytes()

    def remove(self) -> None:
        with file_failures(f"remove the sealed journal {self.path}"):
            self.path.unlink(missing_ok=True)
        self.close()

    def close(self) -> None:
        if self._handle >= 0:
            os.close(self._handle)
            self._handle = -1
            self._lock.close()


def _locked(path: Path) -> FileLock:
    """A new file, ours alone: one that a sweep took away before it was locked is made again."""
    while True:
        lock = FileLock(path)
        lock.exclusive()
        if lock.held_file_is(path):
            return lock
        lock.close()


def journals(folder: Path) -> list[Path]:
    return sorted(folder.glob("[!.]*.jsonl")) if folder.is_dir() else []


def sweep(folder: Path) -> None:
    """Removes journals whose process died before they had their name."""
    for path in folder.glob(".*.jsonl"):
        with _orphaned(path) as dead, file_failures(f"remove the leftover {path}"):
            if dead:
                path.unlink(missing_ok=True)


def orphans(folder: Path) -> Iterator[tuple[Path, bytes]]:
    """Journals whose process is gone, each locked while the caller has it."""
    for path in journals(folder):
        with _orphaned(path) as dead:
            if dead:
                with file_failures(f"read the journal {path}"):
                    data = path.read_bytes()
                yield path, data


@contextmanager
def _orphaned(path: Path) -> Iterator[bool]:
    """Whether nobody held it; if so, we do."""
    lock = FileLock(path, create=False)
    try:
        yield lock.held_file_is(path) and lock.try_exclusive() and lock.held_file_is(path)
    finally:
        lock.close()


def lines_of(data: bytes) -> list[Line]:
    """The whole lines; one torn by a crash is left out."""
    found = []
    for raw in data.splitlines():
        try:
            line = json.loads(raw)
        except ValueError:
            continue
        if isinstance(line, dict) and "line" in line:
            found.append(line)
    return found


def encoded(lines: Iterable[Line]) -> bytes:
    return b"".join(_encoded(line) for line in lines)


def _encoded(line: Line) -> bytes:
    return (json.dumps(line, ensure_ascii=False, separators=(",", ":")) + "\n").encode(errors="backslashreplace")
