"""What needs a human, and what a human was told of already."""

import socket
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from sqlalchemy import Connection, delete, select

from gongkai.clock import stamp
from storage.catalog.dialect import put_rows
from storage.catalog.schema import told_troubles

TroubleKind = Literal["blocked", "unreachable", "failed", "stopped_yielding", "silent", "order_failed", "late", "disk"]


@dataclass(frozen=True)
class Trouble:
    """`subject` is a host, an address, an order or a disk; `state` changes when it is to be told again, `detail` may
    change every day."""

    kind: TroubleKind
    subject: str
    state: str
    detail: str
    since: str | None = None

    @property
    def trouble_id(self) -> str:
        return f"{self.kind}:{self.subject}"

    def as_json(self) -> dict[str, Any]:
        return {**asdict(self), "id": self.trouble_id}


@dataclass(frozen=True)
class Told:
    trouble_id: str
    kind: str
    subject: str

    def as_json(self) -> dict[str, Any]:
        return {"id": self.trouble_id, "kind": self.kind, "subject": self.subject}


def claim(connection: Connection, found: Sequence[Trouble], now: datetime, for_s: float,
          ) -> tuple[list[Trouble], list[Told]]:
    known = {row.trouble_id: row for row in connection.execute(select(told_troubles))}
    free_before = stamp(now - timedelta(seconds=for_s))
    fresh = [trouble for trouble in found if (row := known.get(trouble.trouble_id)) is None
             or ((row.state != trouble.state or not row.told_at) and row.claimed_at <= free_before)]
    now_there = {trouble.trouble_id for trouble in found}
    gone = [row for name, row in known.items() if name not in now_there and not _elsewhere(row.kind, row.subject)]
    over = [row for row in gone if row.told_at and row.claimed_at <= free_before]
    forgotten = [row.trouble_id for row in gone if not row.told_at]  # over before anybody heard of it
    connection.execute(delete(told_troubles).where(told_troubles.c.trouble_id.in_(forgotten)))
    put_rows(connection, told_troubles, [
        {"trouble_id": t.trouble_id, "kind": t.kind, "subject": t.subject, "state": t.state, "claimed_at": stamp(now),
         "told_at": ""} for t in fresh])
    put_rows(connection, told_troubles, [{**row._mapping, "claimed_at": stamp(now)} for row in over])
    return fresh, [Told(row.trouble_id, row.kind, row.subject) for row in over]


def disk_subject(place: str) -> str:
    """Each machine sees its own disk."""
    return f"{socket.gethostname()}:{place}"


def _elsewhere(kind: str, subject: str) -> bool:
    return kind == "disk" and not subject.startswith(disk_subject(""))


def told(connection: Connection, found: Sequence[Trouble], over: Sequence[Told], now: datetime) -> None:
    put_rows(connection, told_troubles, [
        {"trouble_id": t.trouble_id, "kind": t.kind, "subject": t.subject, "state": t.state, "claimed_at": stamp(now),
         "told_at": stamp(now)} for t in found])
    connection.execute(delete(told_troubles).where(told_troubles.c.trouble_id.in_([o.trouble_id for o in over])))
