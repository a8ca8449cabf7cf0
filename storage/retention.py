"""Dropping raw bytes on purpose: look-alikes that nobody will ask for, or a document whose removal the law orders.

A tombstone says what goes, why and on whose order before anything goes, and stays. Derived files, manifests and logs
are never touched, and bytes that anything else refers to are kept. This is the one place that removes what was kept.
"""

import json
import secrets
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, func, or_, select

from gongkai.clock import stamp
from gongkai.digest import sha256_hex
from gongkai.errors import ConfigurationError, DamageError, NotFoundError
from storage.catalog.engine import Catalog
from storage.catalog.schema import captures, versions
from storage.layout import TOMBSTONES, parse_tombstone, raw_key, tombstone_key
from storage.objects import ObjectStore

SCHEMA = "gongkai/tombstone/1"
_SHORTEST_REASON = 4


@dataclass(frozen=True)
class Dropped:
    """Bytes a tombstone names. `url` is where they were seen last."""

    sha256: str
    key: str
    size_bytes: int
    url: str
    fetched_at: str


@dataclass(frozen=True)
class Tombstone:
    tombstone_id: str
    at: str
    rule: str
    reason: str
    ordered_by: str
    raw: tuple[Dropped, ...]


def retain(objects: ObjectStore, catalog: Catalog, now: datetime, *, lookalike_days: int | None, document: str | None,
           reason: str, ordered_by: str, apply: bool) -> tuple[list[Dropped], Tombstone | None]:
    """As `Archive.retain`."""
    if document is not None:
        rule, found = f"document {document}", catalog.read(lambda c: bytes_of_document(c, document))
    else:
        day = days_before(now, lookalike_days or 0)
        rule, found = f"look-alikes before {day}", catalog.read(lambda c: rejected_before(c, day))
    if not apply:
        return found, None
    finish(objects, catalog)
    return found, drop(objects, now, rule, reason, ordered_by, found)


def rejected_before(connection: Connection, day: str) -> list[Dropped]:
    """Bytes seen only in look-alikes, and not since `day`."""
    other = captures.alias()
    wanted = select(1).where(other.c.raw_sha256 == captures.c.raw_sha256,
                             or_(other.c.document_id.is_not(None), other.c.fetched_at >= day)).exists()
    return _dropped(connection, captures.c.document_id.is_(None), captures.c.fetched_at < day, ~wanted)


def bytes_of_document(connection: Connection, document_id: str) -> list[Dropped]:
    """Bytes of a document's versions that no other document and no look-alike shares."""
    asked = select(versions.c.number).where(versions.c.document_id == document_id).limit(1)
    if connection.execute(asked).first() is None:
        raise NotFoundError(f"no document {document_id!r} in this archive; gongkai history ID --json names them")
    other = captures.alias()
    shared = select(1).where(other.c.raw_sha256 == captures.c.raw_sha256,
                             or_(other.c.document_id.is_(None), other.c.document_id != document_id)).exists()
    return _dropped(connection, captures.c.document_id == document_id, ~shared)


def check_order(reason: str, ordered_by: str) -> None:
    if len(reason.strip()) < _SHORTEST_REASON or not ordered_by.strip():
        raise ConfigurationError("a tombstone stays for ever: say with --reason why, and with --ordered-by on whose "
                                 "order, these bytes are dropped")


def drop(objects: ObjectStore, now: datetime, rule: str, reason: str, ordered_by: str,
         raw: Iterable[Dropped]) -> Tombstone:
    """The tombstone first. Killed in between, what is named and still there goes with `finish`."""
    check_order(reason, ordered_by)
    present = tuple(d for item in raw for d in _with_key(objects, item))
    made = Tombstone(f"{now:%Y%m%dT%H%M%SZ}-{secrets.token_hex(4)}", stamp(now), rule, reason.strip(),
                     ordered_by.strip(), present)
    if present:
        objects.put(tombstone_key(made.tombstone_id), dump(made), "application/json", {"schema": SCHEMA})
        _remove(objects, made)
    return made


def finish(objects: ObjectStore, catalog: Catalog) -> int:
    """Removes what tombstones name and a crash left standing; what was captured anew since then stays."""
    removed = 0
    for made in tombstones(objects):
        named = [item.sha256 for item in made.raw]
        with catalog.reading() as connection:
            newer = set(connection.execute(select(captures.c.raw_sha256).where(
                captures.c.raw_sha256.in_(named), captures.c.fetched_at > made.at)).scalars())
        for item in made.raw:
            if item.sha256 not in newer and objects.exists(item.key):
                objects.remove(item.key)
                removed += 1
    return removed


def tombstones(objects: ObjectStore) -> list[Tombstone]:
    """Raises DamageError for one that is not as it was written."""
    return [load(objects.get(key)) for key in sorted(objects.keys(TOMBSTONES)) if parse_tombstone(key)]


def dump(made: Tombstone) -> bytes:
    fields: dict[str, Any] = {"schema": SCHEMA, **json.loads(json.dumps(asdict(made)))}
    fields["tombstone_sha256"] = _own_digest(fields)
    return (json.dumps(fields, ensure_ascii=False, sort_keys=True, indent=1) + "\n").encode()


def load(data: bytes) -> Tombstone:
    try:
        fields = json.loads(data)
        if fields.pop("tombstone_sha256") != _own_digest(fields):
            raise DamageError("the tombstone was altered: its own digest does not match")
        fields.pop("schema")
        return Tombstone(**{**fields, "raw": tuple(Dropped(**item) for item in fields["raw"])})
    except (ValueError, KeyError, TypeError, AttributeError) as problem:
        raise DamageError(f"not a readable tombstone ({problem})") from None


def days_before(now: datetime, days: int) -> str:
    return stamp(now - timedelta(days=days))


def _remove(objects: ObjectStore, made: Tombstone) -> None:
    for item in made.raw:
        objects.remove(item.key)


def _with_key(objects: ObjectStore, item: Dropped) -> list[Dropped]:
    keys = (raw_key(item.sha256, compressed=compressed) for compressed in (True, False))
    return [Dropped(item.sha256, key, item.size_bytes, item.url, item.fetched_at)
            for key in keys if objects.exists(key)]


def _dropped(connection: Connection, *conditions: Any) -> list[Dropped]:
    asked = select(captures.c.raw_sha256, func.max(captures.c.size_bytes), func.max(captures.c.url),
                   func.max(captures.c.fetched_at)).where(*conditions).group_by(captures.c.raw_sha256)
    return [Dropped(sha, "", size, url, at) for sha, size, url, at in connection.execute(
        asked.order_by(captures.c.raw_sha256))]


def _own_digest(fields: dict[str, Any]) -> str:
    return sha256_hex(json.dumps(fields, sort_keys=True, separators=(",", ":")))
