"""WARC 1.1: every fetch as it was answered, identical bytes once, with an index (CDXJ) and what the archive says of it.

Bodies are kept with transfer and content coding undone; the headers that named the coding go on as
``X-Archive-Orig-…``, as Webrecorder writes them, so that what stands there can be read by what it says.
"""

import json
import re
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from http.client import responses
from io import BytesIO
from pathlib import Path
from typing import IO, Any
from urllib.parse import urlsplit

from warcio.statusandheaders import StatusAndHeaders
from warcio.utils import Digester
from warcio.warcwriter import WARCWriter

from gongkai import __version__
from gongkai.address import host_of
from gongkai.errors import DamageError, StorageError
from storage.export.selection import Chosen
from storage.export.work import Work
from storage.manifest import CaptureEntry

_VERSION = "1.1"
_NOT_MODIFIED = 304
_LARGEST_FILE_BYTES = 1 << 30  # what other crawlers write; readers seek in it
_PROFILE = "http://netpreserve.org/warc/1.1/revisit/"
_CODINGS = {"content-encoding", "transfer-encoding", "content-length"}


@dataclass(frozen=True)
class Shelf:
    """One WARC with its index: all of an export, or a site or year of it."""

    name: str
    folder: Path
    ledger: "Ledger"

    @property
    def warcs(self) -> list[Path]:
        return sorted(self.folder.glob("*.warc.gz"))


def write_warc(work: Work) -> list[str]:
    notes, shelves = write_shelves(work, work.folder / "archive")
    (work.folder / "indexes").mkdir()
    for shelf in shelves:
        with (work.folder / "indexes" / f"{shelf.name}.cdxj").open("w", encoding="utf-8", newline="\n") as out:
            out.writelines(line + "\n" for line in shelf.ledger.lines())
        shelf.ledger.remove()
    return notes


def write_shelves(work: Work, folder: Path, *, pages: bool = False) -> tuple[list[str], list[Shelf]]:
    """The WARCs of the chosen reports in `folder`, a shelf a site or year as `work.split` says. With `pages` the ledger
    also holds a page a capture, with title and text, for a WACZ."""
    folder.mkdir()
    shelves: dict[str, _Writer] = {}
    for found in work.chosen():
        for capture, title, text in _captures(work, found):
            name = _shelf_name(work.split, capture)
            if name not in shelves:
                shelves[name] = _Writer(work, name, folder)
            try:
                shelves[name].write(capture)
            except (DamageError, StorageError) as problem:
                work.left_out.problems.append(f"capture {capture.capture_id} of {capture.url}: {problem}")
                continue
            if pages and capture.role == "page":
                shelves[name].ledger.page(capture, title, text)
    if not shelves:
        shelves["gongkai"] = _Writer(work, "gongkai", folder)
    for writer in shelves.values():
        writer.close()
    notes = [] if surt_of("http://a.cn/") else ["没有安装 surt，索引的键按原网址 · surt is not installed "
                                                 "(pip install 'gongkai[export]'): the index is keyed by address"]
    return notes, [Shelf(name, folder, writer.ledger) for name, writer in shelves.items()]


def _captures(work: Work, found: Chosen) -> Iterator[tuple[CaptureEntry, str, str]]:
    """In order of time, so that what is the same comes after what it is the same as."""
    taken = [(capture, version.reading.report.title or found.record.title or capture.url, version.text)
             for version in found.versions for capture in work.captures(version)]
    yield from sorted(taken, key=lambda one: one[0].fetched_at)


def _shelf_name(split: str, capture: CaptureEntry) -> str:
    if split == "site":
        return "gongkai-" + re.sub(r"[^a-z0-9.-]", "_", host_of(capture.final_url))[:100]
    return f"gongkai-{capture.fetched_at[:4]}" if split == "year" else "gongkai"


