"""Our style sheet, scripts and signs, at addresses that change with their bytes: they may be kept for ever."""

from functools import cache
from importlib import resources

from starlette.requests import Request
from starlette.responses import Response

from gongkai.digest import sha256_hex
from gongkai.errors import NotFoundError

_TYPES = {"css": "text/css; charset=utf-8", "js": "text/javascript; charset=utf-8", "svg": "image/svg+xml"}
_FOR_EVER = "public, max-age=31536000, immutable"


@cache
def _files() -> dict[str, tuple[bytes, str]]:
    """By name: the bytes and their digest."""
    found = {entry.name: entry.read_bytes() for entry in resources.files("web").joinpath("static").iterdir()
             if entry.name.rpartition(".")[2] in _TYPES}
    return {name: (data, sha256_hex(data)[:16]) for name, data in found.items()}


def versioned(name: str) -> str:
    """The address of a file of `web/static`."""
    return f"/static/{name}?v={_files()[name][1]}"


def answer(request: Request) -> Response:
    name = request.path_params["name"]
    if name not in _files():
        raise NotFoundError(f"no file {name!r}")
    data, digest = _files()[name]
    same = request.query_params.get("v") == digest
    headers = {"Cache-Control": _FOR_EVER if same else "no-cache", "ETag": f'"{digest}"'}
    if digest in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    return Response(data, media_type=_TYPES[name.rpartition(".")[2]], headers=headers)
