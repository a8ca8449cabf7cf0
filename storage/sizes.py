"""How much there is: objects and bytes by kind, what compression saves, growth by year, formats."""

from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import Connection, func, select

from storage.catalog.engine import Catalog
from storage.catalog.schema import captures, versions
from storage.layout import kind_of
from storage.objects import ObjectStore


@dataclass(frozen=True)
class KindSize:
    kind: str
    objects: int
    bytes: int


@dataclass(frozen=True)
class YearGrowth:
    """Of the calendar year of the captures; `raw_bytes` as received."""

    year: int
    captures: int
    new_raw_objects: int
    new_raw_bytes: int


@dataclass(frozen=True)
class FormatSize:
    """Versions in one format with the bytes received for them, each once a version, and those new in each calendar year
    (of their first capture)."""

    doc_format: str
    versions: int
    raw_bytes: int
    new_versions: dict[int, int]


@dataclass(frozen=True)
class ArchiveSizes:
    """`received_bytes` is what the raw objects hold when unpacked, each once; `sent_bytes` what all captures brought,
    so that their difference is what keeping each byte string once has saved."""

    kinds: tuple[KindSize, ...]
    received_bytes: int
    sent_bytes: int
    growth: tuple[YearGrowth, ...]
    formats: tuple[FormatSize, ...]

    @property
    def compression(self) -> float | None:
        """Times smaller than received; None for an empty archive."""
        stored = sum(kind.bytes for kind in self.kinds if kind.kind == "raw")
        return round(self.received_bytes / stored, 2) if stored else None

    def as_json(self) -> dict[str, Any]:
        return {**asdict(self), "compression": self.compression}


def sizes(objects: ObjectStore, catalog: Catalog) -> ArchiveSizes:
    kinds: dict[str, tuple[int, int]] = {}
    for key, size in objects.sizes():
        number, total = kinds.get(kind_of(key), (0, 0))
        kinds[kind_of(key)] = number + 1, total + size
    return catalog.read(lambda connection: _sizes(connection, kinds))


def _sizes(connection: Connection, kinds: dict[str, tuple[int, int]]) -> ArchiveSizes:
    once = select(captures.c.raw_sha256, func.max(captures.c.size_bytes).label("size"),
                  func.substr(func.min(captures.c.fetched_at), 1, 4).label("year")).group_by(
        captures.c.raw_sha256).subquery()
    new = {row[0]: (row[1], int(row[2])) for row in connection.execute(
        select(once.c.year, func.count(), func.sum(once.c.size)).group_by(once.c.year))}
    year = func.substr(captures.c.fetched_at, 1, 4)
    seen = connection.execute(select(year, func.count(), func.sum(captures.c.size_bytes)).group_by(year)).all()
    return ArchiveSizes(
        kinds=tuple(KindSize(kind, *found) for kind, found in sorted(kinds.items())),
        received_bytes=sum(size for _, size in new.values()), sent_bytes=sum(int(row[2]) for row in seen),
        growth=tuple(YearGrowth(int(name), number, *new.get(name, (0, 0))) for name, number, _ in sorted(
            tuple(row) for row in seen)),
        formats=_formats(connection))


def _formats(connection: Connection) -> tuple[FormatSize, ...]:
    version = (captures.c.document_id, captures.c.number)
    files = select(*version, func.max(captures.c.size_bytes).label("size"),
                   func.min(captures.c.fetched_at).label("at")).where(captures.c.document_id.is_not(None)).group_by(
        *version, captures.c.raw_sha256).subquery()
    first = select(files.c.document_id, files.c.number, func.sum(files.c.size).label("size"),
                   func.substr(func.min(files.c.at), 1, 4).label("year")).group_by(
        files.c.document_id, files.c.number).subquery()
    asked = select(versions.c.doc_format, first.c.year, func.count(), func.sum(first.c.size)).join(
        first, (first.c.document_id == versions.c.document_id) & (first.c.number == versions.c.number)).group_by(
        versions.c.doc_format, first.c.year).order_by(first.c.year)
    found: dict[str, FormatSize] = {}
    for name, year, number, size in connection.execute(asked):
        before = found.get(name, FormatSize(name, 0, 0, {}))
        found[name] = FormatSize(name, before.versions + number, before.raw_bytes + int(size or 0),
                                 {**before.new_versions, int(year): number})
    return tuple(sorted(found.values(), key=lambda one: (-one.versions, one.doc_format)))
