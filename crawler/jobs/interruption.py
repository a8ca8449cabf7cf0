"""Ctrl-C and SIGTERM while crawls run: once lets every page under way be stored, twice ends at once."""

import signal
import subprocess
import threading
from collections.abc import Callable
from types import FrameType, TracebackType
from typing import Protocol

_SIGNALS = (signal.SIGINT, signal.SIGTERM)


class Watch(Protocol):
    """Whoever may end crawls on the way. `signal` is not None once it has begun to."""

    @property
    def signal(self) -> int | None: ...

    def watch(self, child: "subprocess.Popen[str]") -> None: ...

    def forget(self, child: "subprocess.Popen[str]") -> None: ...


class Interruption:
    """While entered (in the main thread), the first signal asks every child to end after its page, a second kills them;
    either way the frontiers know what is left. `signal` is the first one that came."""

    def __init__(self, say: Callable[[], None]) -> None:
        """`say` tells the person that the end is being waited for, and how to have it at once."""
        self._say = say
        self._children: set[subprocess.Popen[str]] = set()
        self._lock = threading.Lock()
        self.signal: int | None = None

    @property
    def exit_code(self) -> int | None:
        """130 or 143, as shells have it; None when nothing came."""
        return None if self.signal is None else 128 + self.signal

    def __enter__(self) -> "Interruption":
        self._before = {number: signal.signal(number, self._arrived) for number in _SIGNALS}
        return self

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)

    def watch(self, child: subprocess.Popen[str]) -> None:
        self._children.add(child)
        if self.signal is not None:  # it came while the child was starting
            child.terminate()

    def forget(self, child: subprocess.Popen[str]) -> None:
        self._children.discard(child)

    def _arrived(self, number: int, frame: FrameType | None) -> None:
        again = self.signal is not None
        self.signal = self.signal or number
        for child in tuple(self._children):
            child.kill() if again else child.terminate()
        if not again:
            self._say()
