"""One exception for everything that can keep a page from being read, worded for a person at two in the morning."""

from collections.abc import Iterator
from typing import Literal, get_args

from OpenSSL import SSL
from scrapy.core.downloader.handlers.http11 import TunnelError
from scrapy.exceptions import (
    CannotResolveHostError,
    DownloadCancelledError,
    DownloadConnectionRefusedError,
    DownloadTimeoutError,
    IgnoreRequest,
    NotSupported,
    ResponseDataLossError,
    UnsupportedURLSchemeError,
)
from scrapy.http import Response
from service_identity import VerificationError
from twisted.internet.error import ConnectError, ConnectionClosed, TCPTimedOutError

Kind = Literal["egress", "robots", "robots_unavailable", "challenge", "too_large", "timeout", "dns", "refused", "tls",
               "back_off", "budget", "redirects", "protocol", "browser"]
KINDS: tuple[Kind, ...] = get_args(Kind)


archive_away = object()
"""Signal (problem): a request needed something of the archive, which cannot be used now. That is no host's fault."""


class EndlessHeadersError(Exception):
    """The head of an answer passed the bound set in `crawler.fetching.wire`."""


_MEANINGS: tuple[tuple[tuple[type[BaseException], ...], Kind, str, bool], ...] = (
    ((DownloadTimeoutError, TCPTimedOutError), "timeout", "the server gave no complete answer within timeout_s", True),
    ((CannotResolveHostError,), "dns", "the host's name could not be resolved; is this machine's DNS working?", True),
    ((DownloadConnectionRefusedError,), "refused", "the server refused the connection; nothing listens there", True),
    ((TunnelError,), "refused", "the proxy could not connect to the server ({})", True),
    ((SSL.Error, VerificationError), "tls", "no secure connection could be agreed on with the server", False),
    ((ConnectError,), "refused", "the server cannot be reached ({})", True),
    ((EndlessHeadersError,), "too_large", "the server sends headers without end", False),
    ((DownloadCancelledError,), "too_large", "the body is larger than max_body_mib and was not read to its end", False),
    ((ResponseDataLossError,), "protocol", "the connection closed before the whole body had come", True),
    ((ConnectionClosed,), "protocol", "the server closed the connection without an answer", True),
    ((UnsupportedURLSchemeError, NotSupported), "egress", "only http and https addresses are asked", False),
)
"""What a failure means and whether another try may help; the first line that fits any of its causes decides."""

_HOST_KINDS = frozenset({"robots_unavailable", "dns", "refused", "tls", "back_off"})


class FetchProblem(IgnoreRequest):
    """Why `url` was not read. `detail` is a sentence; `response` the refused answer, where one arrived.

    `transient` says that a further try may go better; `is_host_level` that the whole host is affected, not this page;
    `is_repeat` that nothing was asked, because the host was left before.
    """

    def __init__(self, kind: Kind, detail: str, url: str, *, is_host_level: bool | None = None, transient: bool = False,
                 response: Response | None = None, is_repeat: bool = False) -> None:
        super().__init__(f"{detail} [{kind}: {url}]")
        self.kind = kind
        self.detail = detail
        self.url = url
        self.is_host_level = kind in _HOST_KINDS if is_host_level is None else is_host_level
        self.transient = transient
        self.response = response
        self.is_repeat = is_repeat

    def for_url(self, url: str, detail: str) -> "FetchProblem":
        """The same problem met again by another address of the host it belongs to."""
        return FetchProblem(self.kind, detail, url, is_host_level=True, is_repeat=True)


def problem_of(error: BaseException, url: str) -> FetchProblem:
    """What a download failure of Scrapy or Twisted means. A FetchProblem is returned as it is."""
    if isinstance(error, FetchProblem):
        return error
    problem = _classify(error, url)
    problem.__cause__ = error
    return problem


def _classify(error: BaseException, url: str) -> FetchProblem:
    found = list(causes(error))
    for types, kind, detail, transient in _MEANINGS:
        met = next((cause for cause in found if isinstance(cause, types)), None)
        if met is not None:
            return FetchProblem(kind, detail.format(met), url, transient=transient)
    return FetchProblem("protocol", f"the exchange with the server failed ({_last(found)})", url)


def causes(error: BaseException) -> Iterator[BaseException]:
    """`error` and what lies under it: Twisted keeps lists of failures, Scrapy chains exceptions."""
    seen: set[int] = set()
    waiting: list[BaseException] = [error]
    while waiting:
        one = waiting.pop(0)
        if id(one) in seen:
            continue
        seen.add(id(one))
        yield one
        waiting += [reason.value for reason in getattr(one, "reasons", None) or ()]
        if one.__cause__ is not None:
            waiting.append(one.__cause__)


def _last(found: list[BaseException]) -> str:
    deepest = found[-1]
    return f"{type(deepest).__name__}: {deepest}" if str(deepest) else type(deepest).__name__
