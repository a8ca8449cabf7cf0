"""The `schedule` field of a site: when to crawl it, where that is not left to the rhythm of the law."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache

from cronsim import CronSim, CronSimError

DAYS = {"daily": 1, "weekly": 7, "monthly": 30}
_LAW, _OFF = "law", "off"
EXPECTED = f"expected {', '.join([_LAW, *DAYS, _OFF])}, or cron text of five fields in Beijing time such as 30 2 * * 1"


@dataclass(frozen=True)
class Schedule:
    """One of: `every_days` apart, at the times of `cron`, `off`; none of them is the rhythm of the law."""

    every_days: int | None = None
    cron: str | None = None
    off: bool = False

    def next_tick(self, after: datetime) -> datetime:
        """The first time of `cron` later than `after`, both naive and in Beijing time."""
        assert self.cron is not None
        return next(CronSim(self.cron, after))


@lru_cache(maxsize=4096)
def read_schedule(text: str | None) -> Schedule:
    """Raises ValueError saying what was expected."""
    said = " ".join((text or "").split()).lower()
    if said in ("", _LAW):
        return Schedule()
    if said == _OFF:
        return Schedule(off=True)
    if said in DAYS:
        return Schedule(every_days=DAYS[said])
    if len(said.split()) != 5:
        raise ValueError(f"schedule {text!r} cannot be used; {EXPECTED}")
    try:
        found = Schedule(cron=said)
        found.next_tick(datetime(2026, 1, 1) - timedelta(seconds=1))
    except (CronSimError, StopIteration) as problem:
        why = str(problem) or "it names no day"
        raise ValueError(f"schedule {text!r} cannot be used ({why}); {EXPECTED}") from None
    return found
