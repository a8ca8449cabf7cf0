"""The TLS a host is asked to speak: today's first, an old server's only after today's failed with it, for it alone.

Old front ends of county sites still stop at TLS 1.0, at keys and ciphers OpenSSL has given up. What they serve is
public, so a page over weak TLS is better than none; but no other host's connection is weakened for their sake.
"""

from OpenSSL import SSL
from scrapy.core.downloader.contextfactory import _ScrapyCertificateOptions, _ScrapyClientContextFactory
from scrapy.crawler import Crawler
from twisted.internet._sslverify import ClientTLSOptions
from twisted.internet.error import ConnectionClosed
from twisted.internet.ssl import TLSVersion
from twisted.web.iweb import IPolicyForHTTPS
from zope.interface import implementer  # type: ignore[import-untyped]

from crawler.fetching.hosts import HostRecord, Hosts
from crawler.fetching.problem import causes

DOUBT = "it agreed only to TLS that is no longer safe (before 1.2, or with short keys or old ciphers)"


@implementer(IPolicyForHTTPS)
class StrictFirst:
    """TLS 1.2 at least and OpenSSL's own choice of ciphers, but for hosts whose record says ``lenient``."""

    def __init__(self, crawler: Crawler) -> None:
        self._hosts = Hosts.of(crawler)
        self._strict = _ScrapyClientContextFactory.from_crawler(crawler)
        self._lenient = _OldServers.from_crawler(crawler)

    def creatorForNetloc(self, hostname: bytes, port: int) -> ClientTLSOptions:
        name = hostname.decode("ascii")
        record = self._hosts[f"https://[{name}]:{port}/" if ":" in name else f"https://{name}:{port}/"]
        return (self._lenient if record.tls == "lenient" else self._strict).creatorForNetloc(hostname, port)


def may_be_too_old(failure: BaseException, record: HostRecord) -> bool:
    """Could a lenient handshake go better? Old servers answer a modern greeting with an alert, or just hang up."""
    if record.tls != "strict" or "https" in record.answered:
        return False
    return any(isinstance(cause, (SSL.Error, ConnectionClosed)) for cause in causes(failure))


class _OldServers(_ScrapyClientContextFactory):
    def _get_cert_options(self) -> "_OldServerOptions":
        return _OldServerOptions(fixBrokenPeers=True, insecurelyLowerMinimumTo=TLSVersion.TLSv1_0)


class _OldServerOptions(_ScrapyCertificateOptions):
    def _makeContext(self, skipCiphers: bool = False) -> SSL.Context:
        """Security level 0, without which OpenSSL makes no TLS 1.0 handshake. Twisted expands the cipher setting to a
        list of names and loses the level on the way, so DOWNLOADER_CLIENT_TLS_CIPHERS cannot say it."""
        context = super()._makeContext(skipCiphers)
        context.set_cipher_list(b"DEFAULT:@SECLEVEL=0")
        return context
