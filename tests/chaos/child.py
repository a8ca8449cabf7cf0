"""One crawl of one site in a process of its own, as ``gongkai crawl`` runs it, with a misfortune that is told."""

import json
import os
import sys
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

from tests.chaos.steps import stepping


@dataclass(frozen=True)
class Misfortune:
    """Steps as in `tests.chaos.steps`, 0 for never; `clock_days` is how far the machine's clock stands from the true
    time."""

    killed_at_step: int = 0
    read_only_from_step: int = 0
    clock_days: int = 0


@dataclass(frozen=True)
class Job:
    """`folder` takes what the crawl said: its events, the steps it took, its log."""

    folder: Path
    site: dict[str, Any]
    environment: dict[str, str]
    misfortune: Misfortune = field(default_factory=Misfortune)


def crawl(job: Job) -> None:
    """Ends the process."""
    from crawler.jobs import site_crawl  # loaded where it is forked from, not by whoever collects tests

    for name in [name for name in os.environ if name.startswith("GONGKAI_") or name.lower().endswith("_proxy")]:
        del os.environ[name]
    os.environ.update(job.environment)
    os.chdir(job.folder)
    said = os.open(job.folder / "stderr", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    os.dup2(said, 1)
    os.dup2(said, 2)
    if job.misfortune.clock_days:
        _set_clock(timedelta(days=job.misfortune.clock_days))
    steps = stepping(job.misfortune.killed_at_step, job.misfortune.read_only_from_step)
    with (job.folder / "events").open("w", encoding="utf-8", buffering=1) as events:
        summary, _ = site_crawl.run({"site": job.site, "log_file": str(job.folder / "log")}, events)
        events.write(json.dumps({"event": "summary", "steps": steps(), "summary": summary}) + "\n")
    sys.stderr.flush()
    os._exit(0)


def _set_clock(by: timedelta) -> None:
    """Everything that asks what time it is asks `gongkai.clock`; waiting goes by the monotonic clock, which never
    jumps."""
    from gongkai import clock

    class Shifted(clock.datetime):
        @classmethod
        def now(cls, tz: Any = None) -> Any:
            return super().now(tz) + by

    clock.datetime = Shifted  # type: ignore[misc]

