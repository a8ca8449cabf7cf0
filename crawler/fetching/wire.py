"""Scrapy's HTTP/1.1 client with a bound it lacks: a header section may not go on for ever.

Bodies are bounded by DOWNLOAD_MAXSIZE; headers by nothing but time, and a fast server fills memory in that time.
"""

from scrapy.core.downloader.handlers.http11 import (
    HTTP11DownloadHandler,
    _LenientHTTP11ClientFactory,
    _LenientHTTP11ClientProtocol,
)
from scrapy.crawler import Crawler
from twisted.internet.interfaces import IAddress
from twisted.python.failure import Failure
from twisted.web._newclient import HEADER, STATUS

from crawler.fetching.problem import EndlessHeadersError

LONGEST_HEAD_BYTES = 256 * 1024


class WebDownloadHandler(HTTP11DownloadHandler):
    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self._pool._factory = _BoundedFactory


class _BoundedFactory(_LenientHTTP11ClientFactory):
    def buildProtocol(self, addr: IAddress | None) -> "_BoundedProtocol":
        return _BoundedProtocol(self._quiescentCallback)


class _BoundedProtocol(_LenientHTTP11ClientProtocol):
    _head_bytes = 0

    def dataReceived(self, data: bytes) -> None:
        if self._parser is not None and self._parser.state in (STATUS, HEADER):
            self._head_bytes += len(data)
        else:
            self._head_bytes = 0
        if self._head_bytes > LONGEST_HEAD_BYTES:
            self._head_bytes = 0
            self._giveUp(Failure(EndlessHeadersError()))
            return
        super().dataReceived(data)
