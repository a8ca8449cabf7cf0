"""What holds for every request and answer: their size, and what a browser may do with a page of ours."""

from starlette.datastructures import MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

MOST_BODY = 64 * 1024
"""Bytes of a form or a JSON order."""
MOST_QUERY = 4 * 1024

POLICY = "; ".join((
    "default-src 'none'", "script-src 'self'", "style-src 'self'", "img-src 'self' data:", "connect-src 'self'",
    "form-action 'self'", "frame-ancestors 'none'", "base-uri 'none'"))
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}


class BodyTooLarge(Exception):
    pass


class Safety:
    """Outermost middleware. What a handler sets itself (the stricter policy of an original) stays."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        begun = False

        async def send_safely(message: Message) -> None:
            nonlocal begun
            if message["type"] == "http.response.start":
                begun = True
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        refusal = _refusal(scope)
        if refusal is not None:
            await refusal(scope, receive, send_safely)
            return
        try:
            await self._app(scope, _counted(receive), send_safely)
        except BodyTooLarge:
            if not begun:
                await _too_large()(scope, receive, send_safely)


def _refusal(scope: Scope) -> PlainTextResponse | None:
    if len(scope.get("query_string", b"")) > MOST_QUERY:
        return PlainTextResponse(f"the query may have {MOST_QUERY} bytes\n", 414)
    announced = dict(scope["headers"]).get(b"content-length", b"0")
    if not announced.isdigit() or int(announced) > MOST_BODY:
        return _too_large()
    return None


def _too_large() -> PlainTextResponse:
    return PlainTextResponse(f"a request's body may have {MOST_BODY} bytes\n", 413)


def _counted(receive: Receive) -> Receive:
    """A body sent in pieces announces no length."""
    left = MOST_BODY

    async def one() -> Message:
        nonlocal left
        message = await receive()
        left -= len(message.get("body", b""))
        if left < 0:
            raise BodyTooLarge
        return message

    return one
