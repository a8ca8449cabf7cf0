"""``gongkai serve``: the archive in a browser."""

import logging
import signal
import socket
import threading
from contextlib import nullcontext, suppress
from types import FrameType
from typing import Annotated

import typer
import uvicorn

from crawler.cli.options import ArchiveOption
from crawler.cli.speech import tell
from crawler.jobs.orders import carrying_out
from crawler.reports.codebook import codebook
from crawler.sites.file import site_of
from gongkai.errors import ConfigurationError, GongkaiError, StorageError
from gongkai.settings import Settings, load_settings
from storage import Archive, SearchQuery
from web.app import create_app
from web.arriving import Arriving

_QUEUED = 512
_AT_ONCE = 200
"""Requests under way; more are told to come later (503) instead of filling the memory."""
_GRACE_S = 5


def serve(
    host: Annotated[
        str, typer.Option("--host", metavar="ADDRESS", help="监听地址 · address to listen on")
    ] = "127.0.0.1",
    port: Annotated[
        int, typer.Option("--port", metavar="N", min=0, max=65535, help="端口，0 为任一空闲端口 · 0 takes a free one")
    ] = 8000,
    no_crawls: Annotated[
        bool, typer.Option("--no-crawls", help="不接受抓取单 · take no orders and carry none out")
    ] = False,
    archive: ArchiveOption = None,
) -> None:
    """在浏览器中查阅存档 · browse the archive."""
    settings = load_settings(archive=archive)
    _bring_up_to_date(settings)
    with (Archive.open(settings, create=False, read_only=True) as opened, _listening(host, port) as bound,
          nullcontext() if no_crawls else carrying_out(settings)):
        _count_beforehand(opened)
        at = f"http://{_shown(host)}:{bound.getsockname()[1]}/"
        _run(bound, at, create_app(settings, opened, codebook(), None if no_crawls else site_of))
    tell("已停止。", "stopped.", style="dim")


def _bring_up_to_date(settings: Settings) -> None:
    """Seals what dead crawls left and migrates the catalog, as any command that writes does; an archive on a read-only
    disk is served as it is."""
    try:
        Archive.open(settings, create=False).close()
    except StorageError as problem:
        logging.getLogger(__name__).info("served as it is: %s", problem)


def _count_beforehand(archive: Archive) -> None:
    """Counting three million reports by kind and reading the names of their agencies takes seconds: not while the first
    visitor waits."""
    def count() -> None:
        with suppress(GongkaiError):  # whoever asks for it is told
            archive.browse.facets(SearchQuery(""))
            archive.browse.agencies(None, "局", 1)

    threading.Thread(target=count, name="counts", daemon=True).start()


def _listening(host: str, port: int) -> socket.socket:
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        bound = socket.socket(family, kind, protocol)
    except OSError as problem:
        raise ConfigurationError(f"--host {host}: {problem.strerror or problem}; expected an address of this machine, "
                                 "for example 127.0.0.1 or 0.0.0.0") from None
    try:
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        bound.bind(address)
        bound.listen(_QUEUED)
    except OSError as problem:
        bound.close()
        raise ConfigurationError(f"cannot listen on {host} port {port}: {problem.strerror}; choose another with "
                                 "--port (0 takes a free one) or --host") from None
    return bound


def _shown(host: str) -> str:
    return f"[{host}]" if ":" in host else host


class _Server(uvicorn.Server):
    """Says where it is open when it is. Ends by itself on the first signal and gives the process back: uvicorn would
    raise the signal once more."""

    def __init__(self, config: uvicorn.Config, at: str) -> None:
        super().__init__(config)
        self._at = at

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        tell(f"已打开 {self._at}（Ctrl-C 结束）", f"open at {self._at} (Ctrl-C ends)", style="bold")

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        if self.should_exit and sig == signal.SIGINT:
            self.force_exit = True
        self.should_exit = True


def _run(bound: socket.socket, at: str, app: object) -> None:
    config = uvicorn.Config(app, http=Arriving, log_level="warning", access_log=False,  # type: ignore[arg-type]
                            server_header=False, timeout_keep_alive=5, limit_concurrency=_AT_ONCE,
                            timeout_graceful_shutdown=_GRACE_S)
    _Server(config, at).run(sockets=[bound])
