"""Requests that never come to an end. Uvicorn bounds how long a connection rests between two requests, and not how long
one takes to arrive: whoever sends a header a byte a minute would hold one of the places there are."""

import asyncio
from typing import Any

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol


class Arriving(H11Protocol):
    """A request, from the connection or its first byte on, is whole after `arrives_s`, or the connection ends."""

    arrives_s = 20.0
    _until: asyncio.TimerHandle | None = None

    def connection_made(self, transport: Any) -> None:
        super().connection_made(transport)
        self._watch()

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        self._watch()

    def connection_lost(self, exc: Exception | None) -> None:
        self._rest()
        super().connection_lost(exc)

    def _watch(self) -> None:
        if self.conn.their_state not in (h11.IDLE, h11.SEND_BODY):
            self._rest()
        elif self._until is None:
            self._until = self.loop.call_later(self.arrives_s, self.transport.close)

    def _rest(self) -> None:
        if self._until is not None:
            self._until.cancel()
            self._until = None
