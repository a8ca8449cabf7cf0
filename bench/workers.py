"""How much faster two workers read than one: the same stored versions, read again from the same queue.

    python -m bench.workers [BATCHES]

Each worker has one reader (``--readers 1``), as on a machine of one core. The clock runs from the moment the last
worker takes jobs until the queue is empty. A busy machine shares its cores among all that want them: the ratio holds,
the figures do not.
"""

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


def main(batches: int) -> int:
    with tempfile.TemporaryDirectory(prefix="gkb-") as place:
        (Path(place) / "pg").mkdir()
        server = PostgresServer(Path(place) / "pg")
        try:
            settings = Settings(archive=str(Path(place) / "archive"), catalog=server.database(), lease_s=30)
            versions = _filled(settings)
            sys.stdout.write(f"{len(versions)} versions, {batches} batches of them\n")
            one, two = (_read(settings, versions, batches, workers, Path(place)) for workers in (1, 2))
        finally:
            server.close()
    read = len(versions) * batches
    sys.stdout.write(f"one worker   {one:6.1f} s  {read / one:6.1f} versions/s\n")
    sys.stdout.write(f"two workers  {two:6.1f} s  {read / two:6.1f} versions/s\n")
    sys.stdout.write(f"ratio        {one / two:6.2f}  (floor {FLOOR})\n")
    return 0 if one / two >= FLOOR else 1


def _filled(settings: Settings) -> list[tuple[str, int]]:
    with samplesite.serve() as site:
        done = gongkai("crawl", site.url, "--agency", site.agency, archive=settings.archive,
                       catalog=settings.catalog or "", allow_hosts="127.0.0.1", no_proxy="127.0.0.1")
        assert done.returncode in (0, 3), done.stderr
    with Archive.open(settings, create=False, read_only=True) as archive:
        return archive.renewable(RenewalQuery())


def _read(settings: Settings, versions: list[tuple[str, int]], batches: int, workers: int, place: Path) -> float:
    logs = [place / f"{workers}-{number}.log" for number in range(workers)]
    running = []
    for number, log in enumerate(logs):
        given = environment(archive=settings.archive, catalog=settings.catalog or "", lease_s="30", language="en")
        with log.open("wb") as file:
            running.append(subprocess.Popen(
                [sys.executable, "-m", "crawler", "worker", "--crawls", "0", "--readers", "1"], stderr=file,
                cwd=REPOSITORY, env={**given, "XDG_DATA_HOME": str(place / str(number))}))
    try:
        while not all(" takes jobs" in log.read_text("utf-8") for log in logs):
            time.sleep(0.05)
        with Queue.open(settings) as queue:
            for turn in range(batches):  # the same list again would be one job
                queue.put_readings([*versions[turn % len(versions):], *versions[:turn % len(versions)]])
            began = time.monotonic()
            while queue.waiting():
                time.sleep(0.1)
            return time.monotonic() - began
    finally:
        for process in running:
            process.terminate()
        for process in running:
            process.wait()


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 12))
