"""The cookie some sites hand over in a line of script, taken as the header it replaces would be.

A tax authority's pages first answer 200 with ~380 bytes: ``document.cookie="C3VK=…; path=/"`` and a reload. The cookie
stands there in clear; nothing is computed, proved or disguised by sending it back, any more than with Set-Cookie. What
has to be worked out by running the script is a challenge, and is reported as one.
"""

import logging
import re

from scrapy import Request
from scrapy.http import Response, TextResponse

logger = logging.getLogger(__name__)

_LARGEST_BYTES = 1024
_IN_CLEAR = re.compile(r"""document\.cookie\s*=\s*(["'])([\w-]{1,64})=([\w.%~-]{1,512})(?:;[^"'<>]{0,200})?\1\s*;""")
_GOES_ON = re.compile(r"location(\.href|\.reload|\.replace|\s*=)")
_WORKED_OUT = re.compile(r"\b(eval|Function|atob|unescape|fromCharCode|setTimeout\s*\(\s*['\"])\b|\$_ts|__jsl")


def cookie_in_clear(body: str) -> tuple[str, str] | None:
    """Name and value of the one cookie such a page sets, or None when it is anything else."""
    if len(body) > _LARGEST_BYTES or body.count("document.cookie") != 1 or _WORKED_OUT.search(body):
        return None
    found = _IN_CLEAR.search(body)
    return (found.group(2), found.group(3)) if found and _GOES_ON.search(body) else None


class HandshakeMiddleware:
    """Asks once more with the cookie; a second page of this kind goes on and is judged as a challenge."""

    def process_response(self, request: Request, response: Response) -> Request | Response:
        if response.status != 200 or not isinstance(response, TextResponse) or request.meta.get("cookie_taken"):
            request.meta.pop("cookie_taken", None)
            return response
        cookie = cookie_in_clear(response.text) if len(response.body) <= _LARGEST_BYTES else None
        if cookie is None:
            return response
        logger.info("%s hands over the cookie %s in its page; asking again with it", response.url, cookie[0])
        again = request.replace(cookies={cookie[0]: cookie[1]}, dont_filter=True)
        again.meta["cookie_taken"] = True
        return again
