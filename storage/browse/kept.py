"""What takes a while to find out and may be some moments old: kept in memory, made anew beside the questions."""

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from gongkai.errors import GongkaiError

logger = logging.getLogger(__name__)

T = TypeVar("T")
_AT_ONCE_S, _SOON = 0.05, 10


@dataclass
class Kept(Generic[T]):
    """As of `rest` times as long ago as making it takes: minutes in the largest archive, some milliseconds in a small
    one, where it is made at once. Making beside the questions takes the processor from them: with a rest of ten, one
    answer of eleven waited. Shared by threads."""

    name: str
    rest: int = 100
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _value: T | None = None
    _made_at: float = 0.0
    _took_s: float = 0.0
    _making: bool = False

    def fresh(self, make: Callable[[], T]) -> T:
        with self._lock:
            age, at_once = time.monotonic() - self._made_at, self._took_s < _AT_ONCE_S
            if self._value is None or (at_once and age > _SOON * self._took_s):
                self._make(make)
            elif not at_once and age > self.rest * self._took_s:
                self._begin(make)
            assert self._value is not None
            return self._value

    def ready(self, make: Callable[[], T]) -> T | None:
        """None until it is made the first time: nobody waits for it."""
        with self._lock:
            if self._value is None or time.monotonic() - self._made_at > self.rest * self._took_s:
                self._begin(make)
            return self._value

    def _begin(self, make: Callable[[], T]) -> None:
        if not self._making:
            self._making = True
            threading.Thread(target=self._make_beside, args=(make,), name=self.name, daemon=True).start()

    def _make_beside(self, make: Callable[[], T]) -> None:
        try:
            self._make(make)
        except GongkaiError as problem:
            logger.warning("%s stay as they were: %s", self.name, problem)
        finally:
            self._making = False

    def _make(self, make: Callable[[], T]) -> None:
        begun = time.monotonic()
        self._value = make()
        self._made_at = time.monotonic()
        self._took_s = self._made_at - begun
