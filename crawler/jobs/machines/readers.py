"""Readers that stay warm between two batches of a worker."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from crawler.normalise.sandbox import Sandbox
from gongkai.settings import Settings

_IDLE_S = 120.0


class Readers:
    """One sandbox a batch under way. To start one takes a core a second, a twentieth of a batch (and ten with scans,
    for the model), so the next batch gets it as it is; one that nobody needed for two minutes is closed, for it holds
    a hundred megabytes (a gigabyte with scans)."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._idle: list[tuple[float, Sandbox]] = []
        self._mutex = threading.Lock()

    @contextmanager
    def one(self) -> Iterator[Sandbox]:
        with self._mutex:
            sandbox = self._idle.pop()[1] if self._idle else Sandbox(self._settings)
        try:
            yield sandbox
        finally:
            with self._mutex:
                self._idle.append((time.monotonic(), sandbox))

    def close_idle(self, for_s: float = _IDLE_S) -> None:
        since = time.monotonic() - for_s
        with self._mutex:
            done = [sandbox for at, sandbox in self._idle if at <= since]
            self._idle = [(at, sandbox) for at, sandbox in self._idle if at > since]
        for sandbox in done:
            sandbox.close()
