"""Challenge and block pages: recognised, reported, never circumvented, and never mistaken for a page of the site."""

import logging
import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.http import Response, TextResponse

from crawler.fetching.hosts import LEAVE_AFTER, HostRecord, Hosts
from crawler.fetching.problem import FetchProblem
from gongkai.digest import sha256_hex
from gongkai.vocabularies import vocabulary

logger = logging.getLogger(__name__)

_LOOKED_AT = 64 * 1024
_SMALL_BYTES = 16 * 1024
_FEW_LINKS = 5


@dataclass(frozen=True)
class _Rule:
    name: str
    statuses: frozenset[int]
    every: tuple[re.Pattern[str], ...]
    either: tuple[re.Pattern[str], ...]
    small: bool

    def fits(self, status: int, text: str) -> bool:
        if self.statuses and status not in self.statuses:
            return False
        if self.small and (len(text) > _SMALL_BYTES or text.count("<a ") >= _FEW_LINKS):
            return False
        return all(p.search(text) for p in self.every) and (not self.either or any(p.search(text) for p in self.either))


@dataclass(frozen=True)
class _SamePage:
    largest_bytes: int
    addresses: int
    unless: tuple[re.Pattern[str], ...]


@lru_cache(maxsize=1)
def _table() -> tuple[tuple[_Rule, ...], _SamePage]:
    table = vocabulary("crawler.fetching", "challenges.yaml")
    rules = tuple(_Rule(row["name"], frozenset(row.get("statuses", ())), _compiled(row.get("all", ())),
                        _compiled(row.get("any", ())), row.get("small", False)) for row in table["rules"])
    same: dict[str, Any] = table["same_page"]
    return rules, _SamePage(same["largest_bytes"], same["addresses"], _compiled(same["unless"]))


def _compiled(patterns: Iterable[str]) -> tuple[re.Pattern[str], ...]:
    return tuple(re.compile(pattern) for pattern in patterns)


def challenge_in(status: int, text: str) -> str | None:
    """The name of the challenge or block page this answer is, or None."""
    shown = text[:_LOOKED_AT]
    return next((rule.name for rule in _table()[0] if rule.fits(status, shown)), None)


class ChallengeMiddleware:
    """Downloader middleware: a challenge ends as a FetchProblem that carries the page, kept as evidence.

    `LEAVE_AFTER` challenges in a row and the host is left: asking on would only prolong the ban.
    """

    def __init__(self, hosts: Hosts) -> None:
        self._hosts = hosts

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> "ChallengeMiddleware":
        return cls(Hosts.of(crawler))

    def process_response(self, request: Request, response: Response) -> Response:
        if "not_modified" in response.flags or not isinstance(response, TextResponse):
            return response
        record = self._hosts[request.url]
        name = challenge_in(response.status, response.text) or self._same_again(record, response)
        if name is None:
            if response.status < 400:
                record.challenges, record.challenged_by = 0, None
            return response
        problem = FetchProblem("challenge", f"instead of the page came {name}, status {response.status} "
                               f"(sha256 {sha256_hex(response.body)[:16]}…)", request.url, response=response)
        if not request.meta.get("robots_txt"):
            record.challenges += 1
            record.challenged_by = problem
            if record.challenges >= LEAVE_AFTER:
                self._hosts.leave(problem)
        raise problem

    @staticmethod
    def _same_again(record: HostRecord, response: TextResponse) -> str | None:
        """One provincial firewall answers every address with the same 1,166 bytes and status 200."""
        same = _table()[1]
        if response.status != 200 or not response.body or len(response.body) > same.largest_bytes:
            record.same_body = ("", frozenset())
            return None
        if "<html" not in response.text.lower() or any(p.search(response.text) for p in same.unless):
            return None
        digest = sha256_hex(response.body)
        seen = record.same_body[1] if record.same_body[0] == digest else frozenset()
        record.same_body = (digest, seen | {response.url})
        if len(record.same_body[1]) < same.addresses:
            return None
        return f"the same small page as under {len(seen)} other addresses"
