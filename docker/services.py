"""Inside the image: scheduler, pages and worker start as compose.yaml starts them, say that they are well, and stop.

A step of ``docker/prove.sh``. With a PostgreSQL in ``GONGKAI_CATALOG`` the worker takes jobs from it; without one it
has to say what it needs.
"""

import os
import re
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path

START_S, STOP_S = 120, 60


def main() -> None:
    one = {**os.environ, "GONGKAI_LANGUAGE": "en", "GONGKAI_LEASE_S": "30"}
    many = dict(one)
    one.pop("GONGKAI_CATALOG", None)
    run(["schedule", "--metrics-port", "0"], one,
        lambda said: alive(one) and b"gongkai_sites" in page(said, r"metrics: (\S+)"))
    run(["serve", "--host", "0.0.0.0", "--port", "0"], one,
        lambda said: page(said.replace("0.0.0.0", "127.0.0.1"), r"open at (\S+/)", "healthz") != b"")
    if "GONGKAI_CATALOG" in many:
        run(["worker", "--crawls", "1", "--readers", "1"], many, lambda said: " takes jobs" in said and alive(many))
        run(["schedule", "--defer"], many, lambda said: "follows 0 sites" in said and alive(many))
        run(["serve", "--port", "0"], many, lambda said: page(said, r"open at (\S+/)", "healthz") != b"")
        return
    refused = subprocess.run(["gongkai", "worker"], env=one, capture_output=True, text=True, check=False)
    assert refused.returncode == 2 and "GONGKAI_CATALOG" in refused.stderr, refused.stderr


def run(command: list[str], environment: dict[str, str], well: Callable[[str], bool]) -> None:
    """Until `well` of what it said so far; SIGTERM then has to end it with 0, as when an engine stops a container."""
    began = time.monotonic()
    with tempfile.NamedTemporaryFile() as log:
        process = subprocess.Popen(["gongkai", *command], env=environment, stdout=log, stderr=log)
        try:
            while not well(Path(log.name).read_text("utf-8")):
                if process.poll() is not None or time.monotonic() > began + START_S:
                    sys.exit(f"gongkai {' '.join(command)} did not start:\n{Path(log.name).read_text('utf-8')}")
                time.sleep(0.3)
            started_s = time.monotonic() - began
            process.send_signal(signal.SIGTERM)
            code = process.wait(STOP_S)
        finally:
            process.kill()
        if code:
            sys.exit(f"gongkai {' '.join(command)} ended with {code}:\n{Path(log.name).read_text('utf-8')}")
    sys.stdout.write(f"gongkai {command[0]} is well after {started_s:.1f} s and stops\n")


def page(said: str, named: str, path: str = "") -> bytes:
    """What stands at the address it names; nothing as long as it names none."""
    found = re.search(named, said)
    if found is None:
        return b""
    with urllib.request.urlopen(found[1] + path, timeout=10) as answer:
        body: bytes = answer.read()
    return body


def alive(environment: dict[str, str]) -> bool:
    return subprocess.run(["gongkai", "doctor", "--alive"], env=environment, check=False).returncode == 0


if __name__ == "__main__":
    main()
