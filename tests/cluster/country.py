"""Many invented agency sites, each on its own host name, behind one proxy that writes down every request."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from tests.worlds import load, variants
from tests.worlds.engine import Site
from tests.worlds.parts import Asked, Request, Response
from tests.worlds.server import served

_YEARS = range(2019, 2026)
_LATENCY_S = 0.02  # long enough for a second request to be seen beside the first
_NOT_HERE = ("portal", "empty", "lonsun")  # lives on another's host; has no report; needs all eighteen years


class Country:
    """Has of a world what the proxy asks of one."""

    charset = "utf-8"

    def __init__(self, number: int) -> None:
        self.log: list[Asked] = []
        self.worlds: list[Site] = []
        self._by_host: dict[str, Site] = {}
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

    def answer(self, request: Request) -> Response:
        time.sleep(_LATENCY_S)
        world = self._by_host.get(request.host)
        if world is None:
            return Response("", 502, tag="offsite")
        answer = world.answer(request)
        return replace(answer, body=answer.data(world.charset))

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
