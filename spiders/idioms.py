"""How a site's scripts make addresses: of a record's ids (patterns), or of what a function is called with (openers)."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

from spiders.openers import Opener, openers_in
from spiders.templates import templates_in

_MOST = 40


@dataclass(frozen=True)
class Idioms:
    patterns: tuple[str, ...] = ()
    openers: tuple[Opener, ...] = ()

    def with_those_of(self, source: str, scripts: str, url: str) -> "Idioms":
        """What `source` (a page's or a script's) and the code in it add."""
        openers = {opener.name: opener for opener in (*openers_in(scripts, url, source), *self.openers)}
        return Idioms(tuple(dict.fromkeys((*self.patterns, *templates_in(source))))[:_MOST],
                      tuple(openers.values())[:_MOST])

    def below(self, root: str) -> "Idioms":
        """With the patterns that are routes of a part of the site (``/portal``) as they are from its root."""
        made = (f"{root}{p}" for p in self.patterns if p.startswith("/") and not p.startswith(f"{root}/"))
        return replace(self, patterns=tuple(dict.fromkeys((*made, *self.patterns)))[:_MOST])

    def as_data(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def of_data(cls, data: Mapping[str, Any] | None) -> "Idioms":
        held = data or {}
        return cls(tuple(held.get("patterns", ())), tuple(
            Opener(one["name"], tuple(one["parameters"]), one["template"]) for one in held.get("openers", ())))


NO_IDIOMS = Idioms()
