"""The open archive as it stands: a catalog that was made anew while the server runs is opened in place of the old."""

import threading
from pathlib import Path

from gongkai.settings import Settings
from storage import Archive

_SQLITE = "sqlite:///"


class Standing:
    """SQLite reads on in a file that was replaced, and would show what was until the server ends."""

    def __init__(self, settings: Settings, archive: Archive) -> None:
        self._settings, self._archive = settings, archive
        self._files = _files_of(settings)
        self._seen = self._identities()
        self._lock = threading.Lock()

    def archive(self) -> Archive:
        now = self._identities()
        if now != self._seen and None not in now:
            with self._lock:
                if now != self._seen:
                    # The old one may be answering in other threads: it closes when the last of them lets go.
                    self._archive, self._seen = Archive.open(self._settings, create=False, read_only=True), now
        return self._archive

    def _identities(self) -> tuple[int | None, ...]:
        return tuple(map(_inode, self._files))


def _files_of(settings: Settings) -> tuple[Path, ...]:
    """Of the catalog and the search index; none on a database server."""
    if not settings.catalog_url.startswith(_SQLITE):
        return ()
    catalog = Path(settings.catalog_url.removeprefix(_SQLITE))
    return catalog, catalog.with_suffix(".search.db")


def _inode(file: Path) -> int | None:
    try:
        return file.stat().st_ino
    except OSError:  # just being replaced
        return None
