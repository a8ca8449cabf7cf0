"""Conditional requests: what has not changed is not sent again, and the spider reads the kept copy in its place."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.http import Headers, Response
from scrapy.responsetypes import responsetypes
from scrapy.utils.misc import build_from_crawler, load_object

from gongkai.errors import GongkaiError

logger = logging.getLogger(__name__)

_IF = ("If-None-Match", "If-Modified-Since")


@dataclass(frozen=True)
class StoredCopy:
    """What the archive keeps of the last answer of one address. `body` fetches the bytes, only when they are needed."""

    etag: str | None
    last_modified: str | None
    headers: tuple[tuple[str, str], ...]
    body: Callable[[], bytes]


Validators = Callable[[str], StoredCopy | None]
"""Given an address as asked, what is kept of it. Set as ``GONGKAI_VALIDATORS``: a dotted path to a function, or to a
class with ``from_crawler`` whose instances are called. (Scrapy copies its settings deeply: no live object fits.)"""


class ConditionalMiddleware:
    """Puts the validators of kept copies on GET requests and the kept body into 304 answers. Idle when none are set."""

    def __init__(self, validators: Validators | None) -> None:
        self._validators = validators

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> "ConditionalMiddleware":
        given = crawler.settings.get("GONGKAI_VALIDATORS")
        if given is None:
            return cls(None)
        found: Any = load_object(given)
        return cls(build_from_crawler(found, crawler) if hasattr(found, "from_crawler") else found)

    def process_request(self, request: Request) -> None:
        for name in _IF:  # a redirect copies the headers of the address before it
            request.headers.pop(name, None)
        request.meta.pop("not_modified", None)
        copy = request.meta.pop("stored_copy", None)
        if self._validators is None or request.method != "GET" or copy == "unreadable":
            return
        copy = self._validators(request.url)
        if copy is None or not (copy.etag or copy.last_modified):
            return
        request.meta["stored_copy"] = copy
        for name, value in zip(_IF, (copy.etag, copy.last_modified), strict=True):
            if value:
                request.headers[name] = value

    def process_response(self, request: Request, response: Response) -> Response | Request:
        copy = request.meta.pop("stored_copy", None)
        if response.status != 304 or not isinstance(copy, StoredCopy):
            return response
        try:
            body = copy.body()
        except (GongkaiError, OSError) as problem:
            logger.warning("the kept copy of %s cannot be read (%s); fetching it again", request.url, problem)
            return request.replace(meta={**request.meta, "stored_copy": "unreadable"}, dont_filter=True)
        request.meta["not_modified"] = True
        headers = Headers([*copy.headers])
        for coding in ("Content-Encoding", "Transfer-Encoding", "Content-Length"):
            headers.pop(coding, None)
        kind = responsetypes.from_args(headers=headers, url=response.url, body=body)
        return kind(response.url, status=200, headers=headers, body=body, flags=[*response.flags, "not_modified"],
                    certificate=response.certificate, ip_address=response.ip_address, protocol=response.protocol)
