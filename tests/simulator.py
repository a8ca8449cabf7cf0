"""The simulator of government sites (../shared/govweb) as a forward proxy, with its truth."""

import json
import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.request import ProxyHandler, build_opener

from tests.shared_material import SHARED

_READY_S = 60.0
_CLEAN = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1"}
_direct = build_opener(ProxyHandler({}))


@dataclass(frozen=True)
class Simulator:
    proxy: str
    admin: str

    def get(self, path: str) -> Any:
        return json.loads(_direct.open(self.admin + path, timeout=30).read())

    def target(self, site: str) -> dict[str, Any]:
        return next(t for t in self.get("/targets") if t["site"] == site)

    def own_reports(self, site: str) -> list[dict[str, Any]]:
        """Own reports and corrected versions of them."""
        return [r for r in self.get("/truth")["reports"] if r["site"] == site and r["kind"] in ("own", "corrected")]

    def log(self, site: str) -> list[dict[str, Any]]:
        return [
            json.loads(line) for line in _direct.open(f"{self.admin}/log?site={site}", timeout=30).read().splitlines()
        ]

    def score(self, claims: Path) -> dict[str, dict[str, Any]]:
        """What the simulator's own scorer says of a file of claims, by site."""
        done = subprocess.run(
            [sys.executable, "-m", "govweb", "score", "--admin", self.admin, "--claims", str(claims), "--json"],
            cwd=SHARED / "govweb", capture_output=True, text=True, check=True, env=_CLEAN)
        return {row["site"]: row for row in json.loads(done.stdout)}

    def reset(self) -> None:
        _direct.open(self.admin + "/reset", timeout=30).read()


def bare(url: str) -> str:
    """The simulator compares addresses without scheme."""
    return re.sub(r"^https?://", "", url)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def simulator(seed: str, sites: str = "") -> Iterator[Simulator]:
    """All its sites, or those named (``s1,s5``)."""
    process, made = _started(seed, ["--sites", sites] if sites else [])
    try:
        yield made
    finally:
        process.terminate()
        process.wait(timeout=20)


def _started(seed: str, only: list[str]) -> "tuple[subprocess.Popen[bytes], Simulator]":
    """Ready to answer. A port that was free may be taken by now: then with others."""
    for _ in range(3):
        port, admin = free_port(), free_port()
        process = subprocess.Popen(
            [sys.executable, "-m", "govweb", "serve", "--seed", seed, "--port", str(port), "--admin-port", str(admin),
             "--dead-delay", "0.05", *only],
            cwd=SHARED / "govweb", stdout=subprocess.DEVNULL, env=_CLEAN)
        made, end = Simulator(f"http://127.0.0.1:{port}", f"http://127.0.0.1:{admin}"), time.monotonic() + _READY_S
        while process.poll() is None and time.monotonic() < end:
            try:
                made.get("/health")
            except (URLError, ConnectionError):
                time.sleep(0.05)
            else:
                return process, made
        process.kill()
        process.wait(timeout=20)
    raise AssertionError(f"the simulator did not get ready in {_READY_S} s")
