"""How much faster two workers read than one: the same stored versions, read again from the same queue.

    python -m bench.workers [BATCHES] [ROUNDS]

Each worker has one reader (``--readers 1``), as on a machine of one core. The clock runs from the moment the last
worker takes jobs until the queue is empty. One and two take turns, and the median of the rounds' ratios counts: on a
machine that others use too, a single pair says little. ``cores`` is the processor time used by the second (two idle
cores give at most 2), and the versions a core and second tell what two workers cost each other: nothing, where that is
as much as for one.
"""

import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import samplesite
from crawler.jobs.machines.queue import Queue
from gongkai.settings import Settings
from storage import Archive, RenewalQuery
from tests.command import REPOSITORY, environment, gongkai
from tests.postgres_server import PostgresServer

FLOOR = 1.8


def main(batches: int = 6, rounds: int = 3) -> int:
    with tempfile.TemporaryDirectory(prefix="gkb-") as place:
        (Path(place) / "pg").mkdir()
        server = PostgresServer(Path(place) / "pg")
        try:
            settings = Settings(archive=str(Path(place) / "archive"), catalog=server.database(), lease_s=30)
            versions = _filled(settings)
            sys.stdout.write(f"{len(versions)} versions, {batches} batches of them\n")
            ratios = [_round(settings, versions, batches, Path(place)) for _ in range(rounds)]
        finally:
            server.close()
    ratio = statistics.median(ratios)
    sys.stdout.write(f"two workers read {ratio:.2f} times as fast as one (floor {FLOOR})\n")
    return 0 if ratio >= FLOOR else 1


def _round(settings: Settings, versions: list[tuple[str, int]], batches: int, place: Path) -> float:
    read = len(versions) * batches
    times = []
    for workers in (1, 2):
        wall_s, cpu_s = _read(settings, versions, batches, workers, place)
        times.append(wall_s)
        sys.stdout.write(f"{workers} worker(s)  {wall_s:6.1f} s  {read / wall_s:6.1f} versions/s  "
                         f"{cpu_s / wall_s:5.2f} cores  {read / cpu_s:5.1f} versions a core and second\n")
    return times[0] / times[1]


def _filled(settings: Settings) -> list[tuple[str, int]]:
    with samplesite.serve() as site:
        done = gongkai("crawl", site.url, "--agency", site.agency, archive=settings.archive,
                       catalog=settings.catalog or "", allow_hosts="127.0.0.1", no_proxy="127.0.0.1")
        assert done.returncode in (0, 3), done.stderr
    with Archive.open(settings, create=False, read_only=True) as archive:
        return archive.renewable(RenewalQuery())


def _read(settings: Settings, versions: list[tuple[str, int]], batches: int, workers: int, place: Path,
          ) -> tuple[float, float]:
    """Seconds by the clock and of the processor."""
    logs = [place / f"{workers}-{number}.log" for number in range(workers)]
    running = []
    for number, log in enumerate(logs):
        given = environment(archive=settings.archive, catalog=settings.catalog or "", lease_s="30", language="en")
        with log.open("wb") as file:
            running.append(subprocess.Popen(
                [sys.executable, "-m", "crawler", "worker", "--crawls", "0", "--readers", "1"], stderr=file,
                cwd=REPOSITORY, env={**given, "XDG_DATA_HOME": str(place / str(number))},
                start_new_session=True))  # Linux shares busy cores out by session: two machines are two
    try:
        while not all(" takes jobs" in log.read_text("utf-8") for log in logs):
            time.sleep(0.05)
        with Queue.open(settings) as queue:
            for turn in range(batches):  # the same list again would be one job
                queue.put_readings([*versions[turn % len(versions):], *versions[:turn % len(versions)]])
            began, before = time.monotonic(), _used(running)
            while queue.waiting():
                time.sleep(0.1)
            return time.monotonic() - began, _used(running) - before
    finally:
        for process in running:
            process.terminate()
        for process in running:
            process.wait()


def _used(running: "list[subprocess.Popen[bytes]]") -> float:
    """Processor seconds of these processes, their children and all those have ended."""
    family = {process.pid for process in running}
    total = 0.0
    for stat in sorted(Path("/proc").glob("[0-9]*/stat"), key=lambda path: int(path.parent.name)):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        pid = int(stat.parent.name)
        if pid in family or int(fields[1]) in family:
            family.add(pid)
            total += sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK")
    return total


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:])))
