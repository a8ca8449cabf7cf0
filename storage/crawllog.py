"""The log of one crawl: every fetch, every capture kept, how it ended. Sealed logs are part of the truth."""

import os
import secrets
from collections.abc import Callable, Iterable
from dataclasses import asdict
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from gongkai import PIPELINE_VERSION, __version__
from gongkai.address import canonical
from gongkai.capture import FetchRecord, Step
from gongkai.clock import stamp, utc_now
from gongkai.digest import sha256_hex
from gongkai.errors import DamageError
from gongkai.site import AgencySite
from storage.catalog.rows import capture_row
from storage.journal import Journal, Line, encoded, lines_of
from storage.layout import crawl_key, crawl_started
from storage.manifest import CaptureEntry
from storage.objects import KeyTakenError, ObjectStore
from storage.raw import pack, unpack

SCHEMA = "gongkai/crawl/1"
_ENTRY = TypeAdapter(CaptureEntry)


class CrawlLog:
    """Given out by `Archive.begin_crawl`. Thread-safe. A log that is never finished is sealed as interrupted by the
    next process that opens the archive for writing."""

    def __init__(self, folder: Path, site: AgencySite, seal: Callable[["CrawlLog"], None]) -> None:
        started = utc_now()
        self.crawl_id = f"{started:%Y%m%dT%H%M%SZ}-{secrets.token_hex(4)}"
        self._seal = seal
        self._ended = False
        self._journal = Journal(folder / f"{self.crawl_id}.jsonl", {
            "line": "crawl", "schema": SCHEMA, "crawl_id": self.crawl_id, "started_at": stamp(started),
            "site": asdict(site), "program_version": __version__, "pipeline_version": PIPELINE_VERSION,
            "process": {"pid": os.getpid(), "started": _process_start()}})

    @property
    def ended(self) -> bool:
        return self._ended

    def record(self, fetch: FetchRecord) -> None:
        """One fetch, whatever came of it."""
        self._journal.append({"line": "fetch", **asdict(fetch), "at": stamp(fetch.at)})

    def explain(self, step: Step) -> None:
        """Why an address was asked for and what it gave."""
        self._journal.append({"line": "step", **asdict(step)})

    def finish(self, summary: dict[str, Any]) -> None:
        """Seals the log. A second call does nothing."""
        if self._ended:
            return
        self._journal.end(lambda lines: {
            "line": "end", "finished_at": stamp(utc_now()), "interrupted": False, "summary": summary,
            "before_sha256": _digest(lines)})
        self._ended = True
        self._seal(self)
        self._journal.remove()

    def intend(self, document_id: str, number: int) -> None:
        """Said before a version is written, so that a crash in the middle is found out from the journal. Durable: files
        that no journal explains are those of a version whose manifest was lost."""
        self._journal.append({"line": "keeping", "document_id": document_id, "number": number}, durable=True)

    def captured(self, entries: Iterable[CaptureEntry], kind: str, document_id: str | None, number: int | None, *,
                 told: bool = False) -> None:
        """`told` where a manifest says the same already, so that a power cut may take these lines."""
        lines = (capture_line(entry, kind, document_id, number) for entry in entries)
        self._journal.append(*lines, durable=not told)

    def lines(self) -> list[Line]:
        return lines_of(self._journal.read())

    def release(self) -> None:
        """Lets go of an unfinished log; the next process seals it."""
        self._journal.close()


def capture_line(entry: CaptureEntry, kind: str, document_id: str | None, number: int | None) -> Line:
    return {"line": "capture", "document_id": document_id, "number": number, "kind": kind,
            "entry": _ENTRY.dump_python(entry, mode="json")}


def capture_rows(lines: Iterable[Line]) -> list[dict[str, Any]]:
    """The catalog rows of a log's captures. Raises DamageError for a line that is none."""
    return [row for row, _ in rows_and_keys(lines)]


