"""Whole simulated sites with truth and a scorer (field material, not part of the repository)."""

import json
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.shared_material import SHARED, needs_shared
from tests.spiders.conftest import crawl_in_child

pytestmark = [pytest.mark.shared, needs_shared]


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Simulator:
    def __init__(self, seed: str, sites: str) -> None:
        self.proxy, self.admin = f"http://127.0.0.1:{_free_port()}", f"http://127.0.0.1:{_free_port()}"
        self._opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        self.process = subprocess.Popen(
            [
                sys.executable,
                "-m",
                "govweb",
                "serve",
                "--seed",
                seed,
                "--sites",
                sites,
                "--dead-delay",
                "0.05",
                "--port",
                self.proxy.rsplit(":", 1)[1],
                "--admin-port",
                self.admin.rsplit(":", 1)[1],
            ],
            cwd=SHARED / "govweb",
            stdout=subprocess.DEVNULL,
        )
        for _ in range(300):
            try:
                self.get("/health")
                return
            except OSError:
                time.sleep(0.1)
        raise RuntimeError("the simulator did not start")

    def get(self, path: str) -> Any:
        return json.loads(self._opener.open(self.admin + path, timeout=30).read())

    def score(self, claims: Path) -> dict[str, dict[str, Any]]:
        done = subprocess.run(
            [sys.executable, "-m", "govweb", "score", "--admin", self.admin, "--claims", str(claims), "--json"],
            cwd=SHARED / "govweb",
            capture_output=True,
            text=True,
            check=True,
            timeout=60,
        )
        return {scored["site"]: scored for scored in json.loads(done.stdout)}


@contextmanager
def simulator(seed: str, sites: str) -> Iterator[Simulator]:
    running = Simulator(seed, sites)
    try:
        yield running
    finally:
        running.process.terminate()
        running.process.wait()


def _crawl(target: dict[str, Any], proxy: str, log: Path) -> dict[str, Any]:
    args = {"site": target["home"], "agency": target["agency"], "former_names": ",".join(target["former_names"])}
    return crawl_in_child({"args": args}, proxy, log)


@pytest.mark.parametrize("seed", ["lotus"])
def test_every_own_report_of_s1_and_s5_is_reached_and_no_distractor_taken(seed: str, tmp_path: Path) -> None:
    claims = tmp_path / "claims.jsonl"
    with simulator(seed, "s1,s5") as sim, claims.open("w", encoding="utf-8") as out:
        for target in sim.get("/targets"):
            told = _crawl(target, sim.proxy, tmp_path / f"{target['site']}.log")
            for url, year in told["found"].items():
                out.write(
                    json.dumps({"url": url, "year": year, "agency": target["agency"], "site": target["site"]}) + "\n"
                )
        out.flush()
        scored = sim.score(claims)
    for site in ("s1", "s5"):
        assert scored[site]["recall"] == 1.0
        assert scored[site]["precision"] == 1.0
        assert scored[site]["overhead"] <= 2 * scored[site]["oracle"]
        assert not set(scored[site]["tags"]) & {"calendar", "search", "copy", "spam", "offsite"}
    assert scored["s1"]["corrected"] == "1/1"
