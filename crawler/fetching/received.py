"""The facts of an answer, taken down the moment it arrives. `spiders.captures` makes a capture of them."""

from scrapy import Request
from scrapy.http import Response

from gongkai.clock import utc_now

_SECRET = {"authorization", "proxy-authorization"}


class ReceivedMiddleware:
    """Downloader middleware next to the wire: when, by whom and with what words a request was answered."""

    def process_response(self, request: Request, response: Response) -> Response:
        status_line, headers = request.meta.pop("received_head", (None, None))
        request.meta["fetched_at"] = utc_now()
        request.meta["received_status_line"] = status_line or _status_line(response)
        request.meta["received_headers"] = headers if headers is not None else tuple(_pairs(response))
        request.meta["sent_headers"] = tuple(_harmless(name, value) for name, value in _pairs(request)
                                             if name.lower() not in _SECRET)
        # Behind a proxy the connection ends at the proxy.
        direct = response.ip_address is not None and not request.meta.get("proxy")
        request.meta["server_address"] = str(response.ip_address) if direct else None
        return response


def _status_line(response: Response) -> str:
    return f"{response.protocol or 'HTTP/1.1'} {response.status}"


def _pairs(message: Request | Response) -> list[tuple[str, str]]:
    return [(name.decode("latin-1"), value.decode("latin-1"))
            for name, values in message.headers.items() for value in values]


def _harmless(name: str, value: str) -> tuple[str, str]:
    """A cookie's value may let somebody in; its name tells what a site asks for."""
    if name.lower() != "cookie":
        return name, value
    return name, "; ".join(f"{pair.partition('=')[0].strip()}=" for pair in value.split(";"))