def rows_and_keys(lines: Iterable[Line]) -> list[tuple[dict[str, Any], str]]:
    """Of each capture the catalog's row and the key its bytes stand under."""
    try:
        entries = [(_ENTRY.validate_python(line["entry"]), line) for line in lines if line["line"] == "capture"]
        return [(capture_row(entry, line["kind"], line["document_id"], line["number"]), entry.raw_key)
                for entry, line in entries]
    except (KeyError, ValidationError) as problem:
        raise DamageError(f"a capture line cannot be read ({str(problem).splitlines()[0]})") from None


def unfinished(lines: Iterable[Line]) -> set[tuple[str, int]]:
    """Versions the log's crawl began to write and never said were kept. Without a manifest, what stands under such a
    number is the debris of a crash."""
    begun: set[tuple[str, int]] = set()
    for line in lines:
        document, number = line.get("document_id"), line.get("number")
        if document is None or number is None:
            continue
        if line["line"] == "keeping":
            begun.add((document, number))
        elif line["line"] == "capture":
            begun.discard((document, number))
    return begun


def crawl_row(lines: list[Line], *, sealed: bool) -> dict[str, Any]:
    """Raises DamageError when the log does not begin as one."""
    if not lines or lines[0].get("line") != "crawl":
        raise DamageError("the log does not begin with its crawl line")
    first, last = lines[0], lines[-1] if lines[-1]["line"] == "end" else {}
    site = first.get("site") or {}
    try:
        return {"crawl_id": first["crawl_id"], "site_url": canonical(site["url"]) or site["url"],
                "agency": site.get("agency"), "region_code": site.get("region_code"),
                "started_at": first["started_at"], "finished_at": last.get("finished_at"),
                "interrupted": bool(last.get("interrupted", False)), "sealed": sealed,
                "fetches": sum(line["line"] == "fetch" for line in lines), "summary": last.get("summary") or {}}
    except KeyError as problem:
        raise DamageError(f"the log's first line lacks {problem}") from None


def interrupted(lines: list[Line]) -> list[Line]:
    """A dead process's log, closed. Says nothing of now, so that sealing twice gives the same object."""
    if lines[-1]["line"] == "end":
        return lines
    return [*lines, {"line": "end", "finished_at": None, "interrupted": True, "before_sha256": _digest(lines)}]


def _digest(lines: Iterable[Line]) -> str:
    """Of a log up to its end line, as it is sealed: who alters or removes a line must know of the other one."""
    return sha256_hex(encoded(lines))


def seal(objects: ObjectStore, crawl_id: str, lines: list[Line]) -> None:
    """Puts the object; one that is there from an earlier try must say the same."""
    key, text = crawl_key(crawl_id), encoded(lines)
    try:
        objects.put(key, pack(text), "application/zstd")
    except KeyTakenError:
        if unpack(objects.get(key)) != text:
            raise


def load_log(crawl_id: str, data: bytes) -> list[Line]:
    """A sealed log, every line whole and as it was sealed. Raises DamageError."""
    text = unpack(data)
    lines = lines_of(text)
    _check_digest(text)
    if len(lines) != len(text.splitlines()):
        raise DamageError("some lines are no longer readable")
    if not lines or lines[0].get("crawl_id") != crawl_id or lines[0].get("started_at") != crawl_started(crawl_id):
        raise DamageError("it does not hold the crawl its name says")
    return lines


def _check_digest(text: bytes) -> None:
    before, newline, last = text.removesuffix(b"\n").rpartition(b"\n")
    end = next(iter(lines_of(last)), None)
    if end is None or end["line"] != "end":
        raise DamageError("it was altered: its end line is gone")
    if end.get("before_sha256") not in (None, sha256_hex(before + newline)):  # older programs wrote none
        raise DamageError("it was altered: its lines are not those its end line names")


def _process_start() -> str | None:
    """In clock ticks since boot, as Linux tells it."""
    try:
        return Path("/proc/self/stat").read_text().rpartition(")")[2].split()[19]
    except (OSError, IndexError):
        return None
