"""Three workers and a scheduler over PostgreSQL and S3; a worker and both servers killed in turn, another worker
stopped in mid-crawl: the archive is the one a single machine makes, and no site ever sees two of them at once.

Two sites here; ``GONGKAI_TEST_CLUSTER=30`` runs it at full size, with the simulated sites of ../shared
among them where there are any.
"""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from crawler.jobs.machines.queue import Queue
from gongkai.settings import Settings
from storage import Archive, RenewalQuery
from tests.cluster.country import Country, on_the_wire
from tests.cluster.machines import Machines, until
from tests.command import REPOSITORY, environment, lasting, objects
from tests.postgres_server import PostgresServer, postgres_server, postgres_url  # noqa: F401  (fixtures)
from tests.s3_server import S3Place, S3Server, s3_server, s3_settings  # noqa: F401  (fixtures)
from tests.shared_material import SHARED
from tests.simulator import simulator

FULL = 30
SITES = int(os.environ.get("GONGKAI_TEST_CLUSTER", "2"))
PATIENCE_S = 60 + 30 * SITES


@dataclass(frozen=True)
class Scene:
    country: Country
    machines: Machines
    folder: Path

    @property
    def sites_file(self) -> Path:
        return self.folder / "sites.csv"


@pytest.fixture
def scene(tmp_path: Path, s3_settings: S3Place, postgres_url: str) -> Iterator[Scene]:  # noqa: F811
    with ExitStack() as stack:
        simulated = SITES >= FULL and SHARED.is_dir()
        country = Country(SITES, stack.enter_context(simulator("dev")) if simulated else None)
        proxy = stack.enter_context(on_the_wire(country))
        (tmp_path / "machines").mkdir()
        machines = Machines(tmp_path / "machines", proxy, s3_settings, postgres_url)
        stack.callback(machines.close)
        made = Scene(country, machines, tmp_path)
        made.sites_file.write_text("url,agency\n" + "".join(
            f"{site.home},{site.agency}\n" for site in country.sites), "utf-8")
        yield made


@pytest.mark.timeout(4 * PATIENCE_S)
def test_whatever_is_killed_the_archive_is_the_one_a_single_machine_makes(
        scene: Scene, s3_server: S3Server, postgres_server: PostgresServer) -> None:  # noqa: F811
    machines, country = scene.machines, scene.country
    alone = str(scene.folder / "alone")
    done = subprocess.run([sys.executable, "-m", "crawler", "crawl", "--sites", str(scene.sites_file)], cwd=REPOSITORY,
                          env=environment(machines.proxy, archive=alone), capture_output=True, text=True,
                          timeout=PATIENCE_S)
    assert done.returncode in (0, 3), done.stderr
    country.forget()
    postgres_server.be_as_in_compose()

    assert machines.run("sites", "import", str(scene.sites_file)).returncode == 0
    machines.start("scheduler")
    for name in ("w1", "w2", "w3"):
        machines.start("worker", name)
    until(lambda: all(" takes jobs" in machines.log(name) for name in ("w1", "w2", "w3")) and crawling(machines)
          is not None, f"no worker began a crawl:\n{machines.logs()}", PATIENCE_S)
    victim = crawling(machines)
    assert victim is not None
    machines.kill(victim)
    postgres_server.kill()
    time.sleep(1)
    postgres_server.resume()
    s3_server.kill()
    time.sleep(1)
    s3_server.start()
    machines.start("worker", "w4")
    stopped = crawling(machines) or min({"w1", "w2", "w3"} - {victim})
    assert machines.stop(stopped) == 0, machines.log(stopped)
    # Somebody at a desk crawls a site at the same time, past queue and leases: the hosts' turns are all that is left.
    rushed = machines.run("crawl", country.worlds[-1].home, "--agency", country.worlds[-1].agency.name, machine="desk")
    assert rushed.returncode in (0, 3), rushed.stderr

    until(lambda: all_done(machines.catalog), f"not all sites were crawled:\n{machines.logs()}", PATIENCE_S)
    assert {host: most for host, most in country.most_at_once().items() if most > 1} == {}
    with Archive.open(machines.settings) as archive, Queue.open(machines.settings) as queue:
        assert queue.put_readings(archive.renewable(RenewalQuery())) >= 1
    until(lambda: asked(machines.catalog, "SELECT count(*) FROM gongkai_jobs.procrastinate_jobs") == 0,
          f"a job failed or was never done:\n{machines.logs()}", PATIENCE_S)
    for name in tuple(machines.running):
        assert machines.stop(name) == 0, machines.log(name)

    with Archive.open(machines.settings) as ours, Archive.open(Settings(archive=alone)) as theirs:
        assert lasting([report.as_json() for report in ours.reports()]) == lasting(
            [report.as_json() for report in theirs.reports()])
    verified = machines.run("verify")
    assert verified.returncode == 0, verified.stdout
    copied = machines.run("copy", "--to", str(scene.folder / "home"))
    assert copied.returncode == 0, copied.stderr
    assert objects(scene.folder / "home", "raw").keys() == objects(Path(alone), "raw").keys()

    # What one machine remembers of a site every other one knows.
    again = machines.run("crawl", country.worlds[0].home, "--agency", country.worlds[0].agency.name, "--json",
                         machine="late")
    summary = json.loads(again.stdout)
    assert summary["requests"] <= 6 and summary["new"] == summary["changed"] == 0, summary


def crawling(machines: Machines) -> str | None:
    """A worker that has begun a crawl and not ended it."""
    for name in machines.running:
        log = machines.log(name)
        if name.startswith("w") and log.count(" begun ") > log.count(" ended "):
            return name
    return None


def all_done(catalog: str) -> bool:
    done = asked(catalog, "SELECT count(*) FROM site_runs WHERE last_run_at IS NOT NULL AND failures = 0")
    return done == SITES and asked(catalog, "SELECT count(*) FROM crawl_leases") == 0


def asked(catalog: str, query: str) -> int:
    """Of the database itself: a command each time would keep a core busy."""
    engine = create_engine(catalog)
    try:
        with engine.connect() as connection:
            return int(connection.execute(text(query)).scalar_one())
    finally:
        engine.dispose()
