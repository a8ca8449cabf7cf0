"""Redirects by status, followed inside the same rules as any request and never lost on the way."""

from urllib.parse import urljoin, urlsplit

from scrapy import Request, Spider
from scrapy.downloadermiddlewares import redirect
from scrapy.exceptions import IgnoreRequest
from scrapy.http import Response

from crawler.fetching.problem import FetchProblem

_STATUSES = frozenset({301, 302, 303, 307, 308})


class RedirectMiddleware(redirect.RedirectMiddleware):
    """Scrapy's, except that each end has a name: too many, to no web address, to nothing readable.

    The duplicate filter never swallows a redirect (Scrapy would drop the request without a word to its spider), and
    a cookie set by a redirect to the same address works because of it.
    """

    def process_response(
        self, request: Request, response: Response, spider: Spider | None = None,
    ) -> Request | Response:
        try:
            result = super().process_response(request, response)
            target = self._target(request, response)
        except IgnoreRequest as problem:
            raise FetchProblem("redirects", f"more than {self.max_redirect_times} redirects in a row; the last points "
                               f"to {self._target(request, response)}", request.url, response=response) from problem
        except ValueError as problem:
            raise FetchProblem("redirects", f"a redirect to an address that cannot be read ({problem})", request.url,
                               response=response) from problem
        if isinstance(result, Request):
            result.dont_filter = True
        elif target is not None and urlsplit(target).scheme not in ("http", "https"):
            raise FetchProblem("egress", f"a redirect to {target[:200]}, which is no web address", request.url,
                               response=response)
        return result

    @staticmethod
    def _target(request: Request, response: Response) -> str | None:
        location = response.headers.get("Location")
        if location is None or response.status not in _STATUSES:
            return None
        return urljoin(request.url, location.decode("utf-8", "replace"))
