"""Every fetch of a version in full: those its manifest tells of, and those later crawls made of the same state."""

from collections.abc import Callable
from functools import lru_cache
from pathlib import Path

from pydantic import TypeAdapter, ValidationError
from sqlalchemy import select

from gongkai.errors import DamageError
from storage.catalog.engine import Catalog
from storage.catalog.schema import captures
from storage.crawllog import load_log
from storage.failures import file_failures
from storage.journal import lines_of
from storage.layout import crawl_key
from storage.manifest import CaptureEntry, Manifest
from storage.objects import ObjectMissingError, ObjectStore

_ENTRY = TypeAdapter(CaptureEntry)
_LOGS_KEPT = 16  # documents of one site come one after the other, and its crawls with them


class CaptureReader:
    def __init__(self, objects: ObjectStore, catalog: Callable[[], Catalog], state: Path) -> None:
        self._objects, self._catalog, self._state = objects, catalog, state
        self._of_crawl = lru_cache(maxsize=_LOGS_KEPT)(self._read)

    def of_version(self, manifest: Manifest) -> list[CaptureEntry]:
        """In order of time. Raises DamageError or StorageError for a log that cannot be read."""
        found = {entry.capture_id: entry for entry in manifest.captures}
        with self._catalog().reading() as connection:
            known = connection.execute(select(captures.c.capture_id, captures.c.crawl_id).where(
                captures.c.document_id == manifest.document_id, captures.c.number == manifest.number)).all()
        for capture_id, crawl_id in known:
            if capture_id not in found:
                entry = self._of_crawl(crawl_id).get(capture_id)
                if entry is not None:
                    found[capture_id] = entry
        return sorted(found.values(), key=lambda entry: (entry.fetched_at, entry.role != "page", entry.capture_id))

    def _read(self, crawl_id: str) -> dict[str, CaptureEntry]:
        try:
            lines = load_log(crawl_id, self._objects.get(crawl_key(crawl_id)))
        except ObjectMissingError:  # the crawl is running: what it told so far stands in its journal
            path = self._state / "journals" / f"{crawl_id}.jsonl"
            with file_failures(f"read the journal {path}"):
                lines = lines_of(path.read_bytes()) if path.exists() else []
        try:
            entries = [_ENTRY.validate_python(line["entry"]) for line in lines if line["line"] == "capture"]
        except (KeyError, ValidationError) as problem:
            raise DamageError(f"the log of crawl {crawl_id} cannot be read ({str(problem).splitlines()[0]})") from None
        return {entry.capture_id: entry for entry in entries}
