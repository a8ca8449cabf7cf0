"""The clerk who knows the way: walks a world's oracle with a plain HTTP client, and what any walk cost."""

import re
from collections import Counter
from dataclasses import dataclass
from http.client import HTTPConnection
from urllib.parse import urljoin, urlsplit

from tests.worlds import traps
from tests.worlds.engine import Site
from tests.worlds.parts import Asked, Step, bare


class Client:
    """HTTP through the world's proxy, with cookies, following redirects; one request at a time."""

    def __init__(self, proxy: str) -> None:
        self._connection = HTTPConnection(urlsplit(proxy).netloc, timeout=10)
        self._cookies: dict[str, str] = {}

    def ask(self, step: Step) -> tuple[int, bytes, str]:
        url, method, body = step.url, step.method, step.body
        for _ in range(6):
            headers = {"Referer": step.referer, "Cookie": self._cookies.get(urlsplit(url).netloc, "")}
            if body:
                headers["Content-Type"] = step.kind
            self._connection.request(method, url, body or None, {k: v for k, v in headers.items() if v})
            answer = self._connection.getresponse()
            data, kind = answer.read(), answer.headers.get("Content-Type", "")
            cookie = answer.headers.get("Set-Cookie", "")
            script = re.match(rb'<html><script>document\.cookie="(.*?);', data)
            if cookie or script:
                given = script[1].decode() if script else cookie.split(";")[0]
                self._cookies[urlsplit(url).netloc] = given
            if answer.status in (301, 302):
                url, method, body = urljoin(url, answer.headers["Location"]), "GET", ""
            elif not script:
                return answer.status, data, kind
        raise AssertionError(f"{step.url} never answers")

    def close(self) -> None:
        self._connection.close()


@dataclass(frozen=True)
class Cost:
    """`overhead`: requests up to the first fetch of the last own report that were for none of them; `all`: every request."""

    overhead: int
    all: int
    traps: Counter[str]


def cost(world: Site, log: list[Asked], found: set[str] | None = None) -> Cost:
    """What a walk cost. `found`: the own reports it counted (`bare` addresses), when those alone end it."""
    asked = [line for line in log if not line.path.startswith("/robots.txt")]
    reports = world.report_urls()
    wanted = reports if found is None else {bare(u) for r in world.own for u in (r.url, *r.also, *r.files)
                                           if {bare(r.url), *map(bare, r.also), *map(bare, r.files)} & found}
    first: dict[str, int] = {}
    for place, line in enumerate(asked):
        if bare(line.url) in wanted:
            first.setdefault(bare(line.url), place)
    end = max(first.values(), default=len(asked) - 1)
    return Cost(sum(bare(line.url) not in reports for line in asked[: end + 1]), len(asked),
                Counter(line.tag for line in asked if line.tag in traps.KINDS))
