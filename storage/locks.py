"""Who may write what now. Locks of the kernel on files in the state directory: they end with their process, also
after kill -9, and hold between containers that share the volume."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from gongkai.errors import StorageError
from storage.failures import file_failures


class FileLock:
    """An open lock file. Two instances exclude each other within one process as well."""

    def __init__(self, path: Path, *, create: bool = True, folder: bool = True) -> None:
        """Without `create` a file that is gone gives a lock that holds nothing; see `held_file_is`. Without `folder`
        the directory must be there: an archive moved away is not begun anew by a lock."""
        self.path = path
        self._handle: int | None = None
        with file_failures(f"open the lock {path}"):
            if create and folder:
                path.parent.mkdir(parents=True, exist_ok=True)
            try:
                self._handle = os.open(path, os.O_RDWR | os.O_CLOEXEC | (os.O_CREAT if create else 0), 0o644)
            except FileNotFoundError:
                if create:
                    raise

    def held_file_is(self, path: Path) -> bool:
        """Whether the open file still stands under `path`: another process may have finished with it and removed it."""
        if self._handle is None:
            return False
        try:
            return os.path.samestat(os.fstat(self._handle), path.stat())
        except FileNotFoundError:
            return False

    def exclusive(self) -> None:
        self._take(fcntl.LOCK_EX)

    def shared(self) -> None:
        self._take(fcntl.LOCK_SH)

    def try_exclusive(self) -> bool:
        try:
            self._take(fcntl.LOCK_EX | fcntl.LOCK_NB)
        except StorageError as problem:
            if isinstance(problem.__cause__, BlockingIOError):
                return False
            raise
        return True

    def close(self) -> None:
        if self._handle is not None:
            os.close(self._handle)
            self._handle = None

    def _take(self, how: int) -> None:
        assert self._handle is not None, "the lock is closed"
        with file_failures(f"lock {self.path}"):
            fcntl.flock(self._handle, how)


@contextmanager
def document_lock(state: Path, document_id: str) -> Iterator[None]:
    """Version numbers of one document are given out one at a time, by whichever process and thread."""
    with exclusively(state / "locks" / f"documents-{document_id[:1]}.lock"):
        yield


@contextmanager
def exclusively(path: Path) -> Iterator[None]:
    lock = FileLock(path, folder=False)
    try:
        lock.exclusive()
        yield
    finally:
        lock.close()
