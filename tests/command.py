"""The gongkai command as a user runs it, and what two archives must agree on."""

import ctypes
import json
import os
import resource
import subprocess
import sys
from pathlib import Path
from typing import Any

from tests import forked

REPOSITORY = Path(__file__).resolve().parents[1]
_PATIENCE_S = 280.0


def gongkai(
    *args: str,
    proxy: str | None = None,
    largest_file_bytes: int | None = None,
    mere_user: bool = False,
    **settings: str,
) -> subprocess.CompletedProcess[str]:
    """Run the command to its end, with `settings` as GONGKAI_* and no delays. `largest_file_bytes` stands for a disk
    without space: no file grows beyond it. `mere_user` takes from root what lets it write where it may not."""
    env = environment(proxy, **settings)
    if not largest_file_bytes and not mere_user:
        return forked.run(args, env, REPOSITORY, _PATIENCE_S)
    return subprocess.run(
        [sys.executable, "-m", "crawler", *args],
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=_PATIENCE_S,
        env=env,
        cwd=REPOSITORY,
        preexec_fn=_limited(largest_file_bytes) if largest_file_bytes else _without_override,
    )


def started(*args: str, proxy: str | None = None, **settings: str) -> "subprocess.Popen[str]":
    """The command running, as the leader of a process group of its own."""
    return subprocess.Popen(
        [sys.executable, "-m", "crawler", *args],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
        env=environment(proxy, **settings),
        cwd=REPOSITORY,
        start_new_session=True,
    )


def environment(proxy: str | None = None, **settings: str) -> dict[str, str]:
    clean = {k: v for k, v in os.environ.items() if not k.startswith("GONGKAI_") and not k.lower().endswith("_proxy")}
    given = {f"GONGKAI_{key.upper()}": value for key, value in {"delay_s": "0", **settings}.items()}
    return clean | given | ({"http_proxy": proxy, "https_proxy": proxy} if proxy else {})


def listed(**settings: str) -> list[dict[str, Any]]:
    done = gongkai("reports", "--format", "jsonl", **settings)
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def lasting(records: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """What two crawls at different times must agree on."""
    return [{k: v for k, v in record.items() if k not in ("first_seen", "last_seen")} for record in records]


def objects(archive: Path, *under: str) -> dict[str, int]:
    return {
        str(p.relative_to(archive)): p.stat().st_size
        for part in under
        for p in (archive / part).rglob("*")
        if p.is_file()
    }


def _without_override() -> None:
    """Linux: drops CAP_DAC_OVERRIDE from what the program about to start may have. Nothing to drop for a mere user."""
    if os.geteuid() == 0:
        drop_from_bounding_set, dac_override = 24, 1
        ctypes.CDLL(None, use_errno=True).prctl(drop_from_bounding_set, dac_override, 0, 0, 0)


def _limited(size_bytes: int) -> Any:
    return lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (size_bytes, size_bytes))
