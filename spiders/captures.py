"""Scrapy's responses as captures, and the hints a link gives about the page behind it."""

from datetime import datetime

from scrapy.http import Response

from gongkai.capture import Capture, Hints
from gongkai.clock import utc_now
from spiders.links import Link
from spiders.page import Page

_NOT_MODIFIED = 304


def capture_of(response: Response, asked: str) -> Capture:
    """`asked` is the address the crawl wanted; what lies between it and the answer stands in `redirects`. The facts of
    the wire are those fetching left in the request's meta (see `crawler.fetching`); a response that came another way
    says what it can."""
    meta = response.request.meta if response.request is not None else {}
    fetched_at = meta.get("fetched_at")
    referrer = response.request.headers.get("Referer") if response.request is not None else None
    hops = [url for url in meta.get("redirect_urls", ()) if url != asked]
    not_modified = bool(meta.get("not_modified"))
    # What a browser drew came over no wire: its headers are those that say so.
    sent = None if "rendered" in response.flags else meta.get("received_headers")
    return Capture(
        url=asked, final_url=response.url, fetched_at=fetched_at if isinstance(fetched_at, datetime) else utc_now(),
        status=_NOT_MODIFIED if not_modified else response.status,
        headers=tuple(sent) if sent is not None else _headers(response), body=response.body, redirects=tuple(hops),
        referrer=referrer.decode("latin-1") if referrer else None, reason=str(meta.get("reason", "")),
        status_line=str(meta.get("received_status_line", "")), request_headers=tuple(meta.get("sent_headers", ())),
        server_address=meta.get("server_address"), kept_headers=_headers(response) if not_modified else ())


def _headers(response: Response) -> tuple[tuple[str, str], ...]:
    return tuple((name.decode("latin-1"), value.decode("latin-1"))
                 for name, values in response.headers.items() for value in values or ())


def hints_of(link: Link, page: Page, *, own_part: bool) -> Hints:
    around = link.context
    return Hints(
        anchor=link.name, column=page.column[:120], list_heading=around.list_heading,
        row_heading=around.row_heading or around.beside, col_heading=around.col_heading, listed_date=around.date,
        site_name=page.meta.get("sitename", ""), own_part=own_part)
