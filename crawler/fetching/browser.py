"""Pages drawn by script: rendered by the system's Chromium, which itself never touches the network.

A request with ``meta={"browser": True}`` is first asked for like any other; only what came as a page is then drawn.
Whatever that page asks for while it is drawn is asked by our own client, as a request of the crawl: egress guard,
robots.txt, the host's turn and delay, budget, proxy and crawl log hold for it as for everything else. The browser has
no way out besides: its proxy is a dead port. A challenge page never gets here (it ends in `challenge.py`).
"""

import asyncio
import logging
import os
from contextlib import suppress
from typing import Any
from urllib.parse import urldefrag

from scrapy import Request, signals
from scrapy.crawler import Crawler
from scrapy.http import HtmlResponse, Response, TextResponse
from scrapy.http.request import NO_CALLBACK

from crawler.fetching.chromium import chromium_at, lacking
from crawler.fetching.problem import FetchProblem
from gongkai.address import place_of

logger = logging.getLogger(__name__)

RENDERED = "X-Gongkai-Rendered"
_MOST_REQUESTS = 30
"""Requests one page may make while it is drawn; a portal's application needs 3 to 15 scripts and calls."""
_QUIET_S = 0.5
_LOOK_AGAIN_S = 0.1
_ASKED_FOR = frozenset({"document", "script", "xhr", "fetch", "manifest", "other"})
_OF_THE_WIRE = ("Content-Encoding", "Content-Length", "Transfer-Encoding", "ETag", "Last-Modified")
"""Headers that speak of the bytes as sent. The validators go too: they vouch for the shell, not for what it draws."""
_FENCED = (
    "--disable-background-networking", "--disable-component-update", "--disable-domain-reliability", "--disable-sync",
    "--no-first-run", "--no-pings", "--force-webrtc-ip-handling-policy=disable_non_proxied_udp", "--disable-gpu",
    "--disable-dev-shm-usage")


class BrowserMiddleware:
    """Idle, and nothing of it loaded, until the first request with ``browser`` in its meta."""

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        self._allowed = crawler.settings.getbool("GONGKAI_BROWSER")
        self._path = crawler.settings.get("GONGKAI_BROWSER_PATH")
        self._longest_s = crawler.settings.getfloat("GONGKAI_BROWSER_TIMEOUT_S")
        self._agent = crawler.settings["USER_AGENT"]
        self._starting = asyncio.Lock()
        self._driver: Any = None
        self._browser: Any = None

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> "BrowserMiddleware":
        middleware = cls(crawler)
        crawler.signals.connect(middleware._close, signal=signals.spider_closed)
        return middleware

    async def process_response(self, request: Request, response: Response) -> Response:
        if not request.meta.get("browser") or response.status >= 300 or not isinstance(response, TextResponse):
            return response
        if not self._allowed:
            raise FetchProblem("browser", "the page is drawn by script; run with --browser", request.url)
        try:
            return await self._drawn(request, response)
        except FetchProblem:
            raise
        except Exception as problem:  # Playwright's errors share no base with what its driver's end raises
            said = str(problem).splitlines()[0][:200] if str(problem) else type(problem).__name__
            raise FetchProblem("browser", f"the browser could not draw the page ({said})", request.url,
                               response=response) from problem

    async def _drawn(self, request: Request, response: TextResponse) -> HtmlResponse:
        browser = await self._started()
        context = await browser.new_context(user_agent=self._agent, service_workers="block", locale="zh-CN",
                                            accept_downloads=False, ignore_https_errors=True)
        try:
            page = await context.new_page()
            errands = _Errands(self._crawler, request, response)
            await context.route("**/*", errands.answer)
            await context.route_web_socket("**/*", lambda socket: socket.close())
            await page.goto(request.url, wait_until="commit", timeout=self._longest_s * 1000)
            await errands.done(self._longest_s)
            url, text = page.url, await page.content()
        finally:
            with suppress(Exception):
                await context.close()
        headers = response.headers.copy()
        for name in _OF_THE_WIRE:
            headers.pop(name, None)
        headers["Content-Type"] = "text/html; charset=utf-8"
        headers[RENDERED] = f"chromium/{browser.version}"
        if place_of(url) != place_of(request.url):
            url = request.url
        logger.info("drawn by the browser with %d further requests: %s", errands.made, url)
        return HtmlResponse(url, status=response.status, headers=headers, body=text.encode("utf-8", "replace"),
                            encoding="utf-8", flags=[*response.flags, "rendered"], request=request)

    async def _started(self) -> Any:
        async with self._starting:
            if self._browser is None or not self._browser.is_connected():
                if (lacks := lacking(self._path)) is not None:
                    raise FetchProblem("browser", lacks[1], "about:browser")
                from playwright.async_api import async_playwright

                self._driver = self._driver or await async_playwright().start()
                self._browser = await self._driver.chromium.launch(
                    executable_path=str(chromium_at(self._path)), headless=True, args=list(_FENCED),
                    chromium_sandbox=os.geteuid() != 0, proxy={"server": "http://127.0.0.1:9"},
                    timeout=self._longest_s * 1000)
        return self._browser

    async def _close(self) -> None:
        for thing, end in ((self._browser, "close"), (self._driver, "stop")):
            if thing is not None:
                with suppress(Exception):
                    await getattr(thing, end)()


