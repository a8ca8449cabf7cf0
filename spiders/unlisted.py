"""Known reports that no list names any more, or whose page was not there: asked for again, a few a crawl, so that what
is gone and what came back can be told from what merely left its list."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from gongkai.clock import utc_now
from spiders.frontier import Frontier

MOST_LOOKS = 2
"""A crawl's requests for such pages: an unchanged site is to cost five requests in all."""
_SETTLED_LOOKS, _SETTLED_AFTER = 4, timedelta(days=8)
"""One look and one day more than the archive asks for before it calls a page gone."""
_SOON, _LATER = timedelta(hours=20), timedelta(days=30)
_FACT = "unlisted"


class Unlisted:
    """Remembered in the frontier by identity: how often a page was looked for in vain, since when and when last."""

    def __init__(self, frontier: Frontier) -> None:
        self._frontier = frontier
        self._looks: dict[str, dict[str, Any]] = dict(frontier.fact(_FACT) or {})

    def due(self) -> list[str]:
        """What is to be asked for in this crawl, what was looked for longest ago first."""
        now = utc_now()
        waiting = sorted((said["last"], name) for name, said in self._looks.items() if _is_due(said, now))
        return [name for _, name in waiting[:MOST_LOOKS]]

    def left(self, names: Iterable[str]) -> None:
        """These are no longer where they were named."""
        for name in names:
            self._looks.setdefault(name, {"looks": 0, "first": "", "last": ""})
        self._remember()

    def named(self, name: str) -> None:
        """A list names it (again): unless it was looked for in vain, nothing is to be found out."""
        if name in self._looks and not self._looks[name]["looks"]:
            self.came(name)

    def came(self, name: str) -> None:
        if self._looks.pop(name, None) is not None:
            self._remember()

    def in_vain(self, name: str) -> None:
        now, said = utc_now().isoformat(), self._looks.get(name, {"looks": 0, "first": ""})
        self._looks[name] = {"looks": said["looks"] + 1, "first": said["first"] or now, "last": now}
        self._remember()

    def _remember(self) -> None:
        self._frontier.set_fact(_FACT, self._looks)


def _is_due(said: Mapping[str, Any], now: datetime) -> bool:
    if not said["looks"]:
        return True
    first, last = datetime.fromisoformat(said["first"]), datetime.fromisoformat(said["last"])
    is_settled = said["looks"] >= _SETTLED_LOOKS and last - first >= _SETTLED_AFTER
    return abs(now - last) >= (_LATER if is_settled else _SOON)
