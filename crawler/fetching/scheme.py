"""http and https of one host: the other one is tried once when the first cannot connect, and remembered.

Portals are recorded as http for 63 % of the country, some serve only the one, some only the other, and old front ends
fail modern handshakes. What is archived is public, so a page over http is better than none; which way it came is kept.
"""

import logging
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit, urlunsplit
from urllib.request import getproxies

from OpenSSL.crypto import X509
from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.http import Response
from service_identity import CertificateError, VerificationError
from service_identity.hazmat import DNS_ID, IPAddress_ID, verify_service_identity
from service_identity.pyopenssl import extract_patterns

from crawler.fetching.hosts import HostRecord, Hosts
from crawler.fetching.problem import FetchProblem
from crawler.fetching.tls import DOUBT
from gongkai.address import place_of
from gongkai.clock import utc_now

logger = logging.getLogger(__name__)

_OTHER = {"https": "http", "http": "https"}
_DEFAULT_PORT = {"http": 80, "https": 443}
_CANNOT_CONNECT = {"https": ("refused", "tls", "timeout", "protocol"), "http": ("refused",)}


class SchemeMiddleware:
    """Changes an address's scheme for a host that does not speak the one asked for.

    Only before the host ever answered over that scheme: afterwards a failure is a failure. A host that answers http
    with "come back over https" is taken at its word, and its https failures are no longer evaded.
    """

    def __init__(self, crawler: Crawler) -> None:
        self._hosts = Hosts.of(crawler)
        self._crawler = crawler
        self._http_is_proxied = "http" in getproxies()

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> "SchemeMiddleware":
        return cls(crawler)

    def process_request(self, request: Request) -> Request | None:
        scheme, record = urlsplit(request.url).scheme, self._hosts[request.url]
        if record.scheme in (None, scheme):
            return None
        if scheme == "https" and _sent_here_by_http(request):
            record.scheme, record.insists_on_https = None, True
            return None
        return _changed(request, f"{place_of(request.url)} speaks {record.scheme} only")

    def process_response(self, request: Request, response: Response) -> Response:
        record = self._hosts[request.url]
        record.answered.add(urlsplit(request.url).scheme)
        if urlsplit(request.url).scheme == "https":
            self._look_at_handshake(request, record)
        self._look_at_certificate(request, response, record)
        return response

    def process_exception(self, request: Request, exception: Exception) -> Request | None:
        scheme, record = urlsplit(request.url).scheme, self._hosts[request.url]
        settled = scheme in record.answered or record.scheme is not None or record.insists_on_https
        if settled or not isinstance(exception, FetchProblem) or exception.is_repeat:
            return None
        by_name_only = exception.kind == "dns" and scheme == "https" and self._http_is_proxied
        if exception.kind not in _CANNOT_CONNECT.get(scheme, ()) and not by_name_only:
            return None
        record.scheme = _OTHER[scheme]
        assert self._crawler.stats is not None
        self._crawler.stats.inc_value("fetching/scheme_changed")
        logger.info("%s does not answer over %s (%s); trying %s once", place_of(request.url), scheme, exception.detail,
                    record.scheme)
        return _changed(request, f"{scheme} could not connect")

    def _look_at_handshake(self, request: Request, record: HostRecord) -> None:
        if record.tls != "lenient":
            return
        request.meta["tls_doubt"] = DOUBT
        if not record.tls_doubted:
            record.tls_doubted = True
            assert self._crawler.stats is not None
            self._crawler.stats.inc_value("fetching/tls_doubt")
            logger.warning("%s: %s; read all the same: what is archived is public", place_of(request.url), DOUBT)

    def _look_at_certificate(self, request: Request, response: Response, record: HostRecord) -> None:
        if response.certificate is None or record.certificate_seen:
            return
        record.certificate_seen = True
        doubt = certificate_doubt(response.certificate, urlsplit(request.url).hostname or "", utc_now())
        if doubt:
            request.meta["certificate_doubt"] = doubt
            assert self._crawler.stats is not None
            self._crawler.stats.inc_value("fetching/certificate_doubt")
            logger.warning("%s: %s; read all the same: what is archived is public", place_of(request.url), doubt)


def certificate_doubt(certificate: Any, host: str, now: datetime) -> str | None:
    """Why a browser would not trust a Twisted `certificate` for `host`, as far as it shows without a trust store."""
    try:
        return _doubt(certificate.original, host, now)
    except Exception as oddity:  # parsers fail in many ways; a certificate made wrong must not cost the page
        return f"its certificate cannot be read ({type(oddity).__name__})"


def _doubt(original: X509, host: str, now: datetime) -> str | None:
    parsed = original.to_cryptography()
    if now > parsed.not_valid_after_utc:
        return f"its certificate expired on {parsed.not_valid_after_utc:%Y-%m-%d}"
    if now < parsed.not_valid_before_utc:
        return f"its certificate is valid only from {parsed.not_valid_before_utc:%Y-%m-%d}"
    try:
        wanted = IPAddress_ID(host) if host[-1:].isdigit() else DNS_ID(host)
        verify_service_identity(extract_patterns(original), [wanted], [])
    except (CertificateError, VerificationError):
        return f"its certificate was issued for another name ({parsed.subject.rfc4514_string()[:120]})"
    return "its certificate is signed by itself" if parsed.issuer == parsed.subject else None


def _changed(request: Request, why: str) -> Request:
    """`request` over the other scheme; the first address stays in ``redirect_urls``, so its history is complete."""
    parts = urlsplit(request.url)
    other = _OTHER[parts.scheme]
    netloc = parts.netloc.removesuffix(f":{_DEFAULT_PORT[parts.scheme]}")
    url = urlunsplit((other, netloc, parts.path, parts.query, parts.fragment))
    changed = request.replace(url=url, dont_filter=True)
    for key in ("proxy", "_scheme_proxy", "_auth_proxy"):  # the proxy middleware chooses anew for the new scheme
        changed.meta.pop(key, None)
    changed.meta["redirect_urls"] = [*request.meta.get("redirect_urls", ()), request.url]
    changed.meta["redirect_reasons"] = [*request.meta.get("redirect_reasons", ()), why]
    return changed


def _sent_here_by_http(request: Request) -> bool:
    """Was this request made by the host's own redirect from http, and not by a change of scheme?"""
    reasons, urls = request.meta.get("redirect_reasons", ()), request.meta.get("redirect_urls", ())
    return bool(reasons and isinstance(reasons[-1], int) and urls[-1].startswith("http://")
                and place_of(urls[-1]) == place_of(request.url))
