"""Crawl sites now: one child process a site, hosts apart in parallel, sites of one host after each other."""

import contextlib
import json
import os
import re
import subprocess
import sys
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from pathlib import Path
from typing import Any

from crawler.jobs.interruption import Interruption, Watch
from crawler.jobs.memory import remembering
from crawler.jobs.summary import SiteSummary
from gongkai.address import host_of, place_of
from gongkai.clock import utc_now
from gongkai.errors import StorageError
from gongkai.settings import SECRETS, Settings
from gongkai.site import AgencySite
from storage import Archive

PARALLEL_HOSTS = 8
"""Polite crawls wait most of the time: one core carries about 800 hosts, but each child takes ~110 MiB."""

OnEvent = Callable[[AgencySite, dict[str, Any]], None]


def crawl_now(
    sites: Sequence[AgencySite], settings: Settings, on_event: OnEvent, interruption: Interruption
) -> list[SiteSummary]:
    """Crawl each site into the archive of `settings`; summaries in the order of `sites`.

    Events (``progress``, ``finding``, ``summary``) arrive from several threads. Raises StorageError before anything is
    asked when the archive cannot be opened for writing.
    """
    Archive.open(settings).close()
    check_writable(settings)
    by_host: dict[str, list[int]] = {}
    for index, site in enumerate(sites):
        by_host.setdefault(host_of(site.url), []).append(index)
    results: dict[int, SiteSummary] = {}

    def one_host(indexes: Iterable[int]) -> None:
        for index in indexes:
            if interruption.signal is None:
                results[index] = crawl_in_child(sites[index], settings, on_event, interruption)

    with ThreadPoolExecutor(max_workers=PARALLEL_HOSTS) as pool:
        running = [pool.submit(one_host, indexes) for indexes in by_host.values()]
        for future in running:
            future.result()
    return [
        results[i] if i in results else SiteSummary.interrupted(s.url, s.agency, "it had not begun")
        for i, s in enumerate(sites)
    ]


def check_writable(settings: Settings) -> None:
    """An archive may open and yet take no new file, when its folders belong to someone else."""
    logs = settings.state_dir / "logs"
    probe = logs / f".writable-{os.getpid()}"
    try:
        logs.mkdir(parents=True, exist_ok=True)
        probe.touch()
        probe.unlink()
    except OSError as problem:
        raise StorageError(
            f"cannot write into {logs}: {problem.strerror}. Check the owner and the mount of the archive directory"
        ) from None


def crawl_in_child(site: AgencySite, settings: Settings, on_event: OnEvent, watch: Watch, log_file: Path | None = None,
                   ) -> SiteSummary:
    """One site, to its end, with what was remembered of it, wherever that is kept. Events arrive in this thread."""
    with remembering(settings, site.url):
        return _run_child(site, settings, on_event, watch, log_file or log_path(site, settings))


def _run_child(site: AgencySite, settings: Settings, on_event: OnEvent, watch: Watch, log_file: Path) -> SiteSummary:
    child = subprocess.Popen(
        [sys.executable, "-m", "crawler.jobs.site_process"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
        env=environment_of(settings),
        start_new_session=True,  # a terminal's Ctrl-C comes to us alone; two at once would end Scrapy in mid-page
    )
    watch.watch(child)
    errors: list[str] = []
    summary: SiteSummary | None = None
    try:
        for event in _events(child, {"site": asdict(site), "log_file": str(log_file)}, errors):
            if event["event"] == "summary":
                summary = SiteSummary.from_json(event["summary"])
            on_event(site, event)
    finally:
        watch.forget(child)
    if summary is not None:
        return summary
    if watch.signal is not None:
        return SiteSummary.interrupted(site.url, site.agency, "it was ended at once")
    last = next((line.strip() for line in reversed(errors) if line.strip()), f"exit code {child.returncode}")
    return SiteSummary.failed(site.url, site.agency, f"the crawl's process ended early ({last}); log: {log_file}")


def _events(child: "subprocess.Popen[str]", job: dict[str, Any], errors: list[str]) -> Iterator[dict[str, Any]]:
    """What the child says until it ends; what it writes to stderr goes to `errors`."""
    assert child.stdin and child.stdout and child.stderr
    stderr = child.stderr
    drain = threading.Thread(target=lambda: errors.extend(stderr), daemon=True)
    drain.start()
    # A child that ended before it read its job says why on stderr.
    with contextlib.suppress(BrokenPipeError):
        child.stdin.write(json.dumps(job) + "\n")
        child.stdin.flush()  # left open: closing it is how the child learns that we are gone
    for line in child.stdout:
        yield json.loads(line)
    with contextlib.suppress(BrokenPipeError):
        child.stdin.close()
    child.wait()
    drain.join(timeout=5)


def log_path(site: AgencySite, settings: Settings) -> Path:
    host = re.sub(r"[^\w.-]", "_", place_of(site.url))
    return settings.state_dir / "logs" / f"{utc_now():%Y%m%dT%H%M%SZ}-{host}.log"


def environment_of(settings: Settings) -> dict[str, str]:
    """The child reads its settings the way any process does; what the command line changed goes as environment. It
    looks for secrets where this process found them."""
    given = {
        f"GONGKAI_{name.upper()}": ",".join(value) if isinstance(value, tuple) else str(value)
        for name in settings.model_fields_set - SECRETS
        if (value := getattr(settings, name)) is not None
    }
    return {**os.environ, **given}
