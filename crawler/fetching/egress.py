"""The egress guard: which addresses may be asked, and that the machine connected to is one of them.

Two fences. The middleware judges every address by name before anything is spent on it (redirects, robots.txt and
attachments pass it too). The resolver sits under every connection: it answers only with addresses it has checked, and
the connection is made to exactly those, so a name that resolves to something else the next moment gains nothing.
"""

import socket
from collections.abc import Sequence
from typing import Any
from urllib.request import getproxies

from scrapy import Request
from scrapy.crawler import Crawler
from twisted.internet._resolver import GAIResolver
from twisted.internet.interfaces import (
    IAddress,
    IHostnameResolver,
    IHostResolution,
    IResolutionReceiver,
)
from zope.interface import implementer  # type: ignore[import-untyped]

from crawler.fetching.policy import EgressPolicy
from crawler.fetching.problem import FetchProblem


@implementer(IHostnameResolver)
class GuardedResolver:
    """Twisted resolver under every connection of the process. Answers with checked addresses or with none.

    `refused` keeps, by name, the addresses that were turned away: the difference between "no such
    host" and "not there". `unknown` keeps the names that do not exist.
    """

    def __init__(self, reactor: Any, policy: EgressPolicy) -> None:
        self._reactor = reactor
        self._policy = policy
        self._resolver: Any = GAIResolver(reactor, getaddrinfo=self._lookup)  # type: ignore[arg-type]
        self.refused: dict[str, tuple[str, ...]] = {}
        self.unknown: set[str] = set()

    @classmethod
    def from_crawler(cls, crawler: Crawler, reactor: Any) -> "GuardedResolver":
        return cls(reactor, policy_of(crawler))

    def install_on_reactor(self) -> None:
        self._reactor.installNameResolver(self)

    def resolveHostName(
        self, resolutionReceiver: IResolutionReceiver, hostName: str, portNumber: int = 0,
        addressTypes: Sequence[type[IAddress]] | None = None, transportSemantics: str = "TCP",
    ) -> IHostResolution:
        if not hostName.isascii():  # Twisted hands over names decoded from punycode
            hostName = hostName.encode("idna").decode("ascii")
        checking = _CheckingReceiver(resolutionReceiver, hostName, self)
        return self._resolver.resolveHostName(checking, hostName, portNumber, addressTypes, transportSemantics)

    def admits(self, host: str, address: str) -> bool:
        return self._policy.admits(host, address)

    def _lookup(self, host: str, *rest: Any) -> Any:
        """getaddrinfo, remembering which names do not exist at all: there a further try is of no use."""
        try:
            answer = socket.getaddrinfo(host, *rest)
        except socket.gaierror as problem:
            if problem.errno in (socket.EAI_NONAME, getattr(socket, "EAI_NODATA", socket.EAI_NONAME)):
                self.unknown.add(host)
            raise
        self.unknown.discard(host)
        return answer


@implementer(IResolutionReceiver)
class _CheckingReceiver:
    def __init__(self, receiver: Any, host: str, guard: GuardedResolver) -> None:
        self._receiver = receiver
        self._host = host
        self._guard = guard
        self._turned_away: list[str] = []
        self._admitted = 0

    def resolutionBegan(self, resolution: IHostResolution) -> None:
        self._receiver.resolutionBegan(resolution)

    def addressResolved(self, address: IAddress) -> None:
        host = str(getattr(address, "host", ""))
        if self._guard.admits(self._host, host):
            self._admitted += 1
            self._receiver.addressResolved(address)
        else:
            self._turned_away.append(host)

    def resolutionComplete(self) -> None:
        if self._turned_away and not self._admitted:
            self._guard.refused[self._host] = tuple(self._turned_away)
        else:
            self._guard.refused.pop(self._host, None)
        self._receiver.resolutionComplete()


def installed_guard() -> GuardedResolver | None:
    """The resolver of the running reactor, when it is ours."""
    from twisted.internet import reactor

    resolver = getattr(reactor, "nameResolver", None)
    return resolver if isinstance(resolver, GuardedResolver) else None


def policy_of(crawler: Any) -> EgressPolicy:
    return EgressPolicy(crawler.settings.getlist("GONGKAI_ALLOW_HOSTS"), getproxies().values())


class EgressMiddleware:
    """Downloader middleware, the first a request meets: no address outside the rules costs anything."""

    def __init__(self, policy: EgressPolicy) -> None:
        self._policy = policy

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> "EgressMiddleware":
        return cls(policy_of(crawler))

    def process_request(self, request: Request) -> None:
        refusal = self._policy.refusal(request.url)
        if refusal is None and installed_guard() is None:
            refusal = "TWISTED_DNS_RESOLVER is not the guarded resolver, so no connection can be checked"
        if refusal is not None:
            raise FetchProblem("egress", refusal, request.url)