class _Errands:
    """What one page asks for while it is drawn: answered by the crawl's own client, or refused."""

    def __init__(self, crawler: Crawler, request: Request, response: TextResponse) -> None:
        self._crawler, self._request, self._response = crawler, request, response
        self._place = place_of(request.url)
        self._document = urldefrag(request.url)[0]
        self._open = 0
        self._changed = asyncio.get_running_loop().time()
        self.made = 0

    async def done(self, longest_s: float) -> None:
        """Returns when nothing was asked for half a second, or time is up; what is drawn by then counts."""
        loop = asyncio.get_running_loop()
        end = loop.time() + longest_s
        while loop.time() < end and (self._open or loop.time() - self._changed < _QUIET_S):
            await asyncio.sleep(_LOOK_AGAIN_S)

    async def answer(self, route: Any) -> None:
        self._open += 1
        try:
            await self._answer(route, route.request)
        except Exception as problem:  # the page was closed, or the answer came too late
            logger.debug("not answered: %s (%s)", route.request.url, problem)
            with suppress(Exception):
                await route.abort()
        finally:
            self._open -= 1
            self._changed = asyncio.get_running_loop().time()

    async def _answer(self, route: Any, wanted: Any) -> None:
        if wanted.is_navigation_request() and urldefrag(wanted.url)[0] == self._document and wanted.method == "GET":
            await route.fulfill(status=200, content_type="text/html; charset=utf-8", body=self._response.text)
        elif wanted.resource_type == "stylesheet":  # some applications wait for it; none needs it to name its links
            await route.fulfill(status=200, content_type="text/css", body="")
        elif self._refused(wanted):
            await route.abort()
        else:
            await self._fetched(route, wanted)

    def _refused(self, wanted: Any) -> bool:
        return (wanted.resource_type not in _ASKED_FOR or wanted.method not in ("GET", "POST")
                or place_of(wanted.url) != self._place or self.made >= _MOST_REQUESTS)

    async def _fetched(self, route: Any, wanted: Any) -> None:
        self.made += 1
        headers = {name: value for name, value in wanted.headers.items()
                   if name in ("accept", "content-type", "x-requested-with")}
        request = Request(
            urldefrag(wanted.url)[0], method=wanted.method, body=wanted.post_data_buffer or b"", dont_filter=True,
            headers={**headers, "Referer": self._request.url}, callback=NO_CALLBACK,
            meta={"reason": f"asked by the script of {self._document}"})
        assert self._crawler.engine is not None
        try:
            response = await self._crawler.engine.download_async(request)
        except FetchProblem:  # said in the log by whoever raised it
            await route.abort()
            return
        kind = (response.headers.get("Content-Type") or b"application/octet-stream").decode("latin-1")
        await route.fulfill(status=response.status, content_type=kind, body=response.body)
