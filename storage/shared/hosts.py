"""Turns and rests of hosts among machines, by the database server's clock alone."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, text

_TAKE = text("""
    INSERT INTO hosts AS h (place, holder, held_until) VALUES (:place, :holder, now() + make_interval(secs => :hold))
    ON CONFLICT (place) DO UPDATE SET holder = :holder, held_until = now() + make_interval(secs => :hold)
    WHERE h.holder IS NULL OR h.holder = :holder OR h.held_until <= now() RETURNING place""")
_WAIT = text("""
    SELECT greatest(0, extract(epoch FROM asked_at - now()) + :delay,
                    CASE WHEN rest_until <= now() + make_interval(secs => :longest)
                         THEN extract(epoch FROM rest_until - now()) END)
    FROM hosts WHERE place = :place AND holder = :holder""")
_BEGIN = text("""
    UPDATE hosts SET asked_at = now(), held_until = now() + make_interval(secs => :hold)
    WHERE place = :place AND holder = :holder""")
_WAITS = text("UPDATE hosts SET held_until = now() + make_interval(secs => :wait) "
              "WHERE place = :place AND holder = :holder")
_END = text("UPDATE hosts SET asked_at = now(), holder = NULL, held_until = NULL "
            "WHERE place = :place AND holder = :holder")
_REST = text("""
    INSERT INTO hosts AS h (place, rest_until) VALUES (:place, now() + make_interval(secs => :seconds))
    ON CONFLICT (place) DO UPDATE
    SET rest_until = greatest(h.rest_until, now() + make_interval(secs => :seconds))""")
_LEAVE = text("""
    INSERT INTO hosts (place, left_until, left_kind, left_reason)
    VALUES (:place, now() + make_interval(secs => :seconds), :kind, :reason)
    ON CONFLICT (place) DO UPDATE SET left_until = excluded.left_until, left_kind = :kind, left_reason = :reason
    RETURNING left_until""")
_LEFT = text("""
    SELECT left_until, left_kind, left_reason FROM hosts
    WHERE place = :place AND left_until > now() AND left_until <= now() + make_interval(secs => :longest)""")
_LATE_S = 5.0
"""How much later than it said a waiting crawl may come before its turn is another's."""


@dataclass(frozen=True)
class Rested:
    """A host that is left alone until `until`, and why."""

    until: datetime
    kind: str
    reason: str


class SharedHosts:
    """A turn is held for a while by name, not by a connection: a server that restarts while a page is on its way
    forgets nothing, and what a killed crawl held is free again when its while is over."""

    def __init__(self, do: Callable[..., Any]) -> None:
        self._do = do

    def take(self, place: str, holder: str, delay_s: float, hold_s: float, longest_rest_s: float) -> float | None:
        """None while somebody else has the turn. 0 when it has begun, and is `holder`'s for `hold_s`. Otherwise how
        long to wait before asking again; nobody else gets it meanwhile."""
        def ask(connection: Connection) -> float | None:
            named = {"place": place, "holder": holder}
            if connection.execute(_TAKE, {**named, "hold": hold_s}).first() is None:
                return None
            wait = connection.execute(_WAIT, {**named, "delay": delay_s, "longest": longest_rest_s}).scalar()
            wait_s = min(float(wait or 0.0), delay_s + longest_rest_s)
            if wait_s <= 0:
                connection.execute(_BEGIN, {**named, "hold": hold_s})
            else:
                connection.execute(_WAITS, {**named, "wait": wait_s + _LATE_S})
            return wait_s

        answer: float | None = self._do(ask)
        return answer

    def end(self, place: str, holder: str) -> None:
        """The turn is over; delays count from now."""
        self._do(lambda c: c.execute(_END, {"place": place, "holder": holder}))

    def rest(self, place: str, seconds: float) -> None:
        self._do(lambda c: c.execute(_REST, {"place": place, "seconds": seconds}))

    def leave(self, place: str, kind: str, reason: str, seconds: float) -> datetime:
        found: datetime = self._do(lambda c: c.execute(_LEAVE, {
            "place": place, "kind": kind, "reason": reason, "seconds": seconds}).scalar_one(), wait=False)
        return found

    def left(self, place: str, longest_s: float) -> Rested | None:
        """A rest longer than any we grant is none."""
        row = self._do(lambda c: c.execute(_LEFT, {"place": place, "longest": longest_s}).first(), wait=False)
        return Rested(*row) if row is not None else None
