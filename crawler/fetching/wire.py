"""Scrapy's HTTP/1.1 client with what it lacks: an end to headers, a handshake old servers can still make, and the
head of an answer as it was sent: Scrapy keeps neither the status line nor the order and spelling of header names.

Bodies are bounded by DOWNLOAD_MAXSIZE; headers by nothing but time, and a fast server fills memory in that time.
"""

from typing import Any, cast

from OpenSSL import SSL
from scrapy import Request
from scrapy.core.downloader.contextfactory import _ScrapyCertificateOptions, _ScrapyClientContextFactory
from scrapy.core.downloader.handlers import http11
from scrapy.core.downloader.handlers.http11 import (
    HTTP11DownloadHandler,
    _LenientHTTP11ClientFactory,
    _LenientHTTP11ClientProtocol,
    _LenientHTTPClientParser,
    _ScrapyAgent,
)
from scrapy.crawler import Crawler
from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IAddress
from twisted.python.failure import Failure
from twisted.web._newclient import HEADER, STATUS
from twisted.web._newclient import Request as SentRequest
from twisted.web._newclient import Response as ReceivedResponse
from twisted.web.iweb import IPolicyForHTTPS, IResponse

from crawler.fetching.problem import EndlessHeadersError

LONGEST_HEAD_BYTES = 256 * 1024


class WebDownloadHandler(HTTP11DownloadHandler):
    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        http11._ScrapyAgent = _RecordingAgent  # type: ignore[misc]  # Scrapy lets no one else choose it
        self._pool._factory = _BoundedFactory
        self._contextFactory = cast(IPolicyForHTTPS, _OldServersToo.from_crawler(crawler))


class _RecordingAgent(_ScrapyAgent):
    """Leaves the head of the answer in the request's meta, for `ReceivedMiddleware`."""

    def _cb_bodyready(self, txresponse: ReceivedResponse, request: Request) -> Any:
        head = getattr(txresponse, "_gongkai_head", None)
        if head is not None:
            request.meta["received_head"] = (head[0].decode("latin-1"), tuple(
                (name.decode("latin-1"), value.decode("latin-1")) for name, value in head[1]))
        return super()._cb_bodyready(txresponse, request)


class _RecordingParser(_LenientHTTPClientParser):
    """Keeps the lines of the head on the response. No state of its own: Scrapy swaps the class of a live parser."""

    def statusReceived(self, status: bytes) -> None:
        super().statusReceived(status)
        self.response._gongkai_head = (status, [])

    def headerReceived(self, name: bytes, value: bytes) -> None:
        super().headerReceived(name, value)
        self.response._gongkai_head[1].append((name, value))


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

    def request(self, request: SentRequest) -> "Deferred[IResponse]":
        answer: Deferred[IResponse] = super().request(request)
        assert self._parser is not None
        self._parser.__class__ = _RecordingParser
        return answer

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
