"""What goes over the wire and what a site is made of: requests and answers, lines of lists, columns, reports."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from urllib.parse import parse_qsl, urlsplit


@dataclass(frozen=True)
class Request:
    method: str
    host: str
    path: str
    """With the query, as it was asked."""
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""

    @property
    def url(self) -> str:
        return f"http://{self.host}{self.path}"

    @property
    def query(self) -> dict[str, str]:
        return dict(parse_qsl(urlsplit(self.path).query, keep_blank_values=True))

    @property
    def form(self) -> dict[str, str]:
        """Fields of a posted form; for any other request those of the query."""
        posted = dict(parse_qsl(self.body.decode("utf-8", "replace"), keep_blank_values=True))
        return {**self.query, **posted}


@dataclass(frozen=True)
class Response:
    body: str | bytes = ""
    status: int = 200
    kind: str = "text/html; charset=utf-8"
    headers: tuple[tuple[str, str], ...] = ()
    tag: str = ""

    def data(self, charset: str) -> bytes:
        if isinstance(self.body, bytes):
            return self.body
        text = "utf-8" if "utf-8" in self.kind or "json" in self.kind or "xml" in self.kind else charset
        return self.body.encode("gb18030" if text == "gbk" else text, "replace")


@dataclass(frozen=True)
class Asked:
    method: str
    host: str
    path: str
    body: str
    status: int
    tag: str
    referer: str
    open: int
    at: float

    @property
    def url(self) -> str:
        return f"http://{self.host}{self.path}"


@dataclass(frozen=True)
class Step:
    """A request of the clerk who knows the way."""

    url: str
    method: str = "GET"
    body: str = ""
    kind: str = "application/x-www-form-urlencoded"
    referer: str = ""


@dataclass(eq=False)
class Item:
    """A line of a list and the page behind it."""

    title: str
    url: str
    day: date
    shown_day: str = ""
    label: str = ""
    html: Callable[[], str] | None = None
    number: int = 0
    source: str = ""

    @property
    def text(self) -> str:
        return self.label or self.title

    @property
    def date(self) -> str:
        return self.shown_day or str(self.day)


@dataclass(eq=False)
class Column:
    key: str
    name: str
    slug: str
    kind: str
    number: int
    items: list[Item] = field(default_factory=list)
    host: str = ""


@dataclass(frozen=True)
class Report:
    """A report of the truth. `also` are further addresses of it (copies, corrected editions), `files` what belongs to it."""

    year: int
    url: str
    title: str
    agency: str
    also: tuple[str, ...] = ()
    files: tuple[str, ...] = ()


def bare(url: str) -> str:
    """An address without scheme, fragment and order of its query."""
    return key_of(url.split("#", maxsplit=1)[0])


def key_of(url: str) -> str:
    """``host/path?query`` with the query's pairs in order."""
    parts = urlsplit(url)
    query = "&".join(sorted(f"{k}={v}" for k, v in parse_qsl(parts.query, keep_blank_values=True)))
    return parts.netloc + (parts.path or "/") + (f"?{query}" if query else "")
