"""One line in the crawl log for every fetch, written where the wire is: redirects, robots.txt and retries included."""

import asyncio
import time
from typing import Any

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.http import Response

from crawler.session import ArchiveSession
from gongkai.capture import FetchRecord
from gongkai.clock import utc_now
from gongkai.digest import sha256_hex
from gongkai.errors import GongkaiError

_STARTED = "journal_started"


class JournalMiddleware:
    """Downloader middleware near the wire: it sees what was asked and what came back before anyone judges it."""

    def __init__(self, session: ArchiveSession) -> None:
        self._session = session

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> "JournalMiddleware":
        return cls(ArchiveSession.of(crawler))

    def process_request(self, request: Request) -> None:
        request.meta[_STARTED] = time.monotonic()

    async def process_response(self, request: Request, response: Response) -> Response:
        await self._write(
            request,
            FetchRecord(
                url=request.url,
                at=utc_now(),
                status=response.status,
                outcome=_outcome(response.status),
                final_url=response.url,
                raw_sha256=sha256_hex(response.body),
                size_bytes=len(response.body),
                **self._way(request),
            ),
        )
        return response

    async def process_exception(self, request: Request, exception: Exception) -> None:
        """Every failure and every refusal ends here too, whichever middleware raised it."""
        await self._write(
            request,
            FetchRecord(
                url=request.url,
                at=utc_now(),
                status=None,
                outcome=str(getattr(exception, "kind", "failed")),
                detail=f"{type(exception).__name__}: {exception}",
                **self._way(request),
            ),
        )

    def _way(self, request: Request) -> dict[str, Any]:
        started = request.meta.pop(_STARTED, None)
        referrer = request.headers.get("Referer")
        return {
            "referrer": referrer.decode("latin-1") if referrer else None,
            "reason": str(request.meta.get("reason", "")),
            "duration_s": round(time.monotonic() - started, 3) if started is not None else None,
        }

    async def _write(self, request: Request, record: FetchRecord) -> None:
        if self._session.failure is not None:  # said once; a locked catalog would cost another minute here
            return
        try:
            await asyncio.to_thread(self._session.log.record, record)
        except (GongkaiError, OSError) as problem:
            self._session.fail(problem)


def _outcome(status: int) -> str:
    if status == 304:
        return "not_modified"
    return "fetched" if status < 300 else "redirect" if status < 400 else "error"
