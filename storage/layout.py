"""Where each thing stands among the objects. Keys are the published layout: other programs read them."""

import re

from gongkai.clock import parse_stamp

RAW, DOCUMENTS, CRAWLS = "raw/sha256/", "documents/", "crawls/"
REGISTRY, TOMBSTONES = "registry/", "tombstones/"
MANIFEST, DOCUMENT, TEXT, READING = "manifest.json", "document.json", "text.md", "reading.json"
CONTENT_TYPES = {MANIFEST: "application/json", DOCUMENT: "application/json", TEXT: "text/markdown; charset=utf-8",
                 READING: "application/json"}

_RAW = re.compile(r"raw/sha256/([0-9a-f]{2})/([0-9a-f]{2})/([0-9a-f]{64})(\.zst)?")
_VERSION = re.compile(r"documents/([0-9a-f]{2})/([0-9a-f]{32})/v(\d{4,})/(manifest\.json|document\.json|text\.md)")
_READING = re.compile(r"documents/([0-9a-f]{2})/([0-9a-f]{32})/v(\d{4,})/readings/(\d{1,9}-[0-9a-f]{8})/"
                      r"(reading\.json|document\.json|text\.md)")
_TOMBSTONE = re.compile(r"tombstones/(\d{4})/(\1\d{4}T\d{6}Z-[0-9a-f]{8})\.json")
_CRAWL = re.compile(r"crawls/\d{4}/\d{2}/(\d{8}T\d{6}Z-[0-9a-f]{8})\.jsonl\.zst")
_EVENT = re.compile(r"registry/\d{4}/\d{2}/(\d{8}T\d{6}\.\d{6}Z-[0-9a-f]{8})\.json")


def raw_key(sha256: str, *, compressed: bool) -> str:
    return f"{RAW}{sha256[:2]}/{sha256[2:4]}/{sha256}{'.zst' if compressed else ''}"


def document_prefix(document_id: str) -> str:
    return f"{DOCUMENTS}{document_id[:2]}/{document_id}/"


def version_key(document_id: str, number: int, name: str) -> str:
    return f"{document_prefix(document_id)}v{number:04d}/{name}"


def readings_prefix(document_id: str, number: int) -> str:
    return version_key(document_id, number, "readings/")


def reading_key(document_id: str, number: int, reading: str, name: str) -> str:
    """A file of a later reading of a version; `reading` is the pipeline's version and eight digits of a digest."""
    return f"{readings_prefix(document_id, number)}{reading}/{name}"


def crawl_key(crawl_id: str) -> str:
    return f"{CRAWLS}{crawl_id[:4]}/{crawl_id[4:6]}/{crawl_id}.jsonl.zst"


def crawl_started(crawl_id: str) -> str:
    """The stamp inside a crawl id (``20260131T080000Z-1f2e3d4c``)."""
    day, time = crawl_id[:8], crawl_id[9:15]
    text = f"{day[:4]}-{day[4:6]}-{day[6:]}T{time[:2]}:{time[2:4]}:{time[4:]}Z"
    parse_stamp(text)
    return text


def parse_raw(key: str) -> str | None:
    """The digest a raw key promises, None when it is no raw key."""
    match = _RAW.fullmatch(key)
    if match is None or not match[3].startswith(match[1] + match[2]):
        return None
    return match[3]


def parse_version(key: str) -> tuple[str, int, str] | None:
    """(document_id, number, file name) of a version's file, None when the key is none."""
    match = _VERSION.fullmatch(key)
    if match is None or not match[2].startswith(match[1]):
        return None
    document_id, number, name = match[2], int(match[3]), match[4]
    return (document_id, number, name) if version_key(document_id, number, name) == key and number > 0 else None


def parse_reading(key: str) -> tuple[str, int, str, str] | None:
    """(document_id, number, reading, file name) of a later reading's file, None when the key is none."""
    match = _READING.fullmatch(key)
    if match is None or not match[2].startswith(match[1]):
        return None
    document_id, number, reading, name = match[2], int(match[3]), match[4], match[5]
    return (document_id, number, reading, name) if reading_key(document_id, number, reading, name) == key else None


def parse_crawl(key: str) -> str | None:
    match = _CRAWL.fullmatch(key)
    return match[1] if match and crawl_key(match[1]) == key else None


def event_key(event_id: str) -> str:
    return f"{REGISTRY}{event_id[:4]}/{event_id[4:6]}/{event_id}.json"


def parse_event(key: str) -> str | None:
    """The id of a change of the registry of sites, None when the key is none."""
    match = _EVENT.fullmatch(key)
    return match[1] if match and event_key(match[1]) == key else None


def tombstone_key(tombstone_id: str) -> str:
    return f"{TOMBSTONES}{tombstone_id[:4]}/{tombstone_id}.json"


def parse_tombstone(key: str) -> str | None:
    match = _TOMBSTONE.fullmatch(key)
    return match[2] if match else None


def kind_of(key: str) -> str:
    """One word for other programs that look at the objects."""
    if key.startswith(RAW):
        return "raw"
    if key.startswith(CRAWLS):
        return "crawl-log"
    if key.startswith(REGISTRY):
        return "registry-event"
    if key.startswith(TOMBSTONES):
        return "tombstone"
    kinds = {MANIFEST: "manifest", DOCUMENT: "document", TEXT: "text", READING: "reading"}
    return kinds.get(key.rpartition("/")[2], "other")
