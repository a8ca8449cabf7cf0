"""Atom feeds (RFC 4287)."""

from dataclasses import dataclass
from urllib.parse import urljoin
from xml.etree import ElementTree

from starlette.requests import Request
from starlette.responses import Response

from gongkai.chinese import printable
from web.conditional import conditional

_ATOM = "http://www.w3.org/2005/Atom"
_EPOCH = "1970-01-01T00:00:00Z"
_CONTROLS = {code: "\ufffd" for code in range(0x20) if code not in (0x9, 0xA, 0xD)} | {0xFFFE: "\ufffd",
                                                                                         0xFFFF: "\ufffd"}


@dataclass(frozen=True)
class Entry:
    name: str
    title: str
    path: str
    published: str
    updated: str
    author: str
    summary: str


@dataclass(frozen=True)
class Feed:
    """`entries` newest first; paths on this server."""

    name: str
    title: str
    page: str
    path: str
    entries: tuple[Entry, ...]

    @property
    def updated(self) -> str:
        return max((entry.updated for entry in self.entries), default=_EPOCH)


def tag(kind: str, name: str) -> str:
    """The same for ever and wherever the archive is served (RFC 4151)."""
    return f"tag:gongkai.archive,2026:{kind}:{name}"


def answer(request: Request, feed: Feed) -> Response:
    response = Response(_spelt(feed, str(request.base_url)), media_type="application/atom+xml; charset=utf-8")
    return conditional(request, response, feed.updated)


def _spelt(feed: Feed, base: str) -> bytes:
    ElementTree.register_namespace("", _ATOM)
    root = ElementTree.Element(f"{{{_ATOM}}}feed", {"{http://www.w3.org/XML/1998/namespace}lang": "zh-Hans"})
    _text(root, "id", feed.name)
    _text(root, "title", feed.title)
    _text(root, "updated", feed.updated)
    _link(root, "self", urljoin(base, feed.path), "application/atom+xml")
    _link(root, "alternate", urljoin(base, feed.page), "text/html")
    _person(root, "Gongkai")
    for entry in feed.entries:
        made = ElementTree.SubElement(root, f"{{{_ATOM}}}entry")
        _text(made, "id", entry.name)
        _text(made, "title", entry.title)
        _text(made, "published", entry.published)
        _text(made, "updated", entry.updated)
        _link(made, "alternate", urljoin(base, entry.path), "text/html")
        _person(made, entry.author or "—")
        _text(made, "summary", entry.summary)
    return b'<?xml version="1.0" encoding="utf-8"?>\n' + ElementTree.tostring(root, encoding="utf-8")


def _text(parent: ElementTree.Element, name: str, words: str) -> None:
    """XML has no place for control characters, and what turns the writing around is shown."""
    said = printable(words).translate(_CONTROLS).encode("utf-8", "replace").decode()
    ElementTree.SubElement(parent, f"{{{_ATOM}}}{name}").text = said


def _link(parent: ElementTree.Element, rel: str, href: str, kind: str) -> None:
    ElementTree.SubElement(parent, f"{{{_ATOM}}}link", {"rel": rel, "href": href, "type": kind})


def _person(parent: ElementTree.Element, name: str) -> None:
    _text(ElementTree.SubElement(parent, f"{{{_ATOM}}}author"), "name", name)
