"""Crawls in child processes: Twisted's reactor runs once a process, and a crawl has one of its own anyway."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Crawled:
    """What the spider got, by the address it asked for; what was counted; what the log says."""

    outcomes: dict[str, dict[str, Any]]
    stats: dict[str, float]
    log: str
    dialled: list[str]

    def __getitem__(self, url: str) -> dict[str, Any]:
        return self.outcomes[url]

    def kinds(self) -> list[str | None]:
        return [outcome.get("kind") for outcome in self.outcomes.values()]


Crawl = Callable[..., Crawled]


@pytest.fixture
def crawl(tmp_path: Path) -> Crawl:
    """``crawl(urls, delay_s=…, settings={…}, names={…})``: loopback is open, delays are short, nothing is proxied."""

    def run(urls: list[str], *, settings: dict[str, Any] | None = None, names: dict[str, list[str]] | None = None,
            referer: str | None = None, in_turn: bool = False, proxies: dict[str, str] | None = None,
            **given: Any) -> Crawled:
        chosen = {"allow_hosts": "127.0.0.1", "delay_s": 0.02, "timeout_s": 1.5, "retries": 1, "max_body_mib": 1,
                  "max_backoff_s": 5} | given
        clean = {key: value for key, value in os.environ.items()
                 if not key.startswith("GONGKAI_") and not key.lower().endswith("_proxy")}
        job = {"urls": urls, "settings": settings or {}, "names": names, "referer": referer, "in_turn": in_turn}
        child = subprocess.run(
            [sys.executable, "-m", "tests.fetching.child_crawl"], input=json.dumps(job), capture_output=True, text=True,
            timeout=60, cwd=tmp_path, env={
                **clean, **(proxies or {}), "PYTHONPATH": str(ROOT),
                **{f"GONGKAI_{name.upper()}": str(value) for name, value in chosen.items()}})
        assert child.returncode == 0, child.stderr
        report = json.loads(child.stdout)
        assert all(o.get("is_fetch_problem", True) for o in report["outcomes"]), report["outcomes"]
        assert "Traceback" not in child.stderr, child.stderr
        return Crawled({o["asked"]: o for o in report["outcomes"]}, report["stats"], child.stderr, report["dialled"])

    return run
