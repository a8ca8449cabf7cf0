"""Workers and a scheduler as processes, each a machine of its own: the commands and the environment of
docker/compose.yaml, with a state directory that nobody shares."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from gongkai.settings import Settings
from tests import compose
from tests.command import REPOSITORY, environment
from tests.s3_server import S3Place

LEASE_S = "4"


@dataclass
class Machines:
    """`proxy` plays the web; the archive is on S3, the catalog on PostgreSQL."""

    folder: Path
    proxy: str
    place: S3Place
    catalog: str
    running: dict[str, "subprocess.Popen[bytes]"] = field(default_factory=dict)

    def start(self, service: str, name: str = "", *options: str) -> "subprocess.Popen[bytes]":
        """A service of the compose file's profile cluster, as machine `name`."""
        name = name or service
        told = compose.services(self._dot_env(), profile="cluster")[service]
        log = (self.folder / f"{name}.log").open("ab")
        process = subprocess.Popen(
            [sys.executable, "-m", "crawler", *told.command, *options], stdout=log, stderr=log, cwd=REPOSITORY,
            env=self.environment(name), start_new_session=True)
        log.close()
        self.running[name] = process
        return process

    def environment(self, name: str) -> dict[str, str]:
        """What a command on that machine is run with."""
        given = compose.services(self._dot_env(), profile="cluster")["worker"].environment
        return {**environment(self.proxy), **given, **self._dot_env(), "GONGKAI_SECRETS_DIR": str(self._secrets()),
                "XDG_DATA_HOME": str(self.folder / name)}

    @property
    def settings(self) -> Settings:
        """For what the test itself looks at."""
        return Settings(**self.place.settings("cn"), catalog=self.catalog)

    def run(self, *command: str, machine: str = "desk") -> "subprocess.CompletedProcess[str]":
        return subprocess.run([sys.executable, "-m", "crawler", *command], capture_output=True, text=True,
                              encoding="utf-8", timeout=280, cwd=REPOSITORY, env=self.environment(machine))

    def kill(self, name: str) -> None:
        """kill -9, and with it what it had started: the machine is gone."""
        process = self.running.pop(name)
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()

    def stop(self, name: str, within_s: float = 30) -> int:
        """As an engine stops a container."""
        process = self.running.pop(name)
        process.terminate()
        try:
            return process.wait(within_s)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            raise AssertionError(f"{name} did not stop within {within_s} s:\n{self.log(name)}") from None

    def close(self) -> None:
        for name in tuple(self.running):
            with_children = self.running.pop(name)
            if with_children.poll() is None:
                os.killpg(with_children.pid, signal.SIGKILL)
            with_children.wait()

    def log(self, name: str) -> str:
        return (self.folder / f"{name}.log").read_text("utf-8", errors="replace")[-4000:]

    def logs(self) -> str:
        return "\n".join(f"== {path.stem}\n{path.read_text('utf-8', errors='replace')[-3000:]}"
                         for path in sorted(self.folder.glob("*.log")))

    def _dot_env(self) -> dict[str, str]:
        """docker/.env of an operator who has servers of his own; times short enough for a test."""
        return {"GONGKAI_ARCHIVE": f"s3://{self.place.bucket}/cn", "GONGKAI_CATALOG": self.catalog,
                "GONGKAI_S3_ENDPOINT": self.place.endpoint, "GONGKAI_S3_ACCESS_KEY": self.place.access_key,
                "GONGKAI_S3_SECURE": "false", "GONGKAI_CONTACT": "mailto:test@example.org",
                "GONGKAI_LEASE_S": LEASE_S, "GONGKAI_DELAY_S": "0",
                "GONGKAI_MAX_BACKOFF_S": "1", "GONGKAI_LANGUAGE": "en"}

    def _secrets(self) -> Path:
        """The keys come as files, as the compose file has them."""
        place = self.folder / "secrets"
        place.mkdir(exist_ok=True)
        (place / "gongkai_s3_secret_key").write_text(self.place.secret_key + "\n", "utf-8")
        return place


def until(what: Callable[[], bool], why: str, within_s: float) -> None:
    limit = time.monotonic() + within_s
    while not what():
        assert time.monotonic() < limit, why
        time.sleep(0.2)
