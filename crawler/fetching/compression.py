"""Content codings undone, within bounds: what servers compress without saying so, and what is built to explode."""

from importlib.machinery import PathFinder
from importlib.util import module_from_spec

from scrapy import Request, Spider
from scrapy.downloadermiddlewares.httpcompression import HttpCompressionMiddleware
from scrapy.exceptions import IgnoreRequest
from scrapy.http import Response
from scrapy.utils import _compression

from crawler.fetching.problem import FetchProblem

_GZIP = b"\x1f\x8b\x08"
_PACKED_TYPES = ("gzip", "compressed", "octet-stream", "tar", "zip")
_PACKED_NAMES = (".gz", ".tgz", ".gzip")
_HONEST_RATIO = 200
"""Bytes out for each byte in. Repetitive HTML tables reach 30, gzip's own limit is 1,032, brotli and zstd know none."""
_SMALL = 1024 * 1024
_MOST_CODINGS = 2


def _mend_brotli() -> None:
    """brotlipy, which pywb brings along, installs a package of the same name before the library Scrapy was written
    for, and no brotli page can be read. That library's core is still there, under the name brotlipy's goes by too."""
    spec = PathFinder.find_spec("_brotli")
    if not hasattr(_compression.brotli.Decompressor, "process") and spec is not None and spec.loader is not None:
        core = module_from_spec(spec)
        spec.loader.exec_module(core)
        _compression.brotli = core


_mend_brotli()


class CompressionMiddleware(HttpCompressionMiddleware):
    """Scrapy's middleware, with bombs refused early and mislabelled bodies put right.

    One ministry's servers send gzip to clients that never asked for it; others name a coding and send plain text.
    """

    def process_response(
        self, request: Request, response: Response, spider: Spider | None = None,
    ) -> Request | Response:
        coded = [c for value in response.headers.getlist("Content-Encoding") for c in value.split(b",")]
        if len(coded) > _MOST_CODINGS:
            raise FetchProblem("protocol", f"the body is wrapped in {len(coded)} codings", request.url)
        if not coded and self._is_unannounced_gzip(response):
            response.headers["Content-Encoding"] = b"gzip"
        elif any(b"gzip" in c for c in coded[-1:]) and not response.body.startswith(_GZIP):
            response.headers.pop("Content-Encoding")
        try:
            return super().process_response(request, response)
        except IgnoreRequest as problem:
            raise FetchProblem("too_large", "the body unpacks to far more than it may: a decompression bomb, or "
                               "a file over max_body_mib", request.url) from problem
        except Exception as problem:  # OSError, EOFError, zlib.error, brotli.error, ZstdError: no common base
            raise FetchProblem("protocol", f"the body cannot be unpacked ({problem})", request.url) from problem

    @staticmethod
    def _is_unannounced_gzip(response: Response) -> bool:
        if not response.body.startswith(_GZIP):
            return False
        content_type = (response.headers.get("Content-Type") or b"").decode("latin-1").lower()
        path = response.url.split("?")[0].lower()
        return not any(t in content_type for t in _PACKED_TYPES) and not path.endswith(_PACKED_NAMES)

    def _handle_encoding(self, body: bytes, content_encoding: list[bytes], max_size: int) -> tuple[bytes, list[bytes]]:
        honest = max(_SMALL, len(body) * _HONEST_RATIO)
        return super()._handle_encoding(body, content_encoding, min(max_size, honest))
