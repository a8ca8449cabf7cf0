"""What `verify` finds, and the book it writes it in."""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any, Literal

from gongkai.errors import DamageError, GongkaiError
from storage.objects import ObjectMissingError

Kind = Literal["missing", "altered", "unreadable", "misdescribed", "dangling", "uncatalogued", "stale"]
Progress = Callable[[int, int | None], None]
"""Called with how much is done, and of how much where that is known."""

RECRAWL = "restore it from a copy of the archive, or move it away and crawl the site again"
RESTORE = "restore it from a copy of the archive; what else is kept stays readable"
REMAKE = "run: gongkai repair, which makes it again from document.json where that is sound; else restore it from a copy"
REPAIR = "run: gongkai repair"
REBUILD = "run: gongkai repair, or gongkai rebuild"


@dataclass(frozen=True)
class Damage:
    """Something that is not as it was kept. `key` is an object's key or ``catalog:table/id``."""

    key: str
    kind: Kind
    detail: str
    advice: str


@dataclass(frozen=True)
class Leftover:
    """What a crash may leave, what a running crawl has not finished, or what remains of a damage named beside it."""

    key: str
    detail: str


@dataclass(frozen=True)
class VerifyReport:
    damages: tuple[Damage, ...]
    leftovers: tuple[Leftover, ...]
    counts: dict[str, int]

    @property
    def ok(self) -> bool:
        return not self.damages

    def as_json(self) -> dict[str, Any]:
        return {"ok": self.ok, "counts": self.counts, "damages": [asdict(damage) for damage in self.damages],
                "leftovers": [asdict(leftover) for leftover in self.leftovers]}


class Findings:
    """Each damage once, in the order found; one failing check never stops the next."""

    def __init__(self, progress: Progress | None) -> None:
        self._progress = progress
        self._damages: dict[tuple[str, str], Damage] = {}
        self._leftovers: list[Leftover] = []
        self._counts: dict[str, int] = {}

    def damage(self, key: str, kind: Kind, detail: str, advice: str) -> None:
        self._damages.setdefault((key, kind), Damage(key, kind, detail, advice))

    def named(self, key: str, kind: Kind) -> bool:
        return (key, kind) in self._damages

    def leftover(self, key: str, detail: str) -> None:
        self._leftovers.append(Leftover(key, detail))

    def count(self, what: str) -> None:
        self._counts[what] = self._counts.get(what, 0) + 1
        if self._progress is not None:
            self._progress(sum(self._counts.values()), None)

    def guarded(self, key: str, check: Callable[[], None], advice: str) -> None:
        try:
            check()
        except ObjectMissingError as problem:
            self.damage(problem.key, "missing", "it vanished while it was being checked", advice)
        except DamageError as problem:
            altered = "altered" in str(problem)
            self.damage(key, "altered" if altered else "unreadable", str(problem), advice)
        except (GongkaiError, ValueError, LookupError) as problem:
            self.damage(key, "unreadable", str(problem), advice)

    def report(self) -> VerifyReport:
        return VerifyReport(tuple(self._damages.values()), tuple(self._leftovers), dict(self._counts))
