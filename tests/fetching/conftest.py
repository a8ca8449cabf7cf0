"""Crawls with the project's own settings against rude servers, and what came of them."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
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
    looked_up: list[str]

    def __getitem__(self, url: str) -> dict[str, Any]:
        return self.outcomes[url]

    def kinds(self) -> list[str | None]:
        return [outcome.get("kind") for outcome in self.outcomes.values()]


Crawl = Callable[..., Crawled]


@pytest.fixture(scope="session")
def nursery() -> Iterator[subprocess.Popen[str]]:
    with subprocess.Popen([sys.executable, "-m", "tests.fetching.child_crawl"], stdin=subprocess.PIPE,
                          stdout=subprocess.PIPE, text=True, cwd=ROOT) as process:
        yield process
        assert process.stdin is not None
        process.stdin.close()


@pytest.fixture
def crawl(tmp_path: Path, nursery: subprocess.Popen[str]) -> Crawl:
    """``crawl(urls, delay_s=…, settings={…}, names={…})``: loopback is open, delays are short, nothing is proxied."""

    def run(urls: list[str], *, settings: dict[str, Any] | None = None, names: dict[str, list[str]] | None = None,
            referer: str | None = None, in_turn: bool = False, proxies: dict[str, str] | None = None,
            **given: Any) -> Crawled:
        chosen = {"allow_hosts": "127.0.0.1", "delay_s": 0.02, "timeout_s": 1.5, "retries": 1, "max_body_mib": 1,
                  "max_backoff_s": 5} | given
        inherited = {key: value for key, value in os.environ.items()
                     if not key.startswith("GONGKAI_") and not key.lower().endswith("_proxy")}
        ours = {"HOME": str(tmp_path)} | {f"GONGKAI_{key.upper()}": str(value) for key, value in chosen.items()}
        environment = inherited | (proxies or {}) | ours
        job = {"urls": urls, "settings": settings or {}, "names": names, "referer": referer, "in_turn": in_turn,
               "environment": environment, "place": str(tmp_path)}
        assert nursery.stdin is not None and nursery.stdout is not None
        nursery.stdin.write(json.dumps(job) + "\n")
        nursery.stdin.flush()
        code = nursery.stdout.readline().strip()
        log = (tmp_path / "log").read_text("utf-8")
        assert code == "0" and "Traceback" not in log, log
        report = json.loads((tmp_path / "report.json").read_text("utf-8"))
        assert all(o.get("is_fetch_problem", True) for o in report["outcomes"]), report["outcomes"]
        return Crawled({o["asked"]: o for o in report["outcomes"]}, report["stats"], log, report["dialled"],
                       report["looked_up"])

    return run
