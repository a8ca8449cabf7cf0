"""Objects in a directory: temporary file on the same disk, fsync, then a link that refuses to overwrite."""

import contextlib
import errno
import os
import platform
import secrets
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

from gongkai.digest import sha256_hex
from gongkai.errors import StorageError
from storage.failures import file_failures
from storage.layout import CRAWLS, DOCUMENTS, RAW, REGISTRY, TOMBSTONES
from storage.objects.port import KeyTakenError, ObjectMissingError

INCOMING = "incoming"
"""Temporary files stand in one folder of the archive: sweeping them after a crash must not walk ten million objects."""
_STALE_AFTER_S = 3600.0  # no write of one object takes an hour; a younger one may belong to a living process
_MACHINE = sha256_hex(platform.node())[:8]
_NO_LINKS = {errno.EPERM, errno.ENOTSUP, errno.EMLINK, errno.ENOSYS}
_ROOTS = tuple(root.split("/", 1)[0] for root in (RAW, DOCUMENTS, CRAWLS, REGISTRY, TOMBSTONES))


class LocalObjects:
    def __init__(self, root: Path) -> None:
        self.root = root
        self.place = str(root)
        with file_failures(f"open the archive directory {root}"):
            self._opened = root.stat()

    def put(self, key: str, data: bytes, content_type: str, about: Mapping[str, str] | None = None) -> bool:
        path = self._path(key)
        self._still_here()
        with file_failures(f"write {path}"):
            if not path.exists():
                temporary = self._temporary(path, data)
                try:
                    if _create(temporary, path):
                        _sync_directory(path.parent)
                        return True
                finally:
                    temporary.unlink(missing_ok=True)
        if self.get(key) != data:
            raise KeyTakenError(key)
        return False

    def remove(self, key: str) -> None:
        path = self._path(key)
        self._still_here()
        with file_failures(f"remove {path}"):
            path.unlink(missing_ok=True)
            _sync_directory(path.parent)

    def get(self, key: str) -> bytes:
        path = self._path(key)
        with file_failures(f"read {path}"):
            try:
                return path.read_bytes()
            except FileNotFoundError:
                self._still_here()
                raise ObjectMissingError(key) from None

    def exists(self, key: str) -> bool:
        self._still_here()
        return self._path(key).is_file()

    def keys(self, prefix: str = "") -> Iterator[str]:
        self._still_here()
        folder = self.root / prefix.rpartition("/")[0]
        for place, folders, files in os.walk(folder):
            folders.sort()
            base = Path(place).relative_to(self.root).as_posix()
            for name in sorted(files):
                key = f"{base}/{name}"
                if key.startswith(prefix) and base.split("/")[0] in _ROOTS:
                    yield key

    def sizes(self, prefix: str = "") -> Iterator[tuple[str, int]]:
        for key in self.keys(prefix):
            with contextlib.suppress(FileNotFoundError):
                yield key, (self.root / key).stat().st_size

    def sweep(self) -> int:
        """Removes temporary files of processes that died while writing: at once where the process ran on this machine
        and is gone, after an hour otherwise."""
        removed, limit = 0, time.time() - _STALE_AFTER_S
        for temporary in (self.root / INCOMING).glob("*"):
            with file_failures(f"remove the leftover {temporary}"), contextlib.suppress(FileNotFoundError):
                if _writer_is_gone(temporary.name) or temporary.stat().st_mtime < limit:
                    temporary.unlink()
                    removed += 1
        return removed

    def _path(self, key: str) -> Path:
        if ".." in key.split("/") or key.startswith("/"):
            raise StorageError(f"{key!r} is not an object key")
        return self.root / key

    def _still_here(self) -> None:
        """Moved away or unmounted, the archive must not go on in an empty place of the same name."""
        try:
            same = os.path.samestat(self._opened, self.root.stat())
        except (FileNotFoundError, NotADirectoryError):
            same = False
        if not same:
            raise StorageError(f"the archive directory {self.root} is gone, or another stands in its place, since it "
                               "was opened: was it moved, removed or unmounted? Put it back and run the same command "
                               "again; what was stored is in it")

    def _temporary(self, path: Path, data: bytes) -> Path:
        self._make_folder(path.parent)
        self._make_folder(self.root / INCOMING)
        temporary = self.root / INCOMING / f"{_MACHINE}-{os.getpid()}-{secrets.token_hex(6)}"
        try:
            with temporary.open("xb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise
        return temporary

    def _make_folder(self, folder: Path) -> None:
        """Parents too, each made durable in its own parent: a manifest must not outlive the raw bytes it names. Never
        the root, which stood when the archive was opened."""
        if folder == self.root or folder.is_dir():
            return
        self._make_folder(folder.parent)
        folder.mkdir(exist_ok=True)
        _sync_directory(folder.parent)


def _writer_is_gone(name: str) -> bool:
    machine, _, rest = name.partition("-")
    process = rest.partition("-")[0]
    if machine != _MACHINE or not process.isdigit():
        return False
    try:
        os.kill(int(process), 0)
    except ProcessLookupError:
        return True
    except OSError:
        return False
    return False


def _create(temporary: Path, path: Path) -> bool:
    """False when `path` came into being meanwhile. A link, unlike a rename, never overwrites; where the file system
    has no links a rename after the look above must do."""
    try:
        os.link(temporary, path)
    except FileExistsError:
        return False
    except OSError as problem:
        if problem.errno not in _NO_LINKS:
            raise
        temporary.rename(path)
    return True


def _sync_directory(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
