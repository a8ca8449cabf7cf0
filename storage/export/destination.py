"""Where an export goes: written beside its place under another name, and there at once when it is whole."""

import hashlib
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from gongkai.errors import ConfigurationError
from storage.failures import file_failures
from storage.locks import FileLock


@contextmanager
def destination(target: Path) -> Iterator[Path]:
    """A folder to write into that becomes `target` at the end; after a failure nothing stands under that name. What an
    export that was killed left behind is removed by the next one."""
    target = target.absolute()
    refuse_taken(target)
    work = target.parent / f".{target.name}.partial"
    with file_failures(f"write to {target.parent}"):
        target.parent.mkdir(parents=True, exist_ok=True)
    lock = FileLock(target.parent / f".{target.name}.lock")
    if not lock.try_exclusive():
        lock.close()
        raise ConfigurationError(f"another export is writing to {target}; let it end, or name another directory")
    try:
        with file_failures(f"write to {work}"):
            shutil.rmtree(work, ignore_errors=True)
            work.mkdir()
        try:
            yield work
            with file_failures(f"finish {target}"):
                os.sync()  # once; a tree has millions of small files
                work.rename(target)  # onto an empty directory, or onto nothing
                _sync(target.parent)
        except BaseException:
            shutil.rmtree(work, ignore_errors=True)
            raise
    finally:
        (target.parent / f".{target.name}.lock").unlink(missing_ok=True)
        lock.close()


def refuse_taken(target: Path) -> None:
    if target.exists() and not target.is_dir():
        raise ConfigurationError(f"{target} is a file; name a directory that does not exist yet")
    if target.is_dir() and any(target.iterdir()):
        raise ConfigurationError(f"{target} is not empty, and an export overwrites nothing; name another directory, or "
                                 "add --update to put what is new since then beside it")


def digest_of(path: Path) -> tuple[str, int]:
    """SHA-256 and size of a finished file."""
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return digest, path.stat().st_size


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
