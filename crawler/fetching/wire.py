"""Scrapy's HTTP/1.1 client with what it lacks: an end to headers, a second handshake for old servers, and the
head of an answer as it was sent: Scrapy keeps neither the status line nor the order and spelling of header names.

Bodies are bounded by DOWNLOAD_MAXSIZE; headers by nothing but time, and a fast server fills memory in that time.
"""

import logging
from typing import Any, cast

from scrapy import Request
from scrapy.core.downloader.handlers import http11
from scrapy.core.downloader.handlers.http11 import (
    HTTP11DownloadHandler,
    _LenientHTTP11ClientFactory,
    _LenientHTTP11ClientProtocol,
    _LenientHTTPClientParser,
    _ScrapyAgent,
)
from scrapy.crawler import Crawler
from scrapy.http import Response
from scrapy.utils.defer import maybe_deferred_to_future
from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IAddress
from twisted.internet.task import deferLater
from twisted.python.failure import Failure
from twisted.web._newclient import HEADER, STATUS
from twisted.web._newclient import Request as SentRequest
from twisted.web._newclient import Response as ReceivedResponse
from twisted.web.iweb import IPolicyForHTTPS, IResponse

from crawler.fetching.hosts import Hosts
from crawler.fetching.problem import EndlessHeadersError, problem_of
from crawler.fetching.tls import StrictFirst, may_be_too_old
from gongkai.address import place_of

logger = logging.getLogger(__name__)

LONGEST_HEAD_BYTES = 256 * 1024


class WebDownloadHandler(HTTP11DownloadHandler):
    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        http11._ScrapyAgent = _RecordingAgent  # type: ignore[misc]  # Scrapy lets no one else choose it
        self._pool._factory = _BoundedFactory
        self._contextFactory = cast(IPolicyForHTTPS, StrictFirst(crawler))
        self._hosts = Hosts.of(crawler)

    async def download_request(self, request: Request) -> Response:
        """One lenient try, at the host's pace, where the strict handshake is what failed."""
        try:
            return await super().download_request(request)
        except Exception as failure:
            record = self._hosts[request.url]
            if not request.url.startswith("https:") or not may_be_too_old(failure, record):
                raise
            why = problem_of(failure, request.url).detail
        logger.info("%s: %s; trying once with the TLS of old servers", place_of(request.url), why)
        record.tls = "lenient"
        await self._pause()
        try:
            return await super().download_request(request)
        except Exception:
            record.tls = "failed"
            raise

    async def _pause(self) -> None:
        from twisted.internet import reactor  # its import chooses one

        pause_s = self._crawler.settings.getfloat("DOWNLOAD_DELAY")
        await maybe_deferred_to_future(deferLater(reactor, pause_s, lambda: None))


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
