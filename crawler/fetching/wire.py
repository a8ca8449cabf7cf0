"""Scrapy's HTTP/1.1 client with what it lacks: an end to headers, and a handshake old servers can still make.

Bodies are bounded by DOWNLOAD_MAXSIZE; headers by nothing but time, and a fast server fills memory in that time.
"""

from typing import cast

from OpenSSL import SSL
from scrapy.core.downloader.contextfactory import _ScrapyCertificateOptions, _ScrapyClientContextFactory
from scrapy.core.downloader.handlers.http11 import (
    HTTP11DownloadHandler,
    _LenientHTTP11ClientFactory,
    _LenientHTTP11ClientProtocol,
)
from scrapy.crawler import Crawler
from twisted.internet.interfaces import IAddress
from twisted.python.failure import Failure
from twisted.web._newclient import HEADER, STATUS
from twisted.web.iweb import IPolicyForHTTPS

from crawler.fetching.problem import EndlessHeadersError

LONGEST_HEAD_BYTES = 256 * 1024


class WebDownloadHandler(HTTP11DownloadHandler):
    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self._pool._factory = _BoundedFactory
        self._contextFactory = cast(IPolicyForHTTPS, _OldServersToo.from_crawler(crawler))


class _OldServersToo(_ScrapyClientContextFactory):
    def _get_cert_options(self) -> "_OldServerOptions":
        return _OldServerOptions(**self._get_cert_options_kwargs())


class _OldServerOptions(_ScrapyCertificateOptions):
    def _makeContext(self, skipCiphers: bool = False) -> SSL.Context:
        """Security level 0, without which OpenSSL makes no TLS 1.0 handshake. Twisted expands the cipher setting to a
        list of names and loses the level on the way, so DOWNLOADER_CLIENT_TLS_CIPHERS cannot say it."""
        context = super()._makeContext(skipCiphers)
        context.set_cipher_list(b"DEFAULT:@SECLEVEL=0")
        return context


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
