"""manifest.json: what a version is, where it came from, and the digests that prove it. Writing it makes the version.

Its own digest is one of its fields, so an altered manifest gives itself away without any catalog.
"""

import json
from dataclasses import dataclass, replace
from typing import Any, Literal

from pydantic import ConfigDict, TypeAdapter, ValidationError
from pydantic.dataclasses import dataclass as checked_dataclass
from pydantic_core import PydanticSerializationError, to_json

from gongkai.capture import Capture, Hints
from gongkai.clock import stamp
from gongkai.digest import sha256_hex
from gongkai.errors import DamageError
from gongkai.site import AgencySite
from storage.duplicates import SourceState
from storage.identity import capture_id
from storage.raw import key_of

SCHEMA = "gongkai/version/1"


@dataclass(frozen=True)
class CaptureEntry:
    """A fetch as evidence: everything the server said, and the key of the bytes it gave."""

    capture_id: str
    crawl_id: str
    role: Literal["page", "part", "attachment"]
    url: str
    final_url: str
    redirects: tuple[str, ...]
    fetched_at: str
    status: int
    headers: tuple[tuple[str, str], ...]
    referrer: str | None
    reason: str
    raw_sha256: str
    raw_key: str
    size_bytes: int
    content_type: str
    # What manifests of earlier programs do not have: they never knew it.
    status_line: str = ""
    request_headers: tuple[tuple[str, str], ...] = ()
    server_address: str | None = None
    kept_headers: tuple[tuple[str, str], ...] = ()

    def header(self, name: str) -> str | None:
        known = (*self.headers, *self.kept_headers)
        return next((value for key, value in known if key.lower() == name), None)


@dataclass(frozen=True)
class SourceEntry:
    """A file of the document and how reading it went."""

    role: str
    url: str
    raw_sha256: tuple[str, ...]
    status: str
    doc_format: str
    text_chars: int
    warnings: tuple[str, ...]


@dataclass(frozen=True)
class Unfetched:
    url: str
    text: str
    problem: str | None


@dataclass(frozen=True)
class PendingFile:
    url: str
    status: str
    doc_format: str
    raw_sha256: tuple[str, ...]


@dataclass(frozen=True)
class Naming:
    """The name and region an agency's id was made of."""

    agency: str
    region_code: str | None


@dataclass(frozen=True)
class ReportEntry:
    """Whose report and for which year, as read by `pipeline_version`; `agency` as the document has it. `named` is set
    where an earlier version of the document gave the ids, under another name or region than is known now."""

    report_id: str
    agency_id: str | None
    kind: str
    agency: str | None
    filed_under: str | None
    own: bool
    report_year: int | None
    report_year_source: str | None
    region_code: str | None
    admin_level: str | None
    scope: str
    form_id: str | None
    title: str | None
    published: str | None
    signature_date: str | None
    checks: dict[str, int]
    filled_cells: int
    named: Naming | None = None

    @property
    def naming(self) -> Naming | None:
        """What its agency id was made of; None when the agency is unknown."""
        return self.named or (Naming(self.filed_under, self.region_code) if self.filed_under else None)


@dataclass(frozen=True)
class Digests:
    """`version`: text and tables of all files; `text`: of the main file; `body`: sections and cells of the report;
    `cells`: cells alone, null without any; `document_json` and `text_md` name the bytes of the files beside this
    manifest; `words` is a sample of the text's words, by which near-duplicates are known (see `storage.likeness`)."""

    version: str
    text: str
    body: str
    cells: str | None
    document_json: str
    text_md: str
    # What manifests of earlier programs do not have; a later reading gives it.
    words: str | None = None


@checked_dataclass(frozen=True, config=ConfigDict(extra="forbid"))
class Manifest:
    schema: str
    document_id: str
    number: int
    url: str
    captures: tuple[CaptureEntry, ...]
    sources: tuple[SourceEntry, ...]
    states: tuple[SourceState, ...]
    main: int
    unfetched: tuple[Unfetched, ...]
    pending: tuple[PendingFile, ...]
    site: AgencySite
    hints: Hints
    report: ReportEntry
    digests: Digests
    pipeline_version: int
    program_version: str
    manifest_sha256: str = ""

    @property
    def page(self) -> CaptureEntry:
        return self.captures[0]


_ADAPTER = TypeAdapter(Manifest)


def sealed(manifest: Manifest) -> Manifest:
    """With its own digest in it."""
    return replace(manifest, manifest_sha256=_own_digest(_ADAPTER.dump_python(manifest, mode="json")))


def dump(manifest: Manifest) -> bytes:
    """In one spelling, keys sorted, a line a field: people read manifests."""
    return _spelt(_ADAPTER.dump_python(manifest, mode="json"))


def is_as_written(data: bytes) -> bool:
    """Whether not a byte of it changed, those that mean nothing included. `data` is a manifest that loads."""
    return _spelt(json.loads(data)) == data


def _spelt(fields: Any) -> bytes:
    try:
        # What the standard library's indented encoder spells, which is pure Python, in a third of the time.
        return to_json(_in_order(fields), indent=1) + b"\n"
    except (PydanticSerializationError, UnicodeError):
        text = json.dumps(fields, ensure_ascii=False, sort_keys=True, indent=1)
        return (text + "\n").encode(errors="backslashreplace")


def _in_order(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _in_order(value[key]) for key in sorted(value)}
    return [_in_order(one) for one in value] if isinstance(value, list | tuple) else value


def load(data: bytes) -> Manifest:
    """Raises DamageError when it cannot be read or is not what was written."""
    try:
        fields = json.loads(data)
        manifest = _ADAPTER.validate_python(fields)
    except (ValueError, ValidationError, RecursionError) as problem:
        raise DamageError(f"not a readable manifest ({str(problem).splitlines()[0]})") from None
    if _own_digest(fields) != manifest.manifest_sha256:
        raise DamageError("the manifest was altered: its own digest does not match")
    return manifest


def capture_entry(capture: Capture, role: Literal["page", "part", "attachment"], document: str,
                  crawl: str) -> CaptureEntry:
    digest, fetched_at = capture.raw_sha256, stamp(capture.fetched_at)
    return CaptureEntry(
        capture_id=capture_id(crawl, document, role, capture.url, fetched_at, capture.status, digest), crawl_id=crawl,
        role=role, url=capture.url, final_url=capture.final_url, redirects=capture.redirects, fetched_at=fetched_at,
        status=capture.status, headers=capture.headers, referrer=capture.referrer, reason=capture.reason,
        raw_sha256=digest, raw_key=key_of(capture.body), size_bytes=len(capture.body),
        content_type=capture.content_type, status_line=capture.status_line, request_headers=capture.request_headers,
        server_address=capture.server_address, kept_headers=capture.kept_headers)


def _own_digest(fields: dict[str, Any]) -> str:
    rest = {key: value for key, value in fields.items() if key != "manifest_sha256"}
    return sha256_hex(json.dumps(rest, sort_keys=True, separators=(",", ":")))
