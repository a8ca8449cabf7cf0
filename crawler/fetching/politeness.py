"""One connection a host, and never less than the delay between the end of one answer and the next question."""

import random
from time import monotonic
from typing import Literal

from scrapy.core.downloader import Slot

JITTER = 0.25
"""The delay varies upwards only, by up to this share of itself: bursts and beats are what firewalls look for."""


class PoliteSlot(Slot):
    """A host's turn. Scrapy measures its delay from start to start and varies it both ways; this one measures from the
    end of a transfer (so a server sees the full gap, however slow the connection was) and only ever waits longer.

    `turn` knows a request that was called but has not begun yet, where Scrapy, without a delay, would call a second.
    """

    def __init__(self, delay: float, rest_until: float = 0.0) -> None:
        super().__init__(concurrency=1, delay=delay, jitter=0.0)
        self.rest_until = rest_until
        self.turn: Literal["free", "called", "running"] = "free"
        self._stretch = 1.0

    def free_transfer_slots(self) -> int:
        return 1 if self.turn == "free" else 0

    @property
    def gap_s(self) -> float:
        """What has to lie between the end of the last answer and the next question."""
        return self.delay * self._stretch

    def download_delay(self) -> float:
        return max(self.gap_s, self.rest_until - self.lastseen, 0.0)

    def ended(self) -> None:
        """A transfer is over: the delay counts from now."""
        self.turn = "free"
        self.lastseen = monotonic()
        self._stretch = 1 + random.uniform(0, JITTER)
