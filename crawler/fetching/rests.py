"""Hosts that turned us away rest for hours, also from the crawls that come after: hammering only prolongs a ban."""

import json
import logging
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

from gongkai.clock import utc_now
from gongkai.digest import sha256_hex
from gongkai.errors import StorageError
from storage.shared import SharedHosts

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Rest:
    """`until` in seconds of the epoch; `kind` and `reason` as the problem that began it said them."""

    until: float
    kind: str
    reason: str

    @property
    def end(self) -> str:
        return f"{datetime.fromtimestamp(self.until, UTC):%Y-%m-%d %H:%M} UTC"


class Rests(Protocol):
    """Which hosts rest, and for how long one that begins now does."""

    length_s: float

    def begin(self, place: str, kind: str, reason: str) -> Rest | None:
        """None where it cannot be remembered."""
        ...

    def of(self, place: str) -> Rest | None:
        """The rest the host is taking."""
        ...


class RestFiles:
    """One small file a host beside its turns. None as `directory`, or a length of 0, remembers nothing."""

    def __init__(self, directory: Path | None, length_s: float) -> None:
        self._directory = directory if length_s > 0 else None
        self.length_s = length_s

    def begin(self, place: str, kind: str, reason: str) -> Rest | None:
        if self._directory is None:
            return None
        rest = Rest(utc_now().timestamp() + self.length_s, kind, reason[:500])
        file = self._file(self._directory, place)
        try:
            self._directory.mkdir(parents=True, exist_ok=True)
            written = file.with_suffix(".new")
            written.write_text(json.dumps({"place": place, **vars(rest)}, ensure_ascii=False), "utf-8")
            written.replace(file)
        except OSError as problem:
            logger.warning("that %s is to rest cannot be remembered: %s", place, problem)
            return None
        logger.warning("%s rests until %s (rest_h): %s", place, rest.end, reason)
        return rest

    def of(self, place: str) -> Rest | None:
        """The rest the host is taking; a file that cannot be read, or longer than any rest we grant, is none."""
        if self._directory is None:
            return None
        try:
            told = json.loads(self._file(self._directory, place).read_text("utf-8"))
            rest = Rest(float(told["until"]), str(told["kind"]), str(told["reason"]))
        except (OSError, ValueError, KeyError, TypeError):
            return None
        return rest if 0 < rest.until - utc_now().timestamp() <= self.length_s else None

    @staticmethod
    def _file(directory: Path, place: str) -> Path:
        return directory / f"{sha256_hex(place)[:16]}.left"


class SharedRests:
    """Where the catalog is on a server: for the crawls of every machine."""

    def __init__(self, hosts: SharedHosts, length_s: float) -> None:
        self._hosts, self.length_s = hosts, length_s

    def begin(self, place: str, kind: str, reason: str) -> Rest | None:
        if self.length_s <= 0:
            return None
        try:
            until = self._hosts.leave(place, kind, reason[:500], self.length_s)
        except StorageError as problem:
            logger.warning("that %s is to rest cannot be remembered: %s", place, problem)
            return None
        rest = Rest(until.timestamp(), kind, reason[:500])
        logger.warning("%s rests until %s (rest_h): %s", place, rest.end, reason)
        return rest

    def of(self, place: str) -> Rest | None:
        if self.length_s <= 0:
            return None
        try:
            found = self._hosts.left(place, self.length_s)
        except StorageError as problem:
            logger.warning("whether %s rests cannot be found out: %s", place, problem)
            return None
        return Rest(found.until.timestamp(), found.kind, found.reason) if found is not None else None
