"""The files a page offers (附件), and how many pictures its body holds."""

import re
from urllib.parse import parse_qsl, unquote, urlsplit

from crawler.normalise.markup import Element, raw_text
from crawler.normalise.reading import clean
from crawler.normalise.vocabulary import ordered, pattern
from gongkai.address import canonical
from gongkai.document import FileLink

_MAX_FILES = 500
_QUOTED = re.compile(r"[\"']([^\"'\s]{4,500})[\"']")
_VIEWER_PARAMETERS = ("file", "src", "url", "furl", "pdfurl", "filepath")
_SMALL_PX = 60


def file_links(body: Element, base: str | None) -> tuple[FileLink, ...]:
    """Links, frames and embedded objects that lead to files, in page order, each address once. Without `base`
    addresses stay as written."""
    found: dict[str, FileLink] = {}
    for element in body.iter("a", "iframe", "embed", "object", "frame"):
        for target in _targets(element):
            if (name := _file_target(target)) is None:
                continue
            url = canonical(name, base) if base or "://" in name else name
            if url and url not in found and len(found) < _MAX_FILES:
                label = clean(element.get("title") or "") or clean(raw_text(element))
                found[url] = FileLink(url, label or unquote(urlsplit(url).path.rsplit("/", 1)[-1]))
            break
    return tuple(found.values())


def _targets(element: Element) -> list[str]:
    written = [element.get(name) or "" for name in ("href", "src", "data")]
    script = (element.get("onclick") or "") + (written[0] if written[0].lower().startswith("javascript:") else "")
    return [value.strip() for value in written if value.strip()] + _QUOTED.findall(script)


def is_file(target: str) -> bool:
    """Whether an address as written leads to a file."""
    return _file_target(target) is not None


def _file_target(target: str) -> str | None:
    """The address of the file a link leads to, also through a viewer page (``viewer.html?file=…``)."""
    try:
        parts = urlsplit(target)
    except ValueError:
        return None
    if parts.scheme not in ("", "http", "https"):
        return None
    if _has_file_name(parts.path):
        return target
    for key, value in parse_qsl(parts.query):
        if key.lower() in _VIEWER_PARAMETERS and _has_file_name(urlsplit(value).path):
            return value
    if pattern("file_addresses").search(target) or any(_has_file_name(v) for _, v in parse_qsl(parts.query)):
        return target
    return None


def _has_file_name(path: str) -> bool:
    return path.rsplit(".", 1)[-1].lower() in ordered("files") if "." in path else False


def images(body: Element) -> int:
    """Pictures of the text; icons by address or declared size are not counted."""
    icons = pattern("icons")
    return sum(1 for image in body.iter("img") if not icons.search(image.get("src") or "")
               and not _small(image.get("width")) and not _small(image.get("height")))


def _small(length: str | None) -> bool:
    digits = re.match(r"\s*(\d{1,6})\s*(?:px)?\s*$", length or "")
    return digits is not None and int(digits.group(1)) < _SMALL_PX
