"""Crawl sites now: one child process a site, hosts apart in parallel, sites of one host after each other."""

import json
import os
import re
import subprocess
import sys
import threading
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from pathlib import Path
from typing import Any

from crawler.jobs.summary import SiteSummary
from gongkai.address import host_of
from gongkai.clock import utc_now
from gongkai.settings import Settings
from gongkai.site import AgencySite
from storage import Archive

PARALLEL_HOSTS = 8
"""Polite crawls wait most of the time: one core carries about 800 hosts, but each child takes ~110 MiB."""

OnEvent = Callable[[AgencySite, dict[str, Any]], None]


def crawl_now(sites: Sequence[AgencySite], settings: Settings, on_event: OnEvent) -> list[SiteSummary]:
    """Crawl each site into the archive of `settings`; summaries in the order of `sites`.

    Events (``progress``, ``finding``, ``summary``) arrive from several threads. Raises StorageError before anything is
    asked when the archive cannot be opened for writing. On KeyboardInterrupt running crawls are let finish their page.
    """
    Archive.open(settings).close()
    by_host: dict[str, list[int]] = {}
    for index, site in enumerate(sites):
        by_host.setdefault(host_of(site.url), []).append(index)
    results: dict[int, SiteSummary] = {}
    stop = threading.Event()

    def one_host(indexes: Iterable[int]) -> None:
        for index in indexes:
            if not stop.is_set():
                results[index] = _crawl_in_child(sites[index], settings, on_event)

    with ThreadPoolExecutor(max_workers=PARALLEL_HOSTS) as pool:
        running = [pool.submit(one_host, indexes) for indexes in by_host.values()]
        try:
            for future in running:
                future.result()
        except KeyboardInterrupt:
            stop.set()
            pool.shutdown(wait=True, cancel_futures=True)
    return [
        results[i] if i in results else SiteSummary.failed(s.url, s.agency, "interrupted before it began")
        for i, s in enumerate(sites)
    ]


def _crawl_in_child(site: AgencySite, settings: Settings, on_event: OnEvent) -> SiteSummary:
    log_file = log_path(site, settings)
    job = {"site": asdict(site), "log_file": str(log_file)}
    child = subprocess.Popen(
        [sys.executable, "-m", "crawler.jobs.site_crawl"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
        env=_environment(settings),
    )
    assert child.stdin and child.stdout and child.stderr
    errors: list[str] = []
    drain = threading.Thread(target=lambda: errors.extend(child.stderr), daemon=True)  # type: ignore[arg-type]
    drain.start()
    child.stdin.write(json.dumps(job) + "\n")
    child.stdin.flush()  # left open: closing it is how the child learns that we are gone
    summary: SiteSummary | None = None
    for line in child.stdout:
        event = json.loads(line)
        if event["event"] == "summary":
            summary = SiteSummary.from_json(event["summary"])
        on_event(site, event)
    child.stdin.close()
    code = child.wait()
    drain.join(timeout=5)
    if summary is None:
        last = next((line.strip() for line in reversed(errors) if line.strip()), f"exit code {code}")
        summary = SiteSummary.failed(
            site.url, site.agency, f"the crawl's process ended early ({last}); log: {log_file}"
        )
    return summary


def log_path(site: AgencySite, settings: Settings) -> Path:
    host = re.sub(r"[^\w.-]", "_", host_of(site.url))
    return settings.state_dir / "logs" / f"{utc_now():%Y%m%dT%H%M%SZ}-{host}.log"


def _environment(settings: Settings) -> dict[str, str]:
    """The child reads its settings the way any process does; what the command line changed goes as environment."""
    given = {
        f"GONGKAI_{name.upper()}": ",".join(value) if isinstance(value, tuple) else str(value)
        for name in settings.model_fields_set
        if (value := getattr(settings, name)) is not None
    }
    return {**os.environ, **given}
