"""Bytes as received, to be saved and never shown: whatever is in them, it does not run in our name."""

from pathlib import PurePosixPath
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import Response

from storage import KeptFile

POLICY = "sandbox; default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
_INERT = {
    "pdf": "application/pdf", "doc": "application/msword", "xls": "application/vnd.ms-excel",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "png": "image/png", "jpg": "image/jpeg", "jpeg": "image/jpeg",
    "zip": "application/zip", "rar": "application/vnd.rar",
}
"""What no browser takes for a page, by the ending. Markup, and what is not here, goes out as bytes without a name."""


def path_of(report_id: str, number: int, file: KeptFile) -> str:
    return f"/originals/{report_id}/{number}/{file.raw_sha256}"


def download(request: Request, file: KeptFile, body: bytes) -> Response:
    etag = f'"{file.raw_sha256}"'
    headers = {
        "Content-Security-Policy": POLICY, "X-Content-Type-Options": "nosniff", "ETag": etag,
        "Content-Disposition": f"attachment; filename=\"original\"; filename*=UTF-8''{quote(file.filename, safe='')}",
        "Cache-Control": "public, max-age=31536000, immutable", "Cross-Origin-Resource-Policy": "same-origin",
        "X-Download-Options": "noopen", "X-Robots-Tag": "noindex",
    }
    if etag in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    ending = PurePosixPath(file.filename).suffix.lower().lstrip(".")
    return Response(body, headers=headers, media_type=_INERT.get(ending, "application/octet-stream"))
