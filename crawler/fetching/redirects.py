"""Redirects by status, followed inside the same rules as any request and never lost on the way."""

import re

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
        location = (response.headers.get("Location") or b"").decode("utf-8", "replace").strip()
        if response.status in _STATUSES and _names_no_web_address(location):
            raise FetchProblem("egress", f"a redirect to {location[:200]}, which is no web address", request.url,
                               response=response)
        try:
            result = super().process_response(request, response)
        except IgnoreRequest as problem:
            raise FetchProblem("redirects", f"more than {self.max_redirect_times} redirects in a row; the last points "
                               f"to {location[:200]}", request.url, response=response) from problem
        except ValueError as problem:
            raise FetchProblem("redirects", f"a redirect to an address that cannot be read ({problem})", request.url,
                               response=response) from problem
        if isinstance(result, Request):
            result.dont_filter = True
        return result


def _names_no_web_address(location: str) -> bool:
    scheme = re.match(r"([a-z][a-z0-9+.-]*):(?!\d+(?:[/?#]|$))", location, re.I)
    return scheme is not None and scheme.group(1).lower() not in ("http", "https")