class _Writer:
    """Opens its file for each record: an export split by site has thousands of them."""

    def __init__(self, work: Work, name: str, folder: Path) -> None:
        self._work, self._name, self._folder, self._number = work, name, folder, -1
        self.ledger = Ledger(folder / f".{name}.ledger")
        self._path = self._next()

    def close(self) -> None:
        self.ledger.close()

    def write(self, capture: CaptureEntry) -> None:
        if self.ledger.has(capture.capture_id):
            return  # a page two reports share
        body = self._work.archive.raw(capture.raw_sha256)
        if self._path.stat().st_size >= _LARGEST_FILE_BYTES:
            self._path = self._next()
        digest = "sha256:" + _sha256(body)
        first = self.ledger.first(digest)
        with self._path.open("ab") as file:
            out = WARCWriter(file, gzip=True, warc_version=_VERSION)
            offset = file.tell()
            answer = _answer(out, capture, body, digest, first)
            out.write_record(answer)
            end = file.tell()
            for record in (_request(out, capture), _about(out, capture)):
                record.rec_headers.add_header("WARC-Concurrent-To", answer.rec_headers.get_header("WARC-Record-ID"))
                out.write_record(record)
        self.ledger.enter(capture, digest, answer.rec_type, self._path.name, offset, end - offset)

    def _next(self) -> Path:
        self._number += 1
        path = self._folder / f"{self._name}-{self._number:05d}.warc.gz"
        with path.open("wb") as file:
            out = WARCWriter(file, gzip=True, warc_version=_VERSION)
            origin = self._work.origin
            out.write_record(out.create_warcinfo_record(path.name, {
                "software": f"gongkai/{__version__} (warcio)", "format": "WARC File Format 1.1",
                "operator": origin.contact, "http-header-user-agent": origin.user_agent, "robots": "obey",
                "isPartOf": self._name,
                "description": "政府信息公开工作年度报告; bodies with codings undone, see X-Archive-Orig-* headers"}))
        return path


def _answer(out: WARCWriter, capture: CaptureEntry, body: bytes, digest: str, first: tuple[str, str] | None) -> Any:
    """The response; a revisit where the bytes stand in this shelf already.

    The revisit of a 304 has an empty block, as the standard allows: with the 304's own head in it pywb answers a reader
    304 and nothing, without one it shows the page the 304 stands for. The head stands in the metadata record.
    """
    head = None if capture.status == _NOT_MODIFIED and first is not None else _head(capture, body)
    facts = {"WARC-Date": capture.fetched_at, "WARC-Payload-Digest": digest}
    if capture.server_address:
        facts["WARC-IP-Address"] = capture.server_address
    if first is None:
        return out.create_warc_record(capture.final_url, "response", payload=BytesIO(body), length=len(body),
                                      http_headers=head, warc_headers_dict=facts)
    profile = _PROFILE + ("server-not-modified" if capture.status == _NOT_MODIFIED else "identical-payload-digest")
    record = out.create_revisit_record(capture.final_url, digest, first[0], first[1], http_headers=head,
                                       warc_headers_dict=facts)
    record.rec_headers.replace_header("WARC-Profile", profile)
    return record


def _head(capture: CaptureEntry, body: bytes) -> StatusAndHeaders:
    protocol, _, rest = (capture.status_line or f"HTTP/1.1 {capture.status} {responses.get(capture.status, '')}"
                         ).partition(" ")
    headers = []
    for name, value in capture.headers:
        coding = name.lower() in _CODINGS and not (name.lower() == "content-length" and value == str(len(body)))
        headers.append((f"X-Archive-Orig-{name}" if coding else name, _one_line(value)))
    return StatusAndHeaders(_one_line(rest).strip(), headers, protocol=protocol)


def _request(out: WARCWriter, capture: CaptureEntry) -> Any:
    parts = urlsplit(capture.final_url)
    sent = [(name, _one_line(value)) for name, value in capture.request_headers]
    if not sent and capture.referrer:  # captures of old programs know no more
        sent = [("Referer", _one_line(capture.referrer))]
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    head = StatusAndHeaders(f"GET {path} HTTP/1.1", [("Host", parts.netloc), *sent], is_http_request=True)
    return out.create_warc_record(capture.final_url, "request", http_headers=head,
                                  warc_headers_dict={"WARC-Date": capture.fetched_at})


