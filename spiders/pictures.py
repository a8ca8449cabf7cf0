"""Reports that are nothing but pictures: the pictures of the text, in order, to be fetched as its files."""

import re
from collections.abc import Collection
from urllib.parse import urlsplit

from lxml.html import HtmlElement
from scrapy.http import Response, TextResponse

from gongkai.address import canonical
from spiders.markup import tree_of
from spiders.page import Page
from spiders.vocabulary import pages

MOST = 30
_FEW_CHARS = 300
_SMALL_PX = 200
_ENDINGS = (".jpg", ".jpeg", ".png", ".gif", ".bmp")


def pictures_of(page: Page, response: Response, years: Collection[int]) -> tuple[str, ...]:
    """Addresses of the pictures that carry a report; none where there is text, or a file that holds it. A picture
    edition (图片版) is asked for only where its year's text edition is not among the `years` found."""
    reading = page.reading
    if (reading.kind != "annual_report" or page.loose_chars >= _FEW_CHARS or page.held_chars >= _FEW_CHARS
            or page.files or not page.images or not isinstance(response, TextResponse)):
        return ()
    if reading.edition == "picture" and reading.year in years:
        return ()
    root = tree_of(response.text)
    if root is None:
        return ()
    found = (canonical(source, page.url) for image in root.iter("img") if (source := _source(image)))
    return tuple(dict.fromkeys(url for url in found if url))[:MOST]


def _source(image: HtmlElement) -> str:
    """Where the picture is; empty for icons and what belongs to the page around the text."""
    written = (image.get(name) or "" for name in ("data-original", "data-src", "src"))
    source = next((s.strip() for s in written if s.strip()), "")
    try:
        path = urlsplit(source).path.lower()
    except ValueError:
        return ""
    if not path.endswith(_ENDINGS) or pages().icons.search(source) or any(
            _is_small(image.get(side)) for side in ("width", "height")):
        return ""
    around = (a for a in image.iterancestors() if isinstance(a.tag, str))
    return "" if any(a.tag in ("a", "header", "footer", "nav") or pages().furniture.search(
        f" {a.get('class') or ''} {a.get('id') or ''} ") for a in around) else source


def _is_small(length: str | None) -> bool:
    digits = re.match(r"\s*(\d{1,5})\s*(?:px)?\s*$", length or "")
    return digits is not None and int(digits.group(1)) < _SMALL_PX
