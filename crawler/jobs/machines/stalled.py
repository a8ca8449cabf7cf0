"""Jobs whose worker died go back into the queue.

Procrastinate gives no such job to another worker by itself. Its manual has a periodic job do that, but a job needs a
free place at a worker, and where crawls of hours take every place none comes free: so each worker looks itself.
"""

import asyncio
import logging
from collections.abc import Callable

from procrastinate import App

logger = logging.getLogger(__name__)

_POISON_AFTER = 5
"""Workers a job may cost before it is given up."""
_UP = "SELECT now() - pg_postmaster_start_time() > make_interval(secs => %(silent_s)s) AS long_enough"
_AGAIN = """
    UPDATE procrastinate_jobs AS job
    SET status = (CASE WHEN attempts + 1 >= %(poison)s THEN 'failed' ELSE 'todo' END)::procrastinate_job_status,
        attempts = attempts + 1, worker_id = NULL, scheduled_at = NULL, abort_requested = false
    WHERE id IN (
        SELECT job.id FROM procrastinate_jobs job LEFT JOIN procrastinate_workers w ON w.id = job.worker_id
        WHERE job.status = 'doing' AND (
            w.id IS NULL OR w.last_heartbeat < now() - make_interval(secs => %(silent_s)s)
            OR (job.worker_id = ANY(%(mine)s) AND job.id = ANY(%(lost)s)))
        FOR UPDATE OF job SKIP LOCKED)
    AND NOT EXISTS (  -- the same thing waits again already: this one is forgotten below
        SELECT 1 FROM procrastinate_jobs other
        WHERE other.queueing_lock = job.queueing_lock AND other.status = 'todo' AND other.id <> job.id)
    RETURNING id, task_name, status, attempts"""
_FORGET = """
    DELETE FROM procrastinate_jobs AS job USING procrastinate_jobs AS other
    WHERE job.status = 'doing' AND other.status = 'todo' AND other.queueing_lock = job.queueing_lock
    AND NOT EXISTS (SELECT 1 FROM procrastinate_workers w WHERE w.id = job.worker_id
                    AND w.last_heartbeat >= now() - make_interval(secs => %(silent_s)s))"""
_DOING = "SELECT id FROM procrastinate_jobs WHERE status = 'doing' AND worker_id = ANY(%(mine)s)"


class Stalled:
    """`own` tells the ids of this process's workers and of the jobs they run."""

    def __init__(self, app: App, silent_s: float, own: Callable[[], tuple[list[int], set[int]]]) -> None:
        self._app, self._silent_s, self._own = app, silent_s, own
        self._suspects: set[int] = set()

    async def watch(self) -> None:
        while True:
            await asyncio.sleep(self._silent_s / 3)
            await self.look()

    async def look(self) -> list[int]:
        """The ids of the jobs that go back. None after the server's own restart until every worker had the time to say
        that it lives."""
        mine, running = self._own()
        ask = self._app.connector.execute_query_all_async
        # Fetched, but the answer was lost on the way: doing by us, and we know nothing of it, twice in a row.
        unknown = {row["id"] for row in await ask(_DOING, mine=mine)} - running
        lost, self._suspects = unknown & self._suspects, unknown
        if not (await ask(_UP, silent_s=self._silent_s))[0]["long_enough"]:
            return []
        rows = await ask(_AGAIN, silent_s=self._silent_s, mine=mine, lost=sorted(lost), poison=_POISON_AFTER)
        await self._app.connector.execute_query_async(_FORGET, silent_s=self._silent_s)
        for row in rows:
            logger.warning("job %d (%s) lost its worker and %s (attempt %d)", row["id"], row["task_name"],
                           "is given up" if row["status"] == "failed" else "goes back into the queue", row["attempts"])
        return [row["id"] for row in rows]
