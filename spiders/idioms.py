"""How a site's scripts make addresses: of a record's ids (patterns), or of what a function is called with (openers)."""

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

from spiders.code import code_of
from spiders.openers import Opener, openers_in
from spiders.templates import templates_in
from spiders.trees import trees_in

_MOST = 40
_TREE = re.compile(r"\basync\s*:|tree\(")
_ROUTER = re.compile(r"\brouter\b|\broutes\b", re.I)
_OF_ROUTES = r"(?:name|component|children|meta|props|redirect|element|lazy|loader)\b"
_REAL_PATHS = re.compile(r"""mode\s*:\s*["'`]history|createWebHistory|BrowserRouter|createBrowserHistory""")


@dataclass(frozen=True)
class Idioms:
    patterns: tuple[str, ...] = ()
    openers: tuple[Opener, ...] = ()

    def with_those_of(self, source: str, scripts: str, url: str) -> "Idioms":
        """What `source` (a page's or a script's) and the code in it add."""
        patterns = [behind_hash(p, scripts) for p in templates_in(source)]
        if _TREE.search(scripts):
            patterns += [tree.pattern for tree in trees_in(code_of(scripts, url, source))]
        openers = {opener.name: opener for opener in (*openers_in(scripts, url, source), *self.openers)}
        return Idioms(tuple(dict.fromkeys((*self.patterns, *patterns)))[:_MOST],
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
            Opener(one["name"], tuple(one["parameters"]), one["template"], tuple(map(tuple, one.get("table", ()))))
            for one in held.get("openers", ())))


def behind_hash(pattern: str, scripts: str) -> str:
    """A pattern as it is asked for: behind ``#`` where it is a route of a router that was not told to do otherwise."""
    path = re.escape(re.split(r"[?{]", pattern)[0].rstrip("/"))
    if not path or not pattern.startswith("/") or _REAL_PATHS.search(scripts) or not _ROUTER.search(scripts):
        return pattern
    route = re.search(rf"""\bpath\s*:\s*["'`]{path}(?:/:\w+\??)*["'`]\s*,\s*{_OF_ROUTES}""", scripts)
    return f"/#{pattern}" if route else pattern


NO_IDIOMS = Idioms()
