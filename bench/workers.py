"""How much faster two workers read than one: the same stored versions, read again from the same queue.

    python -m bench.workers [BATCHES] [ROUNDS]

Each worker has one reader (``--readers 1``) and one core: a machine of its own but for the database, which takes what
it needs of both. What is read is HTML, PDF, DOCX and RTF, for which no program is started, and every batch is the
versions of one sample site in another order. The clock runs while every worker has work: from the end of a worker's
first batch until only the last ones are left, so that neither its start nor an uneven end counts. One and two take
turns, and the median of the rounds' ratios counts: on a machine that others use too, a single pair says little.
``busy`` is how much of its core a worker used (what is missing it waited), ``database`` the cores PostgreSQL used, and
the versions a core and second tell what two workers cost each other: nothing, where that is as much as for one.
"""

import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import samplesite
from crawler.jobs.machines.queue import Queue
from gongkai.settings import Settings
from storage import Archive, RenewalQuery
from tests.command import REPOSITORY, environment, gongkai
from tests.postgres_server import PostgresServer

FLOOR = 1.8


@dataclass(frozen=True)
class Place:
    """An archive with its catalog's server."""

    folder: Path
    settings: Settings
    versions: list[tuple[str, int]]
    server: PostgresServer


def main(batches: int = 20, rounds: int = 3) -> int:
    cores = sorted(os.sched_getaffinity(0))[:2]
    if len(cores) < 2:
        sys.stderr.write("two workers of one core each need two cores\n")
        return 2
    with tempfile.TemporaryDirectory(prefix="gkb-") as folder:
        (Path(folder) / "pg").mkdir()
        server = PostgresServer(Path(folder) / "pg")
        try:
            settings = Settings(archive=str(Path(folder) / "archive"), catalog=server.database(), lease_s=30)
            place = Place(Path(folder), settings, _filled(settings), server)
            sys.stdout.write(f"batches of {len(place.versions)} versions, {batches} a worker\n")
            ratios = [_rate(place, cores[:1], batches) ** -1 * _rate(place, cores, batches) for _ in range(rounds)]
        finally:
            server.close()
    ratio = statistics.median(ratios)
    sys.stdout.write(f"two workers read {ratio:.2f} times as fast as one ({min(ratios):.2f} to {max(ratios):.2f}; "
                     f"floor {FLOOR})\n")
    return 0 if ratio >= FLOOR else 1


def _filled(settings: Settings) -> list[tuple[str, int]]:
    with samplesite.serve() as site:
        done = gongkai("crawl", site.url, "--agency", site.agency, archive=settings.archive,
                       catalog=settings.catalog or "", allow_hosts="127.0.0.1", no_proxy="127.0.0.1")
        assert done.returncode in (0, 3), done.stderr
    with Archive.open(settings, create=False, read_only=True) as archive:
        return archive.renewable(RenewalQuery())


def _rate(place: Place, cores: list[int], batches: int) -> float:
    """Versions a second, by a worker on each of the cores."""
    workers = [_started(place, core) for core in cores]
    try:
        return _measured(place, [process.pid for process, _ in workers], [log for _, log in workers], batches)
    finally:
        for process, _ in workers:
            process.terminate()
        for process, log in workers:
            assert process.wait() == 0, log.read_text("utf-8")


def _started(place: Place, core: int) -> "tuple[subprocess.Popen[bytes], Path]":
    given = environment(archive=place.settings.archive, catalog=place.settings.catalog or "", lease_s="30",
                        language="en")
    log = place.folder / f"{core}.log"
    with log.open("wb") as file:
        process = subprocess.Popen(
            ["taskset", "--cpu-list", str(core), sys.executable, "-m", "crawler", "worker",
             "--crawls", "0", "--readers", "1"],
            stderr=file, cwd=REPOSITORY, env={**given, "XDG_DATA_HOME": str(place.folder / str(core))},
            start_new_session=True)  # Linux shares busy cores out by session: two machines are two
    return process, log


def _measured(place: Place, workers: list[int], logs: list[Path], batches: int) -> float:
    """While each worker has work: its first batch and its last are not counted."""
    number, counted = len(workers), batches * len(workers)
    _until(lambda: all(" takes jobs" in log.read_text("utf-8") for log in logs))
    with Queue.open(place.settings) as queue:
        for seed in range(number + counted + number):  # the same list again would be one job
            queue.put_readings(random.Random(seed).sample(place.versions, len(place.versions)))
        _until(lambda: queue.waiting() <= counted + number)
        began, ours, theirs = time.monotonic(), _used(workers), _used([place.server.pid])
        _until(lambda: queue.waiting() <= number)
        wall_s = time.monotonic() - began
        ours, theirs = _used(workers) - ours, _used([place.server.pid]) - theirs
        _until(lambda: not queue.waiting())
    read = counted * len(place.versions)
    sys.stdout.write(f"{number} worker(s)  {wall_s:6.1f} s  {read / wall_s:6.1f} versions/s  "
                     f"busy {ours / wall_s / number:4.0%}  database {theirs / wall_s:5.2f}  "
                     f"{read / ours:5.1f} versions a core and second\n")
    sys.stdout.flush()
    return read / wall_s


def _until(so: Callable[[], bool]) -> None:
    while not so():
        time.sleep(0.05)


def _used(processes: list[int]) -> float:
    """Processor seconds of these processes, their children and all those have ended."""
    family = set(processes)
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
