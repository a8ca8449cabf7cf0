"""Procrastinate's connection, with patience for a server that is away: a worker outlives its restart."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

import psycopg
from procrastinate import PsycopgConnector
from procrastinate.exceptions import ConnectorException

from storage.catalog.server import PATIENCE_S

logger = logging.getLogger(__name__)
T = TypeVar("T")

_FIRST_WAIT_S, _LONGEST_WAIT_S = 0.2, 5.0
_GONE = "Job was not found"


class PatientConnector(PsycopgConnector):
    """Every query is tried again while the server is away. What was done by a try whose answer was lost is not done
    twice: a job that is no longer there was finished, and one fetched in vain is found by `Stalled`."""

    async def execute_query_async(self, query: Any, **arguments: Any) -> None:
        await _patiently(lambda: super(PatientConnector, self).execute_query_async(query, **arguments))

    async def execute_query_one_async(self, query: Any, **arguments: Any) -> dict[str, Any]:
        return await _patiently(lambda: super(PatientConnector, self).execute_query_one_async(query, **arguments))

    async def execute_query_all_async(self, query: Any, **arguments: Any) -> list[dict[str, Any]]:
        return await _patiently(lambda: super(PatientConnector, self).execute_query_all_async(query, **arguments))


async def _patiently(ask: Callable[[], Awaitable[T]]) -> T:
    limit, wait, again = time.monotonic() + PATIENCE_S, _FIRST_WAIT_S, False
    while True:
        try:
            return await ask()
        except ConnectorException as problem:
            cause = problem.__cause__
            if again and _GONE in str(cause):
                return None  # type: ignore[return-value]  # finish and retry answer nothing
            if not _is_away(cause) or time.monotonic() + wait > limit:
                raise
            logger.warning("the queue's server is away (%s); trying again in %.1f s", str(cause).splitlines()[:1], wait)
        again = True
        await asyncio.sleep(wait)
        wait = min(wait * 2, _LONGEST_WAIT_S)


def _is_away(problem: BaseException | None) -> bool:
    """Of what PostgreSQL says, 08 is a broken connection and 57P a shutdown or a start; a failed attempt to connect
    and a pool without a connection have no such state."""
    if not isinstance(problem, psycopg.OperationalError | psycopg.InterfaceError):
        return False
    return problem.sqlstate is None or problem.sqlstate.startswith(("08", "57P"))
