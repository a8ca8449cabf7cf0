"""Crawls for tests: a child process with plain Scrapy settings behind the invented sites' proxy."""

import json
import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.forks import FORKS
from tests.spiders.child import answer
from tests.spiders.sites import AGENCY, HOME, World, served

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Crawl:
    """What a crawl told: the spider's own account, the findings it handed over, its log."""

    told: dict[str, Any]
    findings: list[dict[str, Any]]
    log: str

    def __getattr__(self, name: str) -> Any:
        return self.told[name]


def command(args: dict[str, Any], findings: Path, settings: dict[str, Any]) -> list[str]:
    task = {"args": args, "findings": str(findings), "settings": settings}
    return [sys.executable, "-m", "tests.spiders.child", json.dumps(task)]


def proxied(proxy: str) -> dict[str, str]:
    return {"http_proxy": proxy, "https_proxy": proxy, "no_proxy": ""}


def environment(proxy: str) -> dict[str, str]:
    return {**os.environ, **proxied(proxy), "PYTHONPATH": str(ROOT)}


def read_findings(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()] if path.exists() else []


def crawl_in_child(task: dict[str, Any], proxy: str, log: Path) -> dict[str, Any]:
    """One crawl in a process of its own; its log goes to a file."""
    log.unlink(missing_ok=True)
    task = {**task, "settings": {"LOG_FILE": str(log), **task.get("settings", {})}}
    ours, theirs = FORKS.Pipe(duplex=False)
    child = FORKS.Process(target=answer, args=(task, proxied(proxy), theirs))
    child.start()
    theirs.close()
    try:
        assert ours.poll(120), f"no answer in 120 s\n{log.read_text('utf-8')[-3000:]}"
        return dict(ours.recv())
    except EOFError:
        raise AssertionError(f"the crawl died\n{log.read_text('utf-8')[-3000:] if log.exists() else ''}") from None
    finally:
        child.join(10)
        child.kill()


@pytest.fixture
def crawl(tmp_path: Path) -> Callable[..., Crawl]:
    """``crawl(world, site=…, agency=…, **settings)``: one whole crawl of an invented site."""

    def run(
        world: World,
        site: str = HOME,
        agency: str | None = AGENCY,
        former_names: str = "",
        max_requests: int = 300,
        **settings: Any,
    ) -> Crawl:
        args = {"site": site, "former_names": former_names, "max_requests": max_requests, "agency": agency}
        findings, log = tmp_path / "findings.jsonl", tmp_path / "crawl.log"
        findings.unlink(missing_ok=True)
        with served(world) as proxy:
            told = crawl_in_child({"args": args, "findings": str(findings), "settings": settings}, proxy, log)
        return Crawl(told, read_findings(findings), log.read_text("utf-8"))

    return run