def _about(out: WARCWriter, capture: CaptureEntry) -> Any:
    line = capture.status_line or f"{capture.status} (the line was not recorded)"
    said = {"via": capture.referrer, "reason": capture.reason, "role": capture.role, "crawl": capture.crawl_id,
            "capture": capture.capture_id, "asked": capture.url if capture.url != capture.final_url else None,
            "redirects": " ".join(capture.redirects), "status-line": line}
    lines = [(name, value) for name, value in said.items() if value]
    if capture.status == _NOT_MODIFIED:
        lines += [("header", f"{name}: {value}") for name, value in capture.headers]
    fields = "".join(f"{name}: {_one_line(value)}\r\n" for name, value in lines).encode()
    return out.create_warc_record(capture.final_url, "metadata", payload=BytesIO(fields), length=len(fields),
                                  warc_content_type="application/warc-fields",
                                  warc_headers_dict={"WARC-Date": capture.fetched_at})


def _one_line(text: str) -> str:
    return re.sub(r"[\r\n\0]+", " ", text)


def _sha256(body: bytes) -> str:
    digester = Digester("sha256")
    digester.update(body)
    return str(digester).partition(":")[2]


def surt_of(url: str) -> str | None:
    try:
        from surt import surt
    except ImportError:
        return None
    return str(surt(url))


class Ledger:
    """What a shelf holds: on disk, because memory is for one report at a time."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._db = sqlite3.connect(path, isolation_level=None)
        self._db.executescript(
            "PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF; CREATE TABLE payload(digest PRIMARY KEY, url, at);"
            "CREATE TABLE line(capture PRIMARY KEY, key, line); CREATE TABLE page(url, at, title, text)")

    def has(self, capture_id: str) -> bool:
        return self._db.execute("SELECT 1 FROM line WHERE capture = ?", (capture_id,)).fetchone() is not None

    def first(self, digest: str) -> tuple[str, str] | None:
        found: tuple[str, str] | None = self._db.execute("SELECT url, at FROM payload WHERE digest = ?",
                                                         (digest,)).fetchone()
        return found

    def enter(self, capture: CaptureEntry, digest: str, kind: str, file: str, offset: int, length: int) -> None:
        self._db.execute("INSERT OR IGNORE INTO payload VALUES (?, ?, ?)",
                         (digest, capture.final_url, capture.fetched_at))
        at = re.sub(r"\D", "", capture.fetched_at)
        mime = "warc/revisit" if kind == "revisit" else capture.content_type or "unk"
        fields = {"url": capture.final_url, "mime": mime, "status": str(capture.status), "digest": digest,
                  "length": str(length), "offset": str(offset), "filename": file}
        key = f"{surt_of(capture.final_url) or capture.final_url} {at}"
        self._db.execute("INSERT INTO line VALUES (?, ?, ?)", (capture.capture_id, key, f"{key} {json.dumps(fields)}"))

    def page(self, capture: CaptureEntry, title: str, text: str) -> None:
        self._db.execute("INSERT INTO page VALUES (?, ?, ?, ?)", (capture.final_url, capture.fetched_at, title, text))

    def lines(self) -> Iterator[str]:
        self._open()
        return (line for (line,) in self._db.execute("SELECT line FROM line ORDER BY line"))

    def pages(self) -> Iterator[tuple[str, str, str, str]]:
        self._open()
        yield from self._db.execute("SELECT url, at, title, text FROM page ORDER BY rowid")

    def close(self) -> None:
        self._db.close()

    def remove(self) -> None:
        self._db.close()
        self._path.unlink()

    def _open(self) -> None:
        self._db = sqlite3.connect(self._path)


def copy_stream(source: IO[bytes], out: IO[bytes]) -> None:
    while data := source.read(1 << 20):
        out.write(data)
