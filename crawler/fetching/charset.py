"""The charset a body is really in, decided once for everybody: ``response.text`` is then right for every spider."""

from scrapy import Request
from scrapy.http import Response, TextResponse
from w3lib.encoding import http_content_type_encoding

from crawler.normalise.charset import decode


class CharsetMiddleware:
    """Sets the encoding of text answers by the rule normalising uses, so both read the same characters."""

    def process_response(self, request: Request, response: Response) -> Response:
        if not isinstance(response, TextResponse) or not response.body:
            return response
        content_type = (response.headers.get("Content-Type") or b"").decode("latin-1")
        _, charset = decode(response.body, http_content_type_encoding(content_type))
        return response.replace(encoding=charset)
