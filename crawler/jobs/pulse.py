"""Signs of life of this machine's scheduler or worker, for whatever restarts them: ``gongkai doctor --alive``."""

import logging
import os
import platform
import re
import time
from pathlib import Path

from gongkai.settings import Settings

logger = logging.getLogger(__name__)

_MISSED = 2.0
"""So many lease times without a sign and it counts as dead: a busy machine may be late once."""


class Pulse:
    """Beaten by the loop that gives out the work, so that a process that hangs stops beating. One file a host name, for
    a container has its own."""

    def __init__(self, settings: Settings) -> None:
        self._file, self._every_s = _file(settings), settings.lease_s / 4
        self._next = 0.0

    def beat(self) -> None:
        if time.monotonic() < self._next:
            return
        self._next = time.monotonic() + self._every_s
        try:
            self._file.parent.mkdir(parents=True, exist_ok=True)
            self._file.touch()
            os.utime(self._file)
        except OSError as problem:  # a full disk is told by whoever writes to the archive
            logger.warning("no sign of life could be left: %s", problem)


def is_alive(settings: Settings) -> bool:
    try:
        return time.time() - _file(settings).stat().st_mtime < _MISSED * settings.lease_s
    except OSError:
        return False


def _file(settings: Settings) -> Path:
    return settings.state_dir / "alive" / re.sub(r"[^\w.-]", "_", platform.node() or "here")
