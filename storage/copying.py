"""Objects copied to another place: a backup, a restore, or the step from a directory to S3.

What is there already is left alone and nothing is overwritten, so that a copy broken off goes on where it stopped. What
names other objects (manifests, readings, logs, events) is listed first and copied last: while crawls go on, whatever a
copied manifest names was written before the list was made, and is copied too.
"""

from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import islice
from typing import Literal

from gongkai.digest import sha256_hex
from gongkai.errors import DamageError
from storage.damage import Progress
from storage.layout import (
    CONTENT_TYPES,
    CRAWLS,
    DOCUMENTS,
    MANIFEST,
    RAW,
    READING,
    REGISTRY,
    TOMBSTONES,
    kind_of,
    parse_raw,
)
from storage.objects import KeyTakenError, ObjectMissingError, ObjectStore
from storage.raw import unpack

_NAMING = frozenset({MANIFEST, READING})
_SHARDS = tuple(f"{number:02x}/" for number in range(256))
"""Keys fan out by two digits of a digest; one part's listing fits in memory where ten million objects' would not."""
_AT_ONCE = 8
_AHEAD = 64  # bodies are large: only so many in memory

State = Literal["copied", "there", "same", "failed"]


@dataclass(frozen=True)
class CopyFailure:
    """An object that was not copied, and why."""

    key: str
    detail: str


@dataclass(frozen=True)
class CopySummary:
    """`there` counts what the target held already; with `check` it was compared byte by byte."""

    copied: int
    there: int
    copied_bytes: int
    failures: tuple[CopyFailure, ...]


class Copy:
    """From one place to another; see `Archive.copy_to`."""

    def __init__(self, source: ObjectStore, target: ObjectStore, *, check: bool, progress: Progress | None) -> None:
        self._source, self._target, self._check, self._progress = source, target, check, progress
        self._copied = self._there = self._bytes = 0
        self._failures: list[CopyFailure] = []

    def run(self) -> CopySummary:
        """Raises StorageError when either place cannot be read or written; damaged objects are told in the summary."""
        later = [found for part in (CRAWLS, REGISTRY, TOMBSTONES) for found in self._source.sizes(part)]
        manifests = [found for found in self._source.sizes(DOCUMENTS) if _names_others(found[0])]
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            for part in (RAW, DOCUMENTS):
                for shard in _SHARDS:
                    there = dict(self._target.sizes(part + shard))
                    self._all(pool, ((key, size) for key, size in self._source.sizes(part + shard)
                                     if not _names_others(key)), there)
            self._named(pool, manifests)
            self._named(pool, later)
        return CopySummary(self._copied, self._there, self._bytes, tuple(self._failures))

    def _named(self, pool: ThreadPoolExecutor, wanted: list[tuple[str, int]]) -> None:
        by_part: dict[str, list[tuple[str, int]]] = {}
        for found in wanted:
            by_part.setdefault(_part_of(found[0]), []).append(found)
        for part, within in sorted(by_part.items()):
            self._all(pool, within, dict(self._target.sizes(part)))

    def _all(self, pool: ThreadPoolExecutor, wanted: Iterable[tuple[str, int]], there: dict[str, int]) -> None:
        def one(asked: tuple[str, int]) -> tuple[str, State, int, str]:
            key, size = asked
            try:
                return (key, *self._one(key, size, there.get(key)))
            except (DamageError, ObjectMissingError) as problem:
                return key, "failed", 0, str(problem)

        left = iter(wanted)
        while ahead := list(islice(left, _AHEAD)):
            for key, state, size, detail in pool.map(one, ahead):
                self._count(key, state, size, detail)

    def _one(self, key: str, size: int, target_size: int | None) -> tuple[State, int, str]:
        if target_size is not None and not self._check:
            if size == target_size:
                return "there", 0, ""
            raise DamageError(f"{self._target.place} holds {target_size} bytes under this key, {self._source.place} "
                              f"{size}; run gongkai verify on both to see which is damaged")
        data = self._source.get(key)
        _check_digest(key, data)
        try:
            created = self._target.put(key, data, _content_type(key))
        except KeyTakenError as problem:
            raise DamageError(f"{self._target.place} holds other bytes under this key and nothing is overwritten; run "
                              "gongkai verify on both to see which is damaged") from problem
        if not created:
            return "same", 0, ""
        if sha256_hex(self._target.get(key)) != sha256_hex(data):
            raise DamageError(f"what {self._target.place} gave back is not what was written; run the copy again with "
                              "--check")
        return "copied", len(data), ""

    def _count(self, key: str, state: State, size: int, detail: str) -> None:
        if state == "failed":
            self._failures.append(CopyFailure(key, detail))
        elif state == "copied":
            self._copied, self._bytes = self._copied + 1, self._bytes + size
        else:
            self._there += 1
        if self._progress is not None:
            self._progress(self._copied + self._there + len(self._failures), None)


def _names_others(key: str) -> bool:
    return key.rpartition("/")[2] in _NAMING


def _part_of(key: str) -> str:
    """The key up to its shard: ``documents/ab/``, ``crawls/2026/``."""
    return "/".join(key.split("/")[:2]) + "/"


def _content_type(key: str) -> str:
    """As it was written, as far as the key tells; a raw binary's own type stands in its manifest and its log."""
    name = key.rpartition("/")[2]
    if name.endswith(".zst"):
        return "application/zstd"
    if name in CONTENT_TYPES:
        return CONTENT_TYPES[name]
    return "application/json" if kind_of(key) in ("registry-event", "tombstone") else "application/octet-stream"


def _check_digest(key: str, data: bytes) -> None:
    """Raw bytes are named by their digest: damage is told here, not carried on."""
    promised = parse_raw(key)
    if promised is None:
        return
    body = unpack(data) if key.endswith(".zst") else data
    if sha256_hex(body) != promised:
        raise DamageError("it no longer holds the bytes its name promises; run gongkai verify")
