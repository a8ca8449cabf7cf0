"""One answer at a time, as long as there is a budget and the engine is not shutting down."""

import asyncio

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.http import Response

from spiders.post import Post


class FetchFailed(Exception):
    """A fetch gave no page. `kind` is a short word, `host_level` says that the host had better be left alone."""

    def __init__(self, kind: str, detail: str, host_level: bool = False) -> None:
        super().__init__(detail)
        self.kind, self.detail, self.host_level = kind, detail, host_level


class Wire:
    """`asked` counts the requests that reached the downloader, redirects and robots.txt included; `torn` says that
    something was given up because the crawl ends, and not because of the site."""

    def __init__(self, crawler: Crawler, budget: int, asked: int) -> None:
        self._crawler, self.budget, self.asked = crawler, budget, asked
        self.torn = False
        self._out_of_budget = False

    async def fetch(self, url: str, referrer: str | None, reason: str, post: Post | None = None, *,
                    browser: bool = False) -> Response:
        """One answer, through every downloader middleware. Raises FetchFailed."""
        engine = self._crawler.engine
        assert engine is not None
        headers = {"Referer": referrer} if referrer else {}
        if post is not None:  # as a page's own script would send it: some interfaces answer nothing else
            headers |= {"Content-Type": f"{post.content_type}; charset=UTF-8", "X-Requested-With": "XMLHttpRequest"}
        request = Request(url, method="POST" if post else "GET", headers=headers, body=post.body if post else b"",
                          dont_filter=True, meta={"reason": reason, **({"browser": True} if browser else {})})
        try:
            return await engine.download_async(request)
        except asyncio.CancelledError:
            raise
        except Exception as problem:  # whatever a middleware or the network raised: the crawl goes on without this page
            kind = str(getattr(problem, "kind", "failed"))
            detail = str(getattr(problem, "detail", "") or problem) or type(problem).__name__
            if (met_at := str(getattr(problem, "url", url))) != url:  # behind a redirect
                detail = f"sent on to {met_at}: {detail}"
            raise FetchFailed(kind, detail[:300], bool(getattr(problem, "is_host_level", False))) from problem

    @property
    def interrupted(self) -> bool:
        """Whether the engine is shutting down: one page is asked at a time, so nothing else makes it back out."""
        engine = self._crawler.engine
        return engine is None or engine.needs_backout()

    @property
    def spent(self) -> bool:
        return self._out_of_budget or self.asked >= self.budget

    def tears(self, problem: FetchFailed | None = None) -> bool:
        """Whether the end of the crawl, and not the site, keeps something from being had; without a `problem` it
        does."""
        over = problem is None or problem.kind == "budget"
        self._out_of_budget = self._out_of_budget or over
        ends = over or self.interrupted
        self.torn = self.torn or ends
        return ends
