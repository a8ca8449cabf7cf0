"""Where a crawl may look: the agency's site, its part of the parent's portal, former hosts; beyond .gov.cn only
what the operator listed."""

import re
from collections.abc import Iterable
from typing import Literal
from urllib.parse import parse_qsl, urlsplit

from gongkai.address import host_of, listed_host
from spiders.vocabulary import addresses

Place = Literal["home", "adopted", "kin", "far", "refused"]

_GOVERNMENT = (".gov.cn",)


class Territory:
    """`home` is the site itself; `adopted` a part of another host that a disclosure link of the site led to; `kin` a
    host of the same place (www.xm.gov.cn to fao.xm.gov.cn); `far` any other government host and any of
    `allowed_hosts` (``host`` or ``host:port``); the rest is refused. Whether a port may be asked is not judged here."""

    def __init__(self, site: str, allowed_hosts: Iterable[str] = ()) -> None:
        self.home_host = host_of(site)
        self._allowed = frozenset(listed_host(entry)[0] for entry in allowed_hosts)
        self._home_tokens = tokens(site)
        self._adopted: dict[str, set[str]] = {}

    def place(self, url: str) -> Place:
        host = host_of(url)
        if host == self.home_host:
            return "home"
        governs = host.endswith(_GOVERNMENT) and not addresses().denied_hosts.search(host)
        if not governs and host not in self._allowed:
            return "refused"
        if host in self._adopted:
            return "adopted"
        return "kin" if self._related(host) else "far"

    def adopt(self, url: str) -> None:
        """A disclosure link of the site led here: this host, and below it what shares the address's own tokens."""
        if host_of(url) != self.home_host:
            self._adopted.setdefault(host_of(url), set()).update(tokens(url))

    @property
    def adopted(self) -> dict[str, set[str]]:
        return self._adopted

    def inside(self, url: str) -> bool:
        """Whether an address lies in the agency's part of its host. A portal's header links to the whole government's
        reports from every page: same host, other part."""
        place = self.place(url)
        if place == "home":
            return not self._home_tokens or bool(self._home_tokens & tokens(url))
        if place == "adopted":
            marks = self._adopted[host_of(url)]
            return bool(marks & tokens(url))
        return False

    def shared_host(self, url: str) -> bool:
        """Whether the host carries other agencies' pages too, as far as we know."""
        place = self.place(url)
        return place in ("adopted", "kin", "far") or (place == "home" and bool(self._home_tokens))

    def _related(self, host: str) -> bool:
        own, other = self.home_host.split(".")[::-1], host.split(".")[::-1]
        common = 0
        while common < min(len(own), len(other)) and own[common] == other[common]:
            common += 1
        return common >= max(3, len(own) - 1)


def tokens(url: str) -> frozenset[str]:
    """The parts of an address that name one agency or unit: path segments and query values that are not common words.

    A file name counts only without its ending and when something else does not already follow a directory.
    """
    parts = urlsplit(url)
    directory = parts.path.rpartition("/")[0]
    found = {s.lower() for s in directory.split("/") if s}
    last = parts.path.rpartition("/")[2].lower()
    if last and "." not in last:
        found.add(last)
    for key, value in parse_qsl(parts.query):
        if key.lower() not in addresses().common_parameters and re.fullmatch(r"[\w\-]{3,64}", value):
            found.add(value.lower())
    return frozenset(t for t in found if _names_something(t))


def _names_something(token: str) -> bool:
    bare = re.sub(r"[_\-]?\d+$", "", token)
    if bare in addresses().common_segments or re.fullmatch(r"(?:19|20)\d{2}(?:\d{2}){0,2}", token):
        return bare != token and bool(re.search(r"[_\-]\d{3,}$", token))
    return len(token) >= 3
