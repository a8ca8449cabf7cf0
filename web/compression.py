"""Pages and lists go out compressed; originals as they are: most are compressed already, and large ones would hold up
everybody else."""

from starlette.middleware.gzip import GZipMiddleware
from starlette.types import ASGIApp, Receive, Scope, Send

_SMALLEST = 1500
_LEVEL = 4
_AS_THEY_ARE = "/originals/"


class Compression:
    def __init__(self, app: ASGIApp) -> None:
        self._plain, self._packed = app, GZipMiddleware(app, minimum_size=_SMALLEST, compresslevel=_LEVEL)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        is_original = scope["type"] == "http" and scope["path"].startswith(_AS_THEY_ARE)
        await (self._plain if is_original else self._packed)(scope, receive, send)
