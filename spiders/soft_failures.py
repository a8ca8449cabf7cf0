"""Pages with status 200 that are not the page asked for: the index served under load, and error pages without a status.

Learned from the crawl's own answers; nothing is asked to find out how a host says "not found".
"""

from dataclasses import dataclass
from typing import Literal
from urllib.parse import urlsplit

from gongkai.address import host_of, identity
from gongkai.chinese import fold
from gongkai.digest import sha256_hex
from spiders.frontier import Lead
from spiders.page import Page

wrong_page_served = object()
"""Scrapy signal, sent with ``url``: the host answered an address with another address's page."""

Failing = Literal["", "index", "missing"]
_SMALL_CHARS = 600
_FEW_LINKS = 3
_ENTRANCES = frozenset(("home", "shell", "hub", "frame", "directory", "pager"))


@dataclass(frozen=True)
class _Face:
    """What a page shows of itself whatever clock or counter it carries: its title and the set of its links."""

    title: str
    links: str

    @classmethod
    def of(cls, page: Page) -> "_Face":
        links = sorted({identity(link.url) for link in page.links})
        return cls(fold(page.title), sha256_hex("\n".join(links)) if len(links) >= _FEW_LINKS else "")

    @property
    def tells(self) -> bool:
        return bool(self.title and self.links)


class SoftFailures:
    """The faces one crawl has met, by host."""

    def __init__(self) -> None:
        self._entrances: dict[_Face, str] = {}
        self._digests: dict[str, str] = {}
        self._missing: set[tuple[str, str]] = set()
        self._short: dict[tuple[str, str, str], str] = {}
        self._once: set[str] = set()

    def judge(self, lead: Lead, page: Page, status: int) -> Failing:
        """What the page is instead of what was asked; an honest page (or error) is remembered for the next."""
        key = identity(lead.url)
        if page.kind == "error" or status >= 400:
            self._learn_missing(page)
            return ""
        if page.kind not in ("page", "list", "report"):
            return ""
        # A column may show its newest report as its own page; no index is a report.
        if lead.role not in _ENTRANCES and page.kind != "report" and self._is_entrance(key, page):
            return "index"
        if self._is_missing(lead, page, key):
            return "missing"
        if lead.role in ("home", "hub", "column", "container", "shell"):
            self._digests.setdefault(page.digest, key)
            if (face := _Face.of(page)).tells:
                self._entrances.setdefault(face, key)
        return ""

    def again(self, lead: Lead) -> bool:
        """Whether the lead deserves its one further try."""
        key = identity(lead.url)
        first = key not in self._once
        self._once.add(key)
        return first

    def _is_entrance(self, key: str, page: Page) -> bool:
        known = self._digests.get(page.digest) or self._entrances.get(_Face.of(page))
        return known is not None and known not in (key, identity(page.url)) and _path(known) != _path(key)

    def _learn_missing(self, page: Page) -> None:
        host = host_of(page.url)
        self._missing.add((host, page.digest))
        face = _Face.of(page)
        if face.title:
            self._missing.add((host, f"{face.title} {face.links} {page.loose_chars}"))

    def _is_missing(self, lead: Lead, page: Page, key: str) -> bool:
        host, face = host_of(page.url), _Face.of(page)
        same = f"{face.title} {face.links} {page.loose_chars}"
        if (host, page.digest) in self._missing or (face.title and (host, same) in self._missing):
            return True
        if lead.role != "report" or page.kind == "report" or page.loose_chars >= _SMALL_CHARS or self._has_own(page):
            return False
        if lead.year is not None and str(lead.year) in page.title:
            return False
        # A report's address that shows neither its year nor any content, like another address before it.
        before = self._short.setdefault((host, same, ""), key)
        return before != key

    @staticmethod
    def _has_own(page: Page) -> bool:
        return bool(page.files or page.images or page.sections or any(link.how == "frame" for link in page.links))


def _path(key: str) -> str:
    return urlsplit(f"//{key}").path.rstrip("/") or "/"
