"""Places for objects: a directory or an S3 service, behind one port."""

import errno
from pathlib import Path

from gongkai.errors import ConfigurationError
from gongkai.settings import Settings
from storage.failures import file_failures
from storage.objects.local import LocalObjects
from storage.objects.port import KeyTakenError, ObjectMissingError, ObjectStore

__all__ = ["KeyTakenError", "LocalObjects", "ObjectMissingError", "ObjectStore", "open_objects"]

# One whose catalog is on a server may have its state alone yet.
_SIGNS = ("catalog.db", "documents", "crawls", "registry", "state")


def open_objects(settings: Settings, *, create: bool, read_only: bool) -> ObjectStore:
    if settings.archive.startswith("s3://"):
        from storage.objects.s3 import S3Objects  # its client takes 0.1 s to import, which a directory need not pay

        return S3Objects(settings, create=create and not read_only)
    root = Path(settings.archive)
    if root.exists() and not root.is_dir():
        raise ConfigurationError(f"{root} is a file, not an archive directory; give another place with --archive")
    if not root.exists():
        if read_only or not create:
            raise ConfigurationError(f"there is no archive at {root}; gongkai crawl makes one, or name another "
                                     "place with --archive")
        _make(root)
    elif (read_only or not create) and not any((root / name).exists() for name in _SIGNS):
        raise ConfigurationError(f"{root} is not an archive (no catalog and no objects in it); name another place "
                                 "with --archive")
    return LocalObjects(root.absolute())


def _make(root: Path) -> None:
    with file_failures(f"make the archive directory {root}"):
        try:
            root.mkdir(parents=True, exist_ok=True)
        except (NotADirectoryError, FileExistsError) as problem:
            raise ConfigurationError(f"{root} cannot be an archive directory: {problem.filename} or what stands above "
                                     "it is a file") from None
        except OSError as problem:
            if problem.errno == errno.ENAMETOOLONG:
                raise ConfigurationError(f"{root}: this name is too long") from None
            raise
