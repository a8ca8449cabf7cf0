"""The rules of the egress guard, without the network: which addresses may be asked, by name and by number.

Kept apart from the guard itself so that a command which only judges addresses need not load Scrapy (half a second).
"""

import ipaddress
import re
from collections.abc import Iterable
from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address
from typing import Any
from urllib.parse import SplitResult, urlsplit

from gongkai.address import listed_host
from gongkai.vocabularies import vocabulary

LONGEST_URL = 2083
_NAME = re.compile(r"[a-z0-9_]([a-z0-9_.-]{0,251}[a-z0-9_])?\.?")
_TERRITORY = "gov.cn"
_NAT64 = ipaddress.ip_network("64:ff9b::/96")
_GLOBAL_V6 = ipaddress.ip_network("2000::/3")
_DEFAULT_PORT = {"http": 80, "https": 443}


@lru_cache(maxsize=1)
def _fences() -> tuple[frozenset[int], tuple[Any, ...]]:
    table = vocabulary("crawler.fetching", "egress.yaml")
    return (frozenset(table["ports_refused"]), tuple(ipaddress.ip_network(n) for n in table["networks_refused"]))


def is_public(address: str) -> bool:
    """True for an address of the open internet, with what an IPv6 address embeds (mapped, 6to4, Teredo, NAT64)."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return False
    return all(_is_open(one) for one in (parsed, *_embedded(parsed)))


def _is_open(address: IPv4Address | IPv6Address) -> bool:
    if address.is_multicast or any(address.version == net.version and address in net for net in _fences()[1]):
        return False
    if isinstance(address, IPv4Address):
        return address.is_global and not address.is_reserved
    return (address in _GLOBAL_V6 and address.is_global) or address in _NAT64 or address.ipv4_mapped is not None


def _embedded(address: IPv4Address | IPv6Address) -> Iterable[IPv4Address]:
    if isinstance(address, IPv4Address):
        return
    if address.ipv4_mapped:
        yield address.ipv4_mapped
    if address.sixtofour:
        yield address.sixtofour
    if address.teredo:
        yield from address.teredo
    if address in _NAT64 or address.packed[8:12] in (b"\x00\x00\x5e\xfe", b"\x02\x00\x5e\xfe"):  # ISATAP
        yield IPv4Address(address.packed[12:])


class EgressPolicy:
    """Who may be asked: ``.gov.cn``, and what the operator listed as ``host``, ``host:port`` or a literal address.

    A listed name is still checked where it resolves to; only a listed literal address (or ``localhost``) opens that
    address, and only when it is asked for by that spelling.
    """

    def __init__(self, allow_hosts: Iterable[str] = (), proxies: Iterable[str] = ()) -> None:
        self._listed: dict[str, set[int | None]] = {}
        for entry in allow_hosts:
            name, port = listed_host(entry)
            self._listed.setdefault(name, set()).add(port)
        self._proxies = {host for proxy in proxies if (host := urlsplit(_with_scheme(proxy)).hostname)}

    def refusal(self, url: str) -> str | None:
        """Why `url` may not be asked, in words; None when its name is within the rules."""
        if len(url) > LONGEST_URL:
            return f"the address is longer than {LONGEST_URL} characters"
        try:
            parts = urlsplit(url)
            port = parts.port
        except ValueError:
            return "the address cannot be read"
        if parts.scheme not in _DEFAULT_PORT:
            return "only http and https addresses are asked"
        if "@" in parts.netloc or "\\" in parts.netloc:
            return "addresses with a user name are not asked"
        return self._host_refusal(parts, _DEFAULT_PORT[parts.scheme] if port is None else port)

    def _host_refusal(self, parts: SplitResult, port: int) -> str | None:
        host = (parts.hostname or "").rstrip(".")
        listed = self._listed.get(host)
        if listed is not None:
            if None not in listed and port not in listed:
                return f"{host} is allowed on port {', '.join(map(str, sorted(filter(None, listed))))} only"
        elif _literal(host) is not None:
            return "a host given as a bare IP address is asked only when GONGKAI_ALLOW_HOSTS lists it"
        elif not _NAME.fullmatch(host):
            return "the address names no host that can be asked"
        elif host != _TERRITORY and not host.endswith("." + _TERRITORY):
            return f"{host} is outside .{_TERRITORY}; add it to GONGKAI_ALLOW_HOSTS to have it asked"
        if (port < 80 or port in _fences()[0]) and port not in (listed or ()):
            return f"port {port} is not a web server's"
        return None

    def admits(self, host: str, address: str) -> bool:
        """May a connection asked for under the name `host` go to `address`? The last check before it is made."""
        host = host.lower().rstrip(".").strip("[]")
        if host in self._proxies:
            return True
        if host in self._listed and (host == address or _same_literal(host, address)):
            return True
        if host == "localhost" and host in self._listed:
            return ipaddress.ip_address(address).is_loopback
        within = host in self._listed or host == _TERRITORY or host.endswith("." + _TERRITORY)
        return within and is_public(address)


def _literal(host: str) -> IPv4Address | IPv6Address | None:
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None


def _same_literal(host: str, address: str) -> bool:
    literal = _literal(host)
    return literal is not None and literal == _literal(address)


def _with_scheme(proxy: str) -> str:
    return proxy if "://" in proxy else f"http://{proxy}"
