"""Many invented agency sites, each on its own host name, behind one proxy that writes down every request."""

import http.client
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from urllib.parse import urlsplit

from tests.simulator import Simulator
from tests.worlds import load, variants
from tests.worlds.engine import Site
from tests.worlds.parts import Asked, Request, Response
from tests.worlds.server import served

_YEARS = range(2019, 2026)
_LATENCY_S = 0.02  # long enough for a second request to be seen beside the first
_NOT_HERE = ("portal", "empty", "lonsun")  # lives on another's host; has no report; needs all eighteen years


@dataclass(frozen=True)
class Followed:
    """What an operator knows of a site."""

    home: str
    agency: str


class Country:
    """Has of a world what the proxy asks of one. With a simulator its sites are among them."""

    charset = "utf-8"

    def __init__(self, number: int, simulator: Simulator | None = None) -> None:
        self.log: list[Asked] = []
        self.worlds: list[Site] = []
        self._by_host: dict[str, Site] = {}
        self._simulator = simulator
        targets = simulator.get("/targets") if simulator is not None else []
        self._simulated = [Followed(target["home"], target["agency"]) for target in targets]
        number -= len(self._simulated)
        names = [name for name in variants() if name.partition(":")[0] not in _NOT_HERE]
        turn = 0
        while len(self.worlds) < number:
            self._settle(names[turn % len(names)], turn // len(names) + 1)
            turn += 1

    def _settle(self, name: str, seed: int) -> None:
        """A smaller edition, with another seed where its host is taken."""
        for other in range(200):
            made = load(name, f"{seed}.{other}")
            if made.host not in self._by_host:
                small = type(made).__name__, (type(made),), {"years": _YEARS}
                world = type(*small)(f"{seed}.{other}")
                self.worlds.append(world)
                self._by_host[world.host] = world
                self._by_host.setdefault(world.portal, world)
                return
        raise ValueError(f"no host name is left for {name}; a country of {len(self.worlds)} sites is full")

    @property
    def sites(self) -> list[Followed]:
        return [*(Followed(world.home, world.agency.name) for world in self.worlds), *self._simulated]

    def answer(self, request: Request) -> Response:
        time.sleep(_LATENCY_S)
        world = self._by_host.get(request.host)
        if world is None:
            return self._passed_on(request)
        answer = world.answer(request)
        return replace(answer, body=answer.data(world.charset))

    def _passed_on(self, request: Request) -> Response:
        """To the simulator, which is a proxy too."""
        if self._simulator is None or not request.host.endswith(".gov.cn"):
            return Response("", 502, tag="offsite")
        connection = http.client.HTTPConnection(urlsplit(self._simulator.proxy).netloc, timeout=20)
        try:
            connection.request(request.method, request.url, request.body or None, request.headers)
            answer = connection.getresponse()
            body = answer.read()
        finally:
            connection.close()
        kept = tuple((name, value) for name, value in answer.getheaders()
                     if name.lower() not in ("content-length", "content-type", "connection", "transfer-encoding"))
        return Response(body, answer.status, answer.headers.get("Content-Type", "text/html"), kept)

    def forget(self) -> None:
        """What was asked so far."""
        self.log.clear()
        if self._simulator is not None:
            self._simulator.reset()

    def most_at_once(self) -> dict[str, int]:
        """By host, how many requests it ever had to answer at one time."""
        most: dict[str, int] = {}
        for asked in self.log:
            most[asked.host] = max(most.get(asked.host, 0), asked.open)
        return most


@contextmanager
def on_the_wire(country: Country) -> Iterator[str]:
    with served(country) as proxy:  # type: ignore[arg-type]
        yield proxy
