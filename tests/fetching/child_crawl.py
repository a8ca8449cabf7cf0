"""Crawls addresses with the project's own settings, each crawl in a process of its own, and reports what came of it.

Run as ``python -m tests.fetching.child_crawl``: a job as one JSON line on stdin, an exit code as one line on stdout,
the report and the log as files in the job's place. It forks for every job, because a reactor runs once in a process
and importing Scrapy takes longer than such a crawl.
"""

import json
import os
import pkgutil
import socket
import sys
import traceback
from collections.abc import AsyncIterator
from importlib import import_module
from pathlib import Path
from typing import Any

from scrapy import Request, Spider
from scrapy.crawler import AsyncCrawlerProcess
from scrapy.http import Response, TextResponse
from scrapy.settings import Settings
from twisted.python.failure import Failure

import crawler.fetching
from crawler.fetching.conditional import StoredCopy
from crawler.fetching.problem import FetchProblem
from spiders.captures import capture_of

OURS = ("crawler.fetching.", "scrapy.")


class Visitor(Spider):
    name = "visitor"

    def __init__(self, urls: list[str], outcomes: list[dict[str, Any]], referer: str | None, *, in_turn: bool) -> None:
        super().__init__()
        self.urls, self.outcomes, self.referer, self.in_turn = list(urls), outcomes, referer, in_turn

    async def start(self) -> AsyncIterator[Request]:
        for request in self._more():
            yield request

    def _more(self) -> list[Request]:
        now = self.urls[:1] if self.in_turn else self.urls
        self.urls = self.urls[len(now):]
        headers = {"Referer": self.referer} if self.referer else None
        return [Request(url, self.parse, errback=self.failed, dont_filter=True, headers=headers, meta={"asked": url})
                for url in now]

    def parse(self, response: Response) -> Any:
        capture = capture_of(response, response.meta["asked"])
        self.outcomes.append({
            "asked": response.meta["asked"], "status": response.status, "url": response.url, "flags": response.flags,
            "text": response.text[:300] if isinstance(response, TextResponse) else None,
            "size": len(response.body), "cookies": response.request.headers.get("Cookie", b"").decode(),
            "redirects": list(capture.redirects), "capture_url": capture.url, "headers": dict(capture.headers),
            "status_line": capture.status_line, "capture_status": capture.status,
            "header_lines": capture.headers, "request_headers": capture.request_headers,
            "kept_headers": capture.kept_headers, "server_address": capture.server_address,
            "content_type": capture.content_type,
            "fetched_at": capture.fetched_at.isoformat(), "referrer": capture.referrer,
            "not_modified": response.meta.get("not_modified", False), "doubt": response.meta.get("certificate_doubt"),
            "tls_doubt": response.meta.get("tls_doubt"),
            "duration_s": response.meta.get("duration_s"),
        })
        yield from self._more()

    def failed(self, failure: Failure) -> Any:
        problem = failure.value
        self.outcomes.append({
            "asked": failure.request.meta["asked"], "problem": type(problem).__name__,
            "kind": getattr(problem, "kind", None), "detail": getattr(problem, "detail", str(problem)),
            "url": getattr(problem, "url", None), "evidence": getattr(problem, "response", None) is not None,
            "host_level": getattr(problem, "is_host_level", None),
            "is_fetch_problem": isinstance(problem, FetchProblem),
        })
        yield from self._more()


def kept_copy(url: str) -> StoredCopy | None:
    """What `GONGKAI_VALIDATORS` is set to in the tests of conditional requests."""
    if "unreadable" in url:
        return StoredCopy('"v1"', None, (("Content-Type", "text/html"),), _unreadable)
    return StoredCopy('"v1"', None, (("Content-Type", "text/html; charset=utf-8"), ("Content-Encoding", "gzip")),
                      "<html><p>从前</p></html>".encode) if "/etag" in url else None


def _unreadable() -> bytes:
    raise OSError("the disk is away")


def main() -> None:
    for module in pkgutil.iter_modules(crawler.fetching.__path__, "crawler.fetching."):
        import_module(module.name)  # once, not in every child
    for line in sys.stdin:
        job = json.loads(line)
        pid = os.fork()
        if pid == 0:
            os._exit(_in_child(job))
        print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), flush=True)


def _in_child(job: dict[str, Any]) -> int:
    os.environ.clear()
    os.environ.update(job["environment"])
    os.chdir(job["place"])
    os.dup2(os.open("log", os.O_WRONLY | os.O_CREAT | os.O_TRUNC), 2)
    try:
        Path("report.json").write_text(json.dumps(_crawl(job)), "utf-8")
    except BaseException:
        traceback.print_exc()
        return 1
    return 0


def _crawl(job: dict[str, Any]) -> dict[str, Any]:
    looked_up: list[str] = []
    if job["names"] is not None:
        _play_name_server(job["names"], looked_up)
    settings = Settings()
    settings.setmodule("crawler.settings", priority="project")
    for kind in ("DOWNLOADER_MIDDLEWARES", "EXTENSIONS", "ITEM_PIPELINES"):
        chosen = {name: order for name, order in settings[kind].items() if name.startswith(OURS)}
        settings.set(kind, chosen, priority="cmdline")
    settings.set("SPIDER_MODULES", [], priority="cmdline")
    settings.set("GONGKAI_VALIDATORS", None, priority="cmdline")  # the archive is no part of fetching
    settings.update(job["settings"], priority="cmdline")
    outcomes: list[dict[str, Any]] = []
    dialled: list[str] = []
    process = AsyncCrawlerProcess(settings)
    crawler = process.create_crawler(Visitor)
    process.crawl(crawler, urls=job["urls"], outcomes=outcomes, referer=job["referer"], in_turn=job["in_turn"])
    if job["names"] is not None:
        _unplug(dialled)
    process.start()
    assert crawler.stats is not None
    stats = {key: value for key, value in crawler.stats.get_stats().items() if isinstance(value, (int, float))}
    return {"outcomes": outcomes, "stats": stats, "dialled": dialled, "looked_up": looked_up}


def _play_name_server(names: dict[str, list[str]], looked_up: list[str]) -> None:
    """Names answer with their addresses one after the other, the last for ever: what a rebinding name server does.

    No other name exists; whoever in the process looks one up is written down.
    """
    real = socket.getaddrinfo

    def answer(host: Any, port: Any, *rest: Any, **more: Any) -> Any:
        if str(host).startswith("127."):
            return real(host, port, *rest, **more)
        looked_up.append(str(host))
        addresses = names.get(host, ["NXDOMAIN"])
        address = addresses.pop(0) if len(addresses) > 1 else addresses[0]
        if address == "NXDOMAIN":
            raise socket.gaierror(socket.EAI_NONAME, "unknown")
        return [(socket.AF_INET6 if ":" in one else socket.AF_INET, socket.SOCK_STREAM, 6, "",
                 (one, port, 0, 0) if ":" in one else (one, port)) for one in address.split()]

    socket.getaddrinfo = answer


def _unplug(dialled: list[str]) -> None:
    """Connections beyond this machine are written down and refused: no test leaves it."""
    from twisted.internet import reactor
    from twisted.internet.error import ConnectionRefusedError as Refused

    real = reactor.connectTCP

    def connect(host: str, port: int, factory: Any, *rest: Any, **more: Any) -> Any:
        if host.startswith("127."):
            return real(host, port, factory, *rest, **more)
        dialled.append(host)
        reactor.callLater(0, factory.clientConnectionFailed, None, Failure(Refused()))
        return None

    reactor.connectTCP = connect


if __name__ == "__main__":
    main()
