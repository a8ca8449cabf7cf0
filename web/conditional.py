"""Answers that need not be sent twice: ETag and Last-Modified, and 304 for who has the same already."""

from collections.abc import Iterable
from email.utils import format_datetime, parsedate_to_datetime

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from gongkai.clock import parse_stamp
from gongkai.digest import sha256_hex

REVALIDATED = "no-cache"
"""May be kept, but must be asked about: an archive changes when a crawl ends."""


def conditional(request: Request, response: Response, modified: str | None = None, *, latest: str | None = None,
                caching: str = REVALIDATED) -> Response:
    """`response` with its validators, or a 304. Both dates are stamps of ours (``2026-01-31T08:00:00Z``): nothing
    changes without a later `modified`; `latest` is that of the newest thing a list shows, which stays when something
    else leaves the list, and so is told and never decides."""
    if response.status_code != 200:
        return response
    etag = f'W/"{sha256_hex(bytes(response.body))[:32]}"'
    response.headers["ETag"] = etag
    response.headers["Cache-Control"] = caching
    response.headers.add_vary_header("Cookie")
    if (told := modified or latest) is not None:
        response.headers["Last-Modified"] = format_datetime(parse_stamp(told), usegmt=True)
    if _has_it(request, etag, modified):
        kept = ("etag", "cache-control", "vary", "last-modified", "content-language", "set-cookie")
        empty = Response(status_code=304)
        empty.raw_headers = [(name, value) for name, value in response.raw_headers if name.decode() in kept]
        return empty
    return response


def latest_of(stamps: Iterable[str | None]) -> str | None:
    """None where no date is known."""
    return max(filter(None, stamps), default=None)


def _has_it(request: Request, etag: str, modified: str | None) -> bool:
    """An ETag decides where one is sent; a date only where none is."""
    sent = request.headers.get("if-none-match")
    if sent is not None:
        return sent.strip() == "*" or etag.removeprefix("W/") in {
            one.strip().removeprefix("W/") for one in sent.split(",")}
    since = request.headers.get("if-modified-since")
    if since is None or modified is None:
        return False
    try:
        return parse_stamp(modified) <= parsedate_to_datetime(since)
    except (ValueError, TypeError):
        return False


class Heads:
    """Middleware: HEAD is answered as GET is, without the body."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] != "HEAD":
            await self._app(scope, receive, send)
            return

        async def send_head(message: Message) -> None:
            await send({**message, "body": b""} if message["type"] == "http.response.body" else message)

        await self._app({**scope, "method": "GET"}, receive, send_head)
