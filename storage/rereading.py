"""A version read again by a later pipeline: another interpretation beside the first, which stays as it was.

``readings/<pipeline>-<digest8>/reading.json`` in the version's folder holds the interpretation; its document.json and
text.md stand beside it, or are those of an earlier reading where not a byte differs. The newest reading, by pipeline
and then by time, is what the archive presents; programs that know of no readings see the first interpretation.
"""

import json
import logging
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from pydantic import ConfigDict, TypeAdapter, ValidationError
from pydantic.dataclasses import dataclass as checked_dataclass

from gongkai.digest import sha256_hex
from gongkai.errors import DamageError
from gongkai.site import AgencySite
from storage.duplicates import SourceState
from storage.interpretation import Interpretation
from storage.layout import (
    CONTENT_TYPES,
    DOCUMENT,
    MANIFEST,
    READING,
    TEXT,
    parse_reading,
    reading_key,
    readings_prefix,
    version_key,
)
from storage.manifest import Digests, Manifest, PendingFile, ReportEntry, SourceEntry, load
from storage.objects import ObjectStore

logger = logging.getLogger(__name__)

SCHEMA = "gongkai/reading/1"


@checked_dataclass(frozen=True, config=ConfigDict(extra="forbid"))
class Rereading:
    """`version_sha256` is the digest of the manifest it belongs to, `follows` the reading that was presented before
    (empty for the first). `site` is what was known of the site this time. `document_at` and `text_at` say where the two
    derived files stand, within the version's folder."""

    schema: str
    document_id: str
    number: int
    version_sha256: str
    follows: str
    read_at: str
    site: AgencySite
    sources: tuple[SourceEntry, ...]
    states: tuple[SourceState, ...]
    main: int
    pending: tuple[PendingFile, ...]
    report: ReportEntry
    digests: Digests
    document_at: str
    text_at: str
    pipeline_version: int
    program_version: str
    reading_sha256: str = ""

    def onto(self, manifest: Manifest) -> Manifest:
        """The version as this reading has it: its facts, and this interpretation."""
        return replace(manifest, site=self.site, sources=self.sources, states=self.states, main=self.main,
                       pending=self.pending, report=self.report, digests=self.digests,
                       pipeline_version=self.pipeline_version, program_version=self.program_version)


_ADAPTER = TypeAdapter(Rereading)


@dataclass(frozen=True)
class Standing:
    """A version as it is presented: the manifest with the interpretation of `reading` in it (empty: its own)."""

    manifest: Manifest
    reading: str
    read_at: str
    document_key: str
    text_key: str


def reading_name(pipeline_version: int, interpreted: Interpretation, follows: str) -> str:
    said = TypeAdapter(Interpretation).dump_python(interpreted, mode="json")
    return f"{pipeline_version}-{sha256_hex(json.dumps([follows, said], sort_keys=True))[:8]}"


def put_reading(objects: ObjectStore, name: str, rereading: Rereading, derived: dict[str, bytes]) -> None:
    """`derived` holds the files that stand nowhere else; reading.json last: it makes the reading."""
    fields = _ADAPTER.dump_python(rereading, mode="json")
    fields["reading_sha256"] = _own_digest(fields)
    for file, data in {**derived, READING: _spelt(fields)}.items():
        about = {"schema": SCHEMA if file == READING else ""}
        objects.put(reading_key(rereading.document_id, rereading.number, name, file), data, CONTENT_TYPES[file], about)


def load_rereading(data: bytes) -> Rereading:
    """Raises DamageError when it cannot be read or is not what was written."""
    try:
        fields = json.loads(data)
        found = _ADAPTER.validate_python(fields)
    except (ValueError, ValidationError, RecursionError) as problem:
        raise DamageError(f"not a readable reading.json ({str(problem).splitlines()[0]})") from None
    if _own_digest(fields) != found.reading_sha256 or _spelt(fields) != data:
        raise DamageError("the reading was altered: its own digest does not match")
    for at in (found.document_at, found.text_at):
        key = version_key(found.document_id, found.number, at)
        if at not in (DOCUMENT, TEXT) and parse_reading(key) is None:
            raise DamageError(f"it names {at!r}, which is no file of a version")
    return found


def standing_version(objects: ObjectStore, document: str, number: int, reading: str | None = None) -> Standing:
    """With no `reading` named, the newest among the objects that is whole; empty means the first interpretation."""
    manifest = load(objects.get(version_key(document, number, MANIFEST)))
    name, found = reading or "", None
    if reading is None:
        newest = newest_reading(objects, document, number)
        if newest is not None:
            name, found = newest
    elif reading:
        found = load_rereading(objects.get(reading_key(document, number, reading, READING)))
    if found is None:
        return Standing(manifest, "", "", version_key(document, number, DOCUMENT), version_key(document, number, TEXT))
    return Standing(found.onto(manifest), name, found.read_at, version_key(document, number, found.document_at),
                    version_key(document, number, found.text_at))


def newest_reading(objects: ObjectStore, document: str, number: int) -> tuple[str, Rereading] | None:
    found = map(parse_reading, objects.keys(readings_prefix(document, number)))
    return choose(objects, document, number, (name[2] for name in found if name and name[3] == READING))


def choose(objects: ObjectStore, document: str, number: int, names: Iterable[str]) -> tuple[str, Rereading] | None:
    """Of these readings the newest. One that is damaged, which verify names, does not hide those before it."""
    whole: list[tuple[int, str, str, Rereading]] = []
    for name in names:
        try:
            found = load_rereading(objects.get(reading_key(document, number, name, READING)))
        except DamageError as problem:
            logger.warning("%s is left out: %s", reading_key(document, number, name, READING), problem)
            continue
        whole.append((found.pipeline_version, found.read_at, name, found))
    return max(whole, key=lambda one: one[:3])[2:] if whole else None


def text_of(objects: ObjectStore, document: str, number: int, reading: str) -> str:
    key = (standing_version(objects, document, number, reading).text_key if reading
           else version_key(document, number, TEXT))
    return objects.get(key).decode("utf-8", "replace")


def _spelt(fields: Any) -> bytes:
    text = json.dumps(fields, ensure_ascii=False, sort_keys=True, indent=1)
    return (text + "\n").encode(errors="backslashreplace")


def _own_digest(fields: dict[str, Any]) -> str:
    rest = {key: value for key, value in fields.items() if key != "reading_sha256"}
    return sha256_hex(json.dumps(rest, sort_keys=True, separators=(",", ":")))
