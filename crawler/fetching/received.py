"""The facts of an answer, taken down the moment it arrives, and the Capture made of them."""

from scrapy import Request
from scrapy.http import Response

from gongkai.capture import Capture
from gongkai.clock import utc_now


class ReceivedMiddleware:
    """Downloader middleware next to the wire: stamps ``fetched_at`` and keeps the headers as they were sent."""

    def process_response(self, request: Request, response: Response) -> Response:
        request.meta["fetched_at"] = utc_now()
        request.meta["received_headers"] = tuple(
            (name.decode("latin-1"), value.decode("latin-1"))
            for name, values in response.headers.items() for value in values)
        return response


def capture_of(response: Response, reason: str) -> Capture:
    """The fetch as received. `url` is what was asked first; the addresses between it and the answer are `redirects`."""
    meta = response.meta
    asked = [*meta.get("redirect_urls", ()), response.url]
    referrer = response.request.headers.get("Referer") if response.request is not None else None
    return Capture(
        url=asked[0], final_url=response.url, fetched_at=meta["fetched_at"], status=response.status,
        headers=meta["received_headers"], body=response.body, redirects=tuple(asked[1:-1]),
        referrer=referrer.decode("latin-1") if referrer else None, reason=reason)
