"""`gongkai serve` as an operator meets it."""

import signal
import socket
import sys
import threading
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import uvicorn

from crawler.cli import main
from gongkai.settings import Settings
from storage.tokens import Tokens
from tests.command import started
from tests.web.served import HERE, serving
from web.arriving import Arriving


def test_a_server_opens_where_it_says_and_ends_at_a_signal(settings: Settings) -> None:
    with serving(Path(settings.archive), "--no-crawls") as at, urllib.request.urlopen(f"{at}/readyz", timeout=10) as ok:
        assert ok.read() == b"ready\n"


def test_ctrl_c_ends_it_with_nothing_but_a_word(settings: Settings) -> None:
    process = started("serve", "--archive", settings.archive, "--port", "0", "--no-crawls", **HERE)
    assert process.stderr is not None
    assert "http://127.0.0.1:" in process.stderr.readline()
    process.send_signal(signal.SIGINT)
    assert process.wait(20) == 0
    assert "Traceback" not in process.stderr.read()


def told(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, *args: str) -> tuple[int, str, str]:
    """The command in this process: what it refuses, it refuses before it starts anything."""
    monkeypatch.setattr(sys, "argv", ["gongkai", *args])
    with pytest.raises(SystemExit) as end:
        main()
    said = capsys.readouterr()
    assert isinstance(end.value.code, int) and "Traceback" not in said.err
    return end.value.code, said.out, said.err


def test_a_port_that_is_taken_is_named(settings: Settings, capsys: pytest.CaptureFixture[str],
                                       monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = str(other.getsockname()[1])
        code, _, err = told(capsys, monkeypatch, "serve", "--archive", settings.archive, "--port", port)
    assert code == 2 and port in err and "--port" in err


def test_an_address_of_another_machine_is_refused(settings: Settings, capsys: pytest.CaptureFixture[str],
                                                  monkeypatch: pytest.MonkeyPatch) -> None:
    code, _, err = told(capsys, monkeypatch, "serve", "--archive", settings.archive, "--host", "192.0.2.1")
    assert code == 2 and "192.0.2.1" in err


def test_an_archive_that_is_not_there_is_named_and_not_made(tmp_path: Path, capsys: pytest.CaptureFixture[str],
                                                            monkeypatch: pytest.MonkeyPatch) -> None:
    code, _, err = told(capsys, monkeypatch, "serve", "--archive", str(tmp_path / "none"))
    assert code == 2 and str(tmp_path / "none") in err.replace("\n", "") and not (tmp_path / "none").exists()


def test_a_token_is_shown_once_and_can_be_taken_back(settings: Settings, capsys: pytest.CaptureFixture[str],
                                                     monkeypatch: pytest.MonkeyPatch) -> None:
    code, out, _ = told(capsys, monkeypatch, "token", "new", "编辑", "--archive", settings.archive)
    secret = out.strip()
    assert code == 0 and secret.startswith("gk_")
    _, listed, _ = told(capsys, monkeypatch, "token", "list", "--archive", settings.archive)
    assert "编辑" in listed and secret not in listed
    assert told(capsys, monkeypatch, "token", "revoke", "编辑", "--archive", settings.archive)[0] == 0
    assert Tokens(settings.state_dir).owner(secret) is None


class _Hasty(Arriving):
    arrives_s = 0.3


async def _answering(scope: Any, receive: Any, send: Any) -> None:
    while (await receive()).get("more_body"):
        pass
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"2")]})
    await send({"type": "http.response.body", "body": b"ok"})


@contextmanager
def _hasty() -> Iterator[socket.socket]:
    """A connection to a server that lets a request take 0.3 s to arrive."""
    bound = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(_answering, http=_Hasty, lifespan="off", log_level="critical"))
    running = threading.Thread(target=server.run, kwargs={"sockets": [bound]})
    running.start()
    try:
        with socket.create_connection(bound.getsockname(), timeout=20) as client:
            yield client
    finally:
        server.should_exit = True
        running.join(20)


@pytest.mark.parametrize("begun", [
    b"", b"GET / HTTP/1.1\r\nHost: x\r\nX-Slow: ", b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nab"])
def test_a_request_that_does_not_come_to_an_end_loses_its_connection(begun: bytes) -> None:
    with _hasty() as client:
        client.sendall(begun)
        assert client.recv(100) == b""


def test_a_second_request_on_a_connection_is_held_to_the_same() -> None:
    with _hasty() as client:
        client.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        assert client.recv(1000).startswith(b"HTTP/1.1 200")
        client.sendall(b"GET / HTTP/1.1\r\nHost: ")
        rest = b""
        while piece := client.recv(1000):
            rest += piece
        assert b"HTTP" not in rest
